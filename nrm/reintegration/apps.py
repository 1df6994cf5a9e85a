from django.apps import AppConfig


class ReintegrationConfig(AppConfig):
    name = "nrm.reintegration"
    label = "reintegration"
