from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "nrm.cases"
    label = "cases"

    def ready(self) -> None:
        from nrm.cases import checks  # noqa: F401, PLC0415  registers the system checks once the models are there
