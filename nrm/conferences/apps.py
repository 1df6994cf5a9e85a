from django.apps import AppConfig


class ConferencesConfig(AppConfig):
    name = "nrm.conferences"
    label = "conferences"
