from django.apps import AppConfig

from nrm.accounts.telling import tell_by


class NoticesConfig(AppConfig):
    name = "nrm.notices"
    label = "notices"

    def ready(self) -> None:
        from nrm.notices.actions import queue_of_account  # noqa: PLC0415  the models are there by now

        tell_by(queue_of_account)
