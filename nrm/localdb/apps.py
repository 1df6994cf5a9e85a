from django.apps import AppConfig


class LocaldbConfig(AppConfig):
    name = "nrm.localdb"
    label = "localdb"

    def ready(self) -> None:
        from nrm.localdb import checks  # noqa: F401, PLC0415 (registered by being imported)
