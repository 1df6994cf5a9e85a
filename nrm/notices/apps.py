from django.apps import AppConfig

from nrm.accounts.telling import tell_by, warn_by


class NoticesConfig(AppConfig):
    name = "nrm.notices"
    label = "notices"

    def ready(self) -> None:
        from nrm.notices.actions import queue_of_account  # noqa: PLC0415  the models are there by now
        from nrm.notices.bouncing import warning_for  # noqa: PLC0415

        tell_by(queue_of_account)
        warn_by(warning_for)
