"""A safety alert: somebody may be in danger from themselves or others."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class AlertState(TextChoices):
    RAISED = "raised", pgettext_lazy("alert", "Raised")
    ASSESSING = "assessing", pgettext_lazy("alert", "Being assessed")
    MANAGED = "managed", pgettext_lazy("alert", "Safety plan in place")
    CLOSED = "closed", pgettext_lazy("alert", "Closed")


S = AlertState
OPEN_ALERTS = (S.RAISED, S.ASSESSING, S.MANAGED)


class AlertSubject(Protocol):
    """What the machine asks of a safety alert."""

    state: str
    managed_by: UUID | None


class AlertFlow(Lifecycle):
    machine = "alert"
    title = pgettext_lazy("machine", "Safety alert")
    states = AlertState
    state = slot = column(AlertState, "state")
    beginning = Beginning(
        state=S.RAISED,
        label=_("Raise a safety alert"),
        permission="alert.raise",
        effects=(
            OpenTask("manage_alert", to=Party.PROVIDER, days=0),
            OpenTask("know_of_alert", to=Party.LEAD, days=0),
            Notify("alert_raised", to=Party.PROVIDER),
            Notify("alert_raised", to=Party.LEAD),
        ),
    )

    @needs(_("You put the safety plan in place, so a second person has to close the alert."))
    def closer_is_a_second_person(self) -> bool:
        return self.actor is not None and self.actor.user_id != self.subject.managed_by

    @step(state, S.RAISED, S.ASSESSING, label=_("Start the assessment"), permission="alert.assess", order=1)
    def assess(self) -> None:
        """A clinician talks with the person."""

    @step(
        state,
        S.ASSESSING,
        S.MANAGED,
        label=_("Record the safety plan"),
        permission="alert.assess",
        writes=["plan", "actions"],
        sets=["managed_by"],
        order=2,
        effects=[CloseTasks(("manage_alert", "know_of_alert")), OpenTask("close_alert", to=Party.PROVIDER, days=7)],
    )
    def manage(self) -> None:
        """A safety plan is in place."""
        self.subject.managed_by = self.actor.user_id if self.actor else None

    @step(
        state,
        S.MANAGED,
        S.CLOSED,
        label=_("Close the alert"),
        permission="alert.close",
        needs_reason=True,
        order=3,
        conditions=[closer_is_a_second_person],
        effects=[CloseTasks(("close_alert",)), Notify("alert_closed", to=Party.LEAD)],
    )
    def close(self) -> None:
        """Two persons agree that the danger has passed."""

    @step(
        state,
        S.MANAGED,
        S.ASSESSING,
        label=_("Assess again"),
        permission="alert.assess",
        needs_reason=True,
        order=4,
        effects=[CloseTasks(("close_alert",)), OpenTask("manage_alert", to=Party.PROVIDER, days=0)],
    )
    def assess_again(self) -> None:
        """The danger is back."""
