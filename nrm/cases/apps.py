from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "nrm.cases"
    label = "cases"

    def ready(self) -> None:
        from nrm.accounts.actions.leaving import when_somebody_leaves  # noqa: PLC0415
        from nrm.audit.withheld import withhold_by  # noqa: PLC0415
        from nrm.cases import checks  # noqa: F401, PLC0415  registers the system checks once the models are there
        from nrm.cases.actions.leaving import hand_back_work  # noqa: PLC0415
        from nrm.cases.telling import codes_kept_from, may_be_told  # noqa: PLC0415
        from nrm.notices.actions import ask_before_telling  # noqa: PLC0415

        ask_before_telling(may_be_told)
        withhold_by(codes_kept_from)
        when_somebody_leaves(hand_back_work)
