from django.apps import AppConfig


class LocaldbConfig(AppConfig):
    name = "nrm.localdb"
    label = "localdb"
