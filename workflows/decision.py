"""A decision of the identifying body about the status, from the proposal through its signatures to its effect."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class DecisionState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("decision", "Proposed")
    SIGNED = "signed", pgettext_lazy("decision", "Signed")
    EFFECTIVE = "effective", pgettext_lazy("decision", "In effect")
    TAKEN_BACK = "taken_back", pgettext_lazy("decision", "Taken back")


class DecisionSubject(Protocol):
    """What the machine asks of a decision."""

    state: str

    def has_every_signature(self) -> bool: ...
    def has_taken_effect(self) -> bool: ...
    def was_screened_by(self, user_id: UUID) -> bool: ...


class DecisionFlow(Lifecycle):
    subject: DecisionSubject
    machine = "decision"
    title = pgettext_lazy("machine", "Decision on the status")
    states = DecisionState
    state = slot = column(DecisionState, "state")
    beginning = Beginning(
        state=DecisionState.PROPOSED,
        label=_("Propose a decision"),
        permission="status.decide",
    )

    @needs(_("You recorded a screening in this case, so somebody else has to decide."))
    def decider_did_not_screen(self) -> bool:
        return self.actor is not None and not self.subject.was_screened_by(self.actor.user_id)

    @needs(_("Signatures are still missing."))
    def every_signature_is_there(self) -> bool:
        """How many and in which capacity, the country's profile says when the decision is proposed."""
        return self.subject.has_every_signature()

    @needs(_("The status has not been changed yet."))
    def the_status_followed(self) -> bool:
        return self.subject.has_taken_effect()

    @step(
        state,
        DecisionState.PROPOSED,
        DecisionState.PROPOSED,
        label=_("Ask the others to sign"),
        permission="status.decide",
        order=1,
        effects=[
            OpenTask("sign_decision", to=Party.IDENTIFYING_BODY, days=3),
            Notify("decision_to_sign", to=Party.IDENTIFYING_BODY),
        ],
    )
    def ask_to_sign(self) -> None:
        """Only where one signature is not enough; nobody is told of a signature that nobody waits for."""

    @step(
        state,
        DecisionState.PROPOSED,
        DecisionState.SIGNED,
        label=_("Complete the signatures"),
        permission="status.decide",
        order=2,
        conditions=[decider_did_not_screen, every_signature_is_there],
        effects=[CloseTasks(("sign_decision",))],
    )
    def complete_signatures(self) -> None:
        """The last signature completes the decision; the status follows in the same act."""

    @step(
        state,
        DecisionState.SIGNED,
        DecisionState.EFFECTIVE,
        label=_("Put the decision into effect"),
        permission="status.decide",
        order=3,
        conditions=[the_status_followed],
    )
    def take_effect(self) -> None:
        """The status says what was decided."""

    @step(
        state,
        DecisionState.PROPOSED,
        DecisionState.TAKEN_BACK,
        label=_("Take the proposal back"),
        permission="status.decide",
        needs_reason=True,
        order=4,
        effects=[CloseTasks(("sign_decision",))],
    )
    def take_back(self) -> None:
        """A member disagrees, or the facts changed. The signatures stay in the history and count for nothing."""
