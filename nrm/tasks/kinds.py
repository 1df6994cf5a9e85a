"""The kinds of task, each named by what there is to do."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TaskKind(TextChoices):
    READ_SCREENING = "read_screening", _("Read the screening")
    ASSESS_RISK = "assess_risk", _("Assess the risk")
    WRITE_IDENTITY = "write_identity", _("Record who the person is")
    ASK_AGAIN = "ask_again", _("Ask again whether the person wants to be named")
    REFER_TO_OTHER_HELP = "refer_to_other_help", _("Find the help that fits: no presumed status")
    SIGN_DECISION = "sign_decision", _("Sign the decision")
    DECIDE_STATUS = "decide_status", _("Decide on the status")
    REVIEW_STATUS = "review_status", _("Review the decision on the status")
    ANSWER_REFERRAL = "answer_referral", _("Answer the referral")
    REFERRAL_QUESTION = "referral_question", _("Answer the question about your referral")
    REFERRAL_DECLINED = "referral_declined", _("Find another organisation: the referral was declined")
    LINK_LOCKED = "link_locked", _("Make a new link: a wrong code was given five times")
    REFERRAL_EXPIRED = "referral_expired", _("Find another organisation: the referral was not answered in time")
    ANSWER_PLACEMENT_REQUEST = "answer_placement_request", _("Answer the request for a place")
    CONFIRM_PLACEMENT = "confirm_placement", _("Confirm the reserved place")
    PLACEMENT_DECLINED = "placement_declined", _("Find another place: the request was declined")
    START_SUPPORT = "start_support", _("Start the support")
    REVIEW_PLAN = "review_plan", _("Review the plan with the person")
    FOLLOW_UP = "follow_up", _("Follow up with the person")
    ANSWER_CONFERENCE = "answer_conference", _("Answer the invitation to a case conference")
    HOLD_CONFERENCE = "hold_conference", _("Hold the case conference")
    WRITE_MINUTES = "write_minutes", _("Write the minutes of the case conference and agree them")
    MANAGE_ALERT = "manage_alert", _("Act on the safety alert")
    CLOSE_ALERT = "close_alert", _("Check whether the safety alert can be closed")
    KNOW_OF_ALERT = "know_of_alert", _("Take note of the safety alert")
    SECOND_PERSON_NEEDED = "second_person_needed", _("Confirm as the second person")
    GUARDIAN_NEEDED = "guardian_needed", _("Arrange a guardian")
    BEST_INTEREST_ASSESSMENT = "best_interest_assessment", _("Assess the best interests of the child")
    CONSENT_EXPIRED = "consent_expired", _("Ask for consent again: it has expired")
    STOP_USING = "stop_using", _("Stop using what is no longer shared, and confirm it")
    TELL_PERSON = "tell_person", _("Tell the person what was shared without their consent")
    BASIS_EXPIRED = "basis_expired", _("Look at the legal basis for sharing: it has expired")
    ANSWER_TRANSFER = "answer_transfer", _("Answer whether you take over the lead")
    TRANSFER_DECLINED = "transfer_declined", _("Find another organisation: the lead was declined")
    REVIEW_EMERGENCY = "review_emergency", _("Review the use of emergency access")
    LOOK_WHETHER_TO_ERASE = "look_whether_to_erase", _("Look whether this case can be erased")
    CONFIRM_ERASURE = "confirm_erasure", _("Confirm that this case can be erased")
    REVIEW_HOLD = "review_hold", _("Look whether the case still has to be kept")
    DECIDE_KEEPING = "decide_keeping", _("Decide how long this case is kept: the year of birth is not known")
    APPROVE_LISTING = "approve_listing", _("Look at a service that waits for approval")
    MEND_LISTING = "mend_listing", _("Put a service in the directory right")
    LOOK_AT_STOP = "look_at_stop", _("Look whether referrals can go there again")
    LOOK_AT_CHANGE = "look_at_change", _("Look at what was changed in the directory")
    CONFIRM_LISTING = "confirm_listing", _("Is what the directory says still true? Confirm it")
    RENEW_LICENCE = "renew_licence", _("A licence ends soon: write until when the next one is valid")
    CLOCK_RAN_OUT = "clock_ran_out", _("Look at the case: a time limit ran out")
    #: What there is to do stands, sealed, in the case (`nrm.cases.models.TaskRemark`).
    AD_HOC = "ad_hoc", _("Do what you were asked to do")
    ASSIGN_CASE = "assign_case", _("Decide who takes this case on")
    NOBODY_LEFT = "nobody_left", _("Find who does the work: nobody is left in an organisation")


#: Tasks that no step of a machine closes: who has done one says so.
FINISHED_BY_HAND = frozenset(
    {
        TaskKind.READ_SCREENING,
        TaskKind.ASSESS_RISK,
        TaskKind.WRITE_IDENTITY,
        TaskKind.ASK_AGAIN,
        TaskKind.REFER_TO_OTHER_HELP,
        TaskKind.REFERRAL_DECLINED,
        TaskKind.LINK_LOCKED,
        TaskKind.REFERRAL_EXPIRED,
        TaskKind.PLACEMENT_DECLINED,
        TaskKind.FOLLOW_UP,
        TaskKind.KNOW_OF_ALERT,
        TaskKind.SECOND_PERSON_NEEDED,
        TaskKind.CONSENT_EXPIRED,
        TaskKind.STOP_USING,
        TaskKind.BASIS_EXPIRED,
        TaskKind.TRANSFER_DECLINED,
        TaskKind.CLOCK_RAN_OUT,
        TaskKind.AD_HOC,
        TaskKind.ASSIGN_CASE,
        TaskKind.NOBODY_LEFT,
    }
)


class Escalation(IntegerChoices):
    """Who was told that a task is late, beyond who has to do it."""

    NOBODY = 0, pgettext_lazy("escalation", "Nobody")
    SUPERVISORS = 1, _("Supervisors were told")
    COORDINATOR = 2, _("The coordinator was told")


class TaskOutcome(TextChoices):
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("No longer needed")
