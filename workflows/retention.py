"""How long a case is kept: proposed when its time is over, looked at by two people, then erased or kept on."""

from __future__ import annotations

from datetime import date
from typing import Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class RetentionState(TextChoices):
    PROPOSED = "proposed", pgettext_lazy("erasing a case", "Proposed")
    APPROVED_ONCE = "approved_once", pgettext_lazy("erasing a case", "Approved by the lead organisation")
    ERASED = "erased", pgettext_lazy("erasing a case", "Erased")
    KEPT = "kept", pgettext_lazy("erasing a case", "Kept: legal hold")
    DROPPED = "dropped", pgettext_lazy("erasing a case", "No longer proposed")


#: Waiting for somebody to approve.
WAITING = (RetentionState.PROPOSED, RetentionState.APPROVED_ONCE)
#: As long as a proposal is in one of these, its case has no other.
STANDING = (*WAITING, RetentionState.KEPT, RetentionState.ERASED)


class RetentionSubject(Protocol):
    """What the machine asks of a proposal."""

    state: str
    approved_by: UUID | None
    erased_by: UUID | None
    review_on: date | None

    def is_due(self) -> bool: ...
    def is_overtaken(self) -> bool: ...
    def is_seen_by_the_coordinator(self) -> bool: ...


class RetentionFlow(Lifecycle):
    subject: RetentionSubject
    machine = "retention"
    title = _("How long the case is kept")
    states = RetentionState
    state = slot = column(RetentionState, "state")
    begins_in_closed_case = True
    beginning = Beginning(
        state=RetentionState.PROPOSED,
        label=_("Propose to erase the case"),
        permission="retention.propose",
        effects=(OpenTask("look_whether_to_erase", to=Party.LEAD, days=30),),
    )

    @needs(
        _(
            "The case cannot be erased yet: it is open or something in it is, its time is not over, or another case of "
            "the person is open."
        )
    )
    def time_is_over(self) -> bool:
        return self.subject.is_due()

    @needs(_("The case may still be erased."))
    def something_came_between(self) -> bool:
        return self.subject.is_overtaken()

    @needs(_("The case is restricted to its team. End that first: the coordinator has to approve too."))
    def coordinator_can_look(self) -> bool:
        return self.subject.is_seen_by_the_coordinator()

    @needs(_("You approved it yourself, so somebody else has to."))
    def a_second_person_erases(self) -> bool:
        return self.actor is not None and self.actor.user_id != self.subject.approved_by

    @step(
        state,
        RetentionState.PROPOSED,
        RetentionState.APPROVED_ONCE,
        label=_("Approve that the case is erased"),
        permission="retention.approve",
        conditions=[time_is_over, coordinator_can_look],
        sets=["approved_by"],
        order=1,
        effects=[
            CloseTasks(("look_whether_to_erase",)),
            OpenTask("confirm_erasure", to=Party.COORDINATOR, days=30),
        ],
    )
    def approve(self) -> None:
        """Who knows the case sees nothing for which it would still be needed."""
        self.subject.approved_by = self.actor.user_id if self.actor else None

    @step(
        state,
        RetentionState.APPROVED_ONCE,
        RetentionState.ERASED,
        label=_("Erase the case for good"),
        permission="retention.erase",
        conditions=[time_is_over, a_second_person_erases],
        sets=["erased_by"],
        order=2,
        effects=[CloseTasks(("confirm_erasure",))],
    )
    def erase(self) -> None:
        """Nobody can undo it. What is left are code, dates and states."""
        self.subject.erased_by = self.actor.user_id if self.actor else None

    @step(
        state,
        (*WAITING, RetentionState.KEPT),
        RetentionState.KEPT,
        label=_("Keep the case: legal hold"),
        permission="retention.hold",
        writes=["review_on"],
        sets=["approved_by"],
        needs_reason=True,
        order=3,
        effects=[CloseTasks(("look_whether_to_erase", "confirm_erasure", "review_hold"))],
    )
    def keep(self) -> None:
        """A court, the person or the law needs it on. From a hold, another day on which somebody looks again."""
        self.subject.approved_by = None

    @step(
        state,
        RetentionState.KEPT,
        RetentionState.PROPOSED,
        label=_("End the legal hold"),
        permission="retention.hold",
        sets=["review_on"],
        needs_reason=True,
        order=4,
        effects=[CloseTasks(("review_hold",)), OpenTask("look_whether_to_erase", to=Party.LEAD, days=30)],
    )
    def lift(self) -> None:
        """Two people look anew; an approval from before counts no more."""
        self.subject.review_on = None

    @step(
        state,
        WAITING,
        RetentionState.DROPPED,
        label=_("Something came between"),
        permission="clock.expire",
        conditions=[something_came_between],
        sets=["approved_by"],
        order=5,
        effects=[CloseTasks(("look_whether_to_erase", "confirm_erasure"))],
    )
    def drop(self) -> None:
        """Reopened, linked with an open case, or looked at in an emergency: its time begins anew."""
        self.subject.approved_by = None
