from django.apps import AppConfig


class IdentificationConfig(AppConfig):
    name = "nrm.identification"
    label = "identification"
