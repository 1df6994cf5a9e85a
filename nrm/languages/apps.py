from django.apps import AppConfig


class LanguagesConfig(AppConfig):
    name = "nrm.languages"
    label = "languages"
