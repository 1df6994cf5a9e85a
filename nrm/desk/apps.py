from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "nrm.desk"
    label = "desk"
