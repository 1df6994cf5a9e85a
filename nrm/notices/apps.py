from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured

from nrm.accounts.telling import tell_by, warn_by


class NoticesConfig(AppConfig):
    name = "nrm.notices"
    label = "notices"

    def ready(self) -> None:
        from nrm.notices import checks  # noqa: F401, PLC0415  registers the check of the sender
        from nrm.notices.actions import queue_of_account  # noqa: PLC0415  the models are there by now
        from nrm.notices.bouncing import warning_for  # noqa: PLC0415

        tell_by(queue_of_account)
        warn_by(warning_for)
        refuse_what_no_mail_can_leave_by()


def refuse_what_no_mail_can_leave_by() -> None:
    """Settings that would fail with the first notice fail at the start."""
    from nrm.notices.letters import require_room_for_a_token  # noqa: PLC0415
    from nrm.notices.moments import usual_quiet_hours  # noqa: PLC0415

    try:
        usual_quiet_hours()
    except ValueError:
        raise ImproperlyConfigured("NRM_QUIET_HOURS must be like 20:00-07:00, or empty.") from None
    try:
        require_room_for_a_token()
    except ValueError:
        raise ImproperlyConfigured("NRM_MAIL_BOUNCES must be an address with at most 21 signs before the @.") from None
