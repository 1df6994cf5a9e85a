"""Emergency access: one case opened to one person for an hour at most, and looked at afterwards by somebody else."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Grant, Notify, OpenTask, Party, Revoke
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class EmergencyState(TextChoices):
    OPEN = "open", pgettext_lazy("emergency access", "Open")
    ENDED = "ended", pgettext_lazy("emergency access", "Ended, to be reviewed")
    EXPIRED = "expired", pgettext_lazy("emergency access", "Expired, to be reviewed")
    REVIEWED_JUSTIFIED = "reviewed_justified", pgettext_lazy("emergency access", "Reviewed: justified")
    REVIEWED_UNJUSTIFIED = "reviewed_unjustified", pgettext_lazy("emergency access", "Reviewed: not justified")


#: As long as a use is in one of these, its person has no other.
UNREVIEWED = (EmergencyState.OPEN, EmergencyState.ENDED, EmergencyState.EXPIRED)
OVER = (EmergencyState.ENDED, EmergencyState.EXPIRED)


class EmergencySubject(Protocol):
    """What the machine asks of a use of emergency access."""

    state: str
    reviewed_by: UUID | None

    def is_of(self, user_id: UUID) -> bool: ...
    def was_used_by(self, user_id: UUID) -> bool: ...
    def is_over(self) -> bool: ...


class EmergencyFlow(Lifecycle):
    subject: EmergencySubject
    machine = "emergency"
    title = _("Emergency access")
    states = EmergencyState
    state = slot = column(EmergencyState, "state")
    begins_in_closed_case = True
    begins_unseen = True
    beginning = Beginning(
        state=EmergencyState.OPEN,
        label=_("Open a case in an emergency"),
        permission="emergency.break_glass",
        effects=(
            Grant("broke_glass", to=Party.EMERGENCY_USER, personal=True),
            OpenTask("review_emergency", to=Party.LEAD, working_days=3),
            Notify("emergency_used", to=Party.LEAD),
        ),
    )

    @needs(_("Only the person who opened it can end it."))
    def ends_their_own(self) -> bool:
        return self.actor is not None and self.subject.is_of(self.actor.user_id)

    @needs(_("The time is not over yet."))
    def time_is_over(self) -> bool:
        return self.subject.is_over()

    @needs(_("You used it yourself, so somebody else in your organisation has to review it."))
    def reviewer_is_somebody_else(self) -> bool:
        return self.actor is not None and not self.subject.was_used_by(self.actor.user_id)

    @step(
        state,
        EmergencyState.OPEN,
        EmergencyState.ENDED,
        label=_("End now"),
        permission="emergency.end",
        conditions=[ends_their_own],
        writes=["ended_at"],
        order=1,
        effects=[Revoke("broke_glass", of=Party.EMERGENCY_USER)],
    )
    def end(self) -> None:
        """The emergency is over before the hour is."""

    @step(
        state,
        EmergencyState.OPEN,
        EmergencyState.EXPIRED,
        label=_("Time ran out"),
        permission="clock.expire",
        conditions=[time_is_over],
        writes=["ended_at"],
        order=2,
        effects=[Revoke("broke_glass", of=Party.EMERGENCY_USER)],
    )
    def expire(self) -> None:
        """Nothing could be seen any more from that minute on; this writes it down."""

    @step(
        state,
        OVER,
        EmergencyState.REVIEWED_JUSTIFIED,
        label=_("It was justified"),
        permission="emergency.review",
        conditions=[reviewer_is_somebody_else],
        writes=["reviewed_at", "review_note"],
        sets=["reviewed_by"],
        order=3,
        effects=[CloseTasks(("review_emergency",))],
    )
    def find_justified(self) -> None:
        """Nobody approves their own use."""
        self.subject.reviewed_by = self.actor.user_id if self.actor else None

    @step(
        state,
        OVER,
        EmergencyState.REVIEWED_UNJUSTIFIED,
        label=_("It was not justified"),
        permission="emergency.review",
        conditions=[reviewer_is_somebody_else],
        writes=["reviewed_at", "review_note"],
        sets=["reviewed_by"],
        order=4,
        effects=[CloseTasks(("review_emergency",))],
    )
    def find_unjustified(self) -> None:
        """What follows for the person is for their organisation; the register keeps the finding."""
        self.subject.reviewed_by = self.actor.user_id if self.actor else None
