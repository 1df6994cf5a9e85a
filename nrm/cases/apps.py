from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "nrm.cases"
    label = "cases"

    def ready(self) -> None:
        from nrm.audit.withheld import withhold_by  # noqa: PLC0415
        from nrm.cases import checks  # noqa: F401, PLC0415  registers the system checks once the models are there
        from nrm.cases.telling import codes_kept_from, may_be_told  # noqa: PLC0415
        from nrm.notices.actions import ask_before_telling  # noqa: PLC0415

        ask_before_telling(may_be_told)
        withhold_by(codes_kept_from)
