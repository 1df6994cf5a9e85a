"""What a notice is about. Shown inside the service only: a mail says no more than the case code."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeKind(TextChoices):
    CASE_OPENED = "case_opened", _("A case was opened")
    CASE_REOPENED = "case_reopened", _("A case was reopened")
    SCREENING_COMPLETED = "screening_completed", _("A screening was completed")
    CHILD_TO_PROTECT = "child_to_protect", _("A child is to be protected")
    DECISION_TO_SIGN = "decision_to_sign", _("A decision is to be signed")
    STATUS_TO_DECIDE = "status_to_decide", _("A status is to be decided")
    STATUS_DECIDED = "status_decided", _("A status was decided")
    REVIEW_REQUESTED = "review_requested", _("A review was requested")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("A consent was withdrawn")
    SHARING_ENDED = "sharing_ended", _("Something is no longer shared with you")
    TRANSFER_OFFERED = "transfer_offered", _("The lead of a case was offered to you")
    TRANSFER_ACCEPTED = "transfer_accepted", _("The lead of a case was taken over")
    TRANSFER_DECLINED = "transfer_declined", _("The lead of a case was declined")
    TRANSFER_WITHDRAWN = "transfer_withdrawn", _("An offer of the lead was withdrawn")
    REFERRAL_RECEIVED = "referral_received", _("A referral arrived")
    REFERRAL_QUESTION = "referral_question", _("There is a question about a referral")
    REFERRAL_ACCEPTED = "referral_accepted", _("A referral was accepted")
    REFERRAL_DECLINED = "referral_declined", _("A referral was declined")
    REFERRAL_WITHDRAWN = "referral_withdrawn", _("A referral was withdrawn")
    REFERRAL_EXPIRED = "referral_expired", _("A referral was not answered in time")
    REFERRAL_COMPLETED = "referral_completed", _("A referral was completed")
    PLACE_REQUESTED = "place_requested", _("A place was requested")
    PLACE_RESERVED = "place_reserved", _("A place was reserved")
    PLACE_DECLINED = "place_declined", _("A request for a place was declined")
    PLACE_CANCELLED = "place_cancelled", _("A request for a place was cancelled")
    RESERVATION_EXPIRED = "reservation_expired", _("A reservation has expired")
    STAY_STARTED = "stay_started", _("A stay has started")
    STAY_ENDED = "stay_ended", _("A stay has ended")
    SERVICE_PLANNED = "service_planned", _("A service was planned")
    SERVICE_STARTED = "service_started", _("A service has started")
    SERVICE_COMPLETED = "service_completed", _("A service was completed")
    SERVICE_DISCONTINUED = "service_discontinued", _("A service was discontinued")
    ALERT_RAISED = "alert_raised", _("A safety alert was raised")
    ALERT_CLOSED = "alert_closed", _("A safety alert was closed")
    PLAN_AGREED = "plan_agreed", _("A plan was agreed")
    CONFERENCE_CALLED = "conference_called", _("You are invited to a case conference")
    CONFERENCE_MOVED = "conference_moved", _("A case conference was moved to another time")
    CONFERENCE_CANCELLED = "conference_cancelled", _("A case conference was cancelled")
    CONFERENCE_ANSWERED = "conference_answered", _("An invitation to a case conference was answered")
    CONFERENCE_CLOSED = "conference_closed", _("The minutes of a case conference are agreed")
    EMERGENCY_USED = "emergency_used", _("Emergency access was used")
    CLOCK_RAN_OUT = "clock_ran_out", _("A time limit ran out")
    LIMIT_ENDS_SOON = "limit_ends_soon", _("A time limit ends soon")
    TASK_DUE_SOON = "task_due_soon", _("Something is due soon")
    TASK_GIVEN = "task_given", _("You were given something to do")
    TASK_LATE = "task_late", _("Something is late")
    APPOINTMENT_SOON = "appointment_soon", _("An appointment is soon")
    ACCOUNT_CHANGED = "account_changed", _("Something about your account changed")


#: Leave at once, at any hour: somebody may be in danger, or may have taken over an account.
URGENT = frozenset(
    {
        NoticeKind.ALERT_RAISED,
        NoticeKind.CHILD_TO_PROTECT,
        NoticeKind.EMERGENCY_USED,
        NoticeKind.ACCOUNT_CHANGED,
    }
)
