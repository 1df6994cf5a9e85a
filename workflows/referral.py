"""A referral from one organisation to another, answered."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party, Revoke
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class ReferralState(TextChoices):
    DRAFT = "draft", pgettext_lazy("referral", "Draft")
    SENT = "sent", pgettext_lazy("referral", "Sent")
    MORE_INFO = "more_info", pgettext_lazy("referral", "Question asked")
    ACCEPTED = "accepted", pgettext_lazy("referral", "Accepted")
    DECLINED = "declined", pgettext_lazy("referral", "Declined")
    IN_SERVICE = "in_service", pgettext_lazy("referral", "Service running")
    COMPLETED = "completed", pgettext_lazy("referral", "Completed")
    WITHDRAWN = "withdrawn", pgettext_lazy("referral", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("referral", "Expired without an answer")


S = ReferralState
OPEN_REFERRALS = (S.DRAFT, S.SENT, S.MORE_INFO, S.ACCEPTED, S.IN_SERVICE)
WAITING_FOR_ANSWER = (S.SENT, S.MORE_INFO)


class ReferralSubject(Protocol):
    """What the machine asks of a referral."""

    state: str

    def is_covered(self) -> bool: ...
    def receiver_accepts_referrals(self) -> bool: ...


#: The time limits for an answer; which of them counts, the country's profile says by the urgency.
ANSWER_LIMITS = ("referral_answer", "referral_answer_urgent", "referral_answer_immediate")

ANSWERED = (CloseTasks(("answer_referral", "referral_question", "link_locked")),)


class ReferralFlow(Lifecycle):
    subject: ReferralSubject
    machine = "referral"
    title = pgettext_lazy("machine", "Referral")
    states = ReferralState
    state = slot = column(ReferralState, "state")
    beginning = Beginning(state=S.DRAFT, label=_("Prepare a referral"), permission="referral.send")

    @needs(_("No consent and no legal basis covers sharing with this organisation. Record one first."))
    def consent_or_basis_covers_it(self) -> bool:
        """Consent per recipient and purpose, or a recorded legal basis (process facts, section 8)."""
        return self.subject.is_covered()

    @needs(
        _("What it rests on no longer covers this referral. The organisation that sent it has to ask the person again.")
    )
    def still_covered(self) -> bool:
        """Looked at again when it is accepted: consent can be withdrawn meanwhile."""
        return self.subject.is_covered()

    @needs(_("This organisation does not take referrals at the moment."))
    def receiver_takes_referrals(self) -> bool:
        return self.subject.receiver_accepts_referrals()

    @step(
        state,
        S.DRAFT,
        S.SENT,
        label=pgettext_lazy("referral", "Send"),
        permission="referral.send",
        writes=["sent_at", "channel"],
        order=1,
        conditions=[consent_or_basis_covers_it, receiver_takes_referrals],
        effects=[
            Grant("received_referral", to=Party.RECEIVER),
            OpenTask(
                "answer_referral", to=Party.RECEIVER, within=ANSWER_LIMITS[0], or_within=ANSWER_LIMITS[1:], days=3
            ),
            Notify("referral_received", to=Party.RECEIVER),
        ],
    )
    def send(self) -> None:
        """The receiver sees a summary without identity."""

    @step(
        state,
        S.SENT,
        S.MORE_INFO,
        label=_("Ask a question"),
        permission="referral.answer",
        needs_reason=True,
        order=3,
        effects=[OpenTask("referral_question", to=Party.LEAD, days=1), Notify("referral_question", to=Party.LEAD)],
    )
    def ask(self) -> None:
        """The receiver needs to know more before answering."""

    @step(
        state,
        S.MORE_INFO,
        S.SENT,
        label=_("Answer the question"),
        permission="referral.send",
        needs_reason=True,
        order=3,
        effects=[CloseTasks(("referral_question",)), Notify("referral_received", to=Party.RECEIVER)],
    )
    def answer(self) -> None:
        """The sender answered; the receiver decides."""

    @step(
        state,
        WAITING_FOR_ANSWER,
        S.ACCEPTED,
        label=pgettext_lazy("referral", "Accept"),
        permission="referral.answer",
        order=2,
        conditions=[still_covered],
        effects=[
            *ANSWERED,
            Revoke("received_referral", of=Party.SERVING),
            Grant("accepted_referral", to=Party.SERVING),
            Notify("referral_accepted", to=Party.LEAD),
        ],
    )
    def accept(self) -> None:
        """From here the receiver sees what consent covers. Whoever only interprets goes on seeing the request alone."""

    @step(
        state,
        WAITING_FOR_ANSWER,
        S.DECLINED,
        label=pgettext_lazy("referral", "Decline"),
        permission="referral.answer",
        needs_reason=True,
        writes=["decline_reason", "suggested_id"],
        order=5,
        effects=[
            *ANSWERED,
            Revoke("received_referral", of=Party.RECEIVER),
            OpenTask("referral_declined", to=Party.LEAD, days=1),
            Notify("referral_declined", to=Party.LEAD),
        ],
    )
    def decline(self) -> None:
        """The reason is about capacity or mandate, never about the person."""

    @step(
        state,
        S.ACCEPTED,
        S.IN_SERVICE,
        label=_("Start the service"),
        permission="referral.answer",
        order=6,
        effects=[Notify("service_started", to=Party.LEAD)],
    )
    def start_service(self) -> None:
        """The person is being served."""

    @step(
        state,
        (S.ACCEPTED, S.IN_SERVICE),
        S.COMPLETED,
        label=_("Complete the service"),
        permission="referral.answer",
        needs_reason=True,
        writes=["outcome", "suggested_id"],
        order=7,
        effects=[
            Revoke("received_referral", of=Party.RECEIVER),
            Revoke("accepted_referral", of=Party.RECEIVER),
            Notify("referral_completed", to=Party.LEAD),
        ],
    )
    def complete(self) -> None:
        """With outcome; the receiver's access ends with its task."""

    @step(
        state,
        (S.DRAFT, S.SENT, S.MORE_INFO, S.ACCEPTED),
        S.WITHDRAWN,
        label=pgettext_lazy("referral", "Withdraw"),
        permission="referral.send",
        needs_reason=True,
        order=8,
        effects=[
            *ANSWERED,
            Revoke("received_referral", of=Party.RECEIVER),
            Revoke("accepted_referral", of=Party.RECEIVER),
            Notify("referral_withdrawn", to=Party.RECEIVER),
        ],
    )
    def withdraw(self) -> None:
        """By the sender."""

    @step(
        state,
        WAITING_FOR_ANSWER,
        S.EXPIRED,
        label=_("Expire"),
        permission="clock.expire",
        order=9,
        effects=[
            *ANSWERED,
            Revoke("received_referral", of=Party.RECEIVER),
            OpenTask("referral_expired", to=Party.LEAD, days=1),
            Notify("referral_expired", to=Party.LEAD),
            Notify("referral_expired", to=Party.COORDINATOR),
        ],
    )
    def expire(self) -> None:
        """No answer in time: the sender looks for another way, and the coordinator sees it."""
