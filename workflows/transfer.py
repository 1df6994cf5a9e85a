"""The lead of a case goes to another organisation, once that one accepts."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party, PassTasks, Revoke
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class TransferState(TextChoices):
    OFFERED = "offered", pgettext_lazy("transfer of the lead", "Offered")
    ACCEPTED = "accepted", pgettext_lazy("transfer of the lead", "Accepted")
    DECLINED = "declined", pgettext_lazy("transfer of the lead", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("transfer of the lead", "Withdrawn")


class TransferSubject(Protocol):
    """What the machine asks of a transfer."""

    state: str

    def is_covered(self) -> bool: ...
    def receiver_may_lead(self) -> bool: ...
    def was_merged(self) -> bool: ...
    def has_open_offer(self) -> bool: ...


ANSWERED = (CloseTasks(("answer_transfer",)), Revoke("offered_lead", of=Party.RECEIVER))


class TransferFlow(Lifecycle):
    subject: TransferSubject
    machine = "transfer"
    title = _("Transfer of the lead")
    states = TransferState
    state = slot = column(TransferState, "state")
    begins_in_closed_case = True

    @needs(_("No consent and no legal basis covers sharing with this organisation. Record one first."))
    def consent_or_basis_covers_it(self) -> bool:
        """The new lead reads the whole file, so the person agrees to it or a legal basis is recorded (process facts,
        section 8). Looked at again when it is accepted: consent can be withdrawn meanwhile."""
        return self.subject.is_covered()

    @needs(_("This organisation cannot lead a case at the moment."))
    def receiver_may_lead(self) -> bool:
        return self.subject.receiver_may_lead()

    @needs(_("This case goes on in another one. Undo the merge first."))
    def goes_on_by_itself(self) -> bool:
        """A merged case follows the case it was merged into."""
        return not self.subject.was_merged()

    @needs(_("The lead is offered to another organisation already. Withdraw that offer first."))
    def no_other_offer(self) -> bool:
        return not self.subject.has_open_offer()

    beginning = Beginning(
        state=TransferState.OFFERED,
        label=_("Offer the lead"),
        permission="lead.transfer",
        effects=(
            Grant("offered_lead", to=Party.RECEIVER),
            OpenTask("answer_transfer", to=Party.RECEIVER, days=2),
            Notify("transfer_offered", to=Party.RECEIVER),
        ),
        conditions=(goes_on_by_itself, no_other_offer, receiver_may_lead, consent_or_basis_covers_it),
    )

    @step(
        state,
        TransferState.OFFERED,
        TransferState.ACCEPTED,
        label=_("Accept the lead"),
        permission="lead.answer",
        conditions=[consent_or_basis_covers_it, receiver_may_lead],
        order=1,
        effects=[
            *ANSWERED,
            Revoke("leads", of=Party.SENDER, whoever_opened=True),
            Revoke("protects", of=Party.SENDER, whoever_opened=True, unless_named=True),
            Revoke("led", of=Party.RECEIVER, whoever_opened=True),
            Grant("led", to=Party.SENDER),
            Grant("leads", to=Party.RECEIVER),
            PassTasks(of=Party.SENDER, to=Party.RECEIVER),
            Notify("transfer_accepted", to=Party.SENDER),
        ],
    )
    def accept(self) -> None:
        """From here the new organisation leads; the former one keeps sight of the case's way and its own part."""

    @step(
        state,
        TransferState.OFFERED,
        TransferState.DECLINED,
        label=pgettext_lazy("transfer of the lead", "Decline"),
        permission="lead.answer",
        needs_reason=True,
        order=2,
        effects=[
            *ANSWERED,
            OpenTask("transfer_declined", to=Party.SENDER, days=1),
            Notify("transfer_declined", to=Party.SENDER),
        ],
    )
    def decline(self) -> None:
        """The lead stays where it was."""

    @step(
        state,
        TransferState.OFFERED,
        TransferState.WITHDRAWN,
        label=pgettext_lazy("transfer of the lead", "Withdraw"),
        permission="lead.transfer",
        needs_reason=True,
        order=3,
        effects=[*ANSWERED, Notify("transfer_withdrawn", to=Party.RECEIVER)],
    )
    def withdraw(self) -> None:
        """By the organisation that offered it."""
