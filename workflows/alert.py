"""A safety alert: somebody may be in danger from themselves or others.

One organisation is responsible for it: the provider of an open service that has clinicians, else the lead organisation,
so that an alert can be raised and acted on from the first hour of a case. The lead can pass it on either way.
"""

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
    plan: bytes | None

    def is_with_a_clinic(self) -> bool: ...


class AlertFlow(Lifecycle):
    subject: AlertSubject
    machine = "alert"
    title = pgettext_lazy("machine", "Safety alert")
    states = AlertState
    begins_in_closed_case = True
    state = slot = column(AlertState, "state")
    beginning = Beginning(
        state=S.RAISED,
        label=_("Raise a safety alert"),
        permission="alert.raise",
        effects=(
            OpenTask("manage_alert", to=Party.RESPONSIBLE, days=0),
            OpenTask("know_of_alert", to=Party.LEAD, days=0),
            Notify("alert_raised", to=Party.RESPONSIBLE),
            Notify("alert_raised", to=Party.LEAD),
        ),
    )

    @needs(_("You put the safety plan in place, so a second person has to close the alert."))
    def closer_is_a_second_person(self) -> bool:
        return self.actor is not None and self.actor.user_id != self.subject.managed_by

    @needs(_("A clinician of the service does this."))
    def a_clinician_where_there_is_one(self) -> bool:
        """What belongs to a service is for its clinicians, also where the lead organisation itself gives it."""
        return not self.subject.is_with_a_clinic() or (
            self.actor is not None and self.actor.may("support.see_clinical")
        )

    @step(
        state,
        S.RAISED,
        S.ASSESSING,
        label=_("Start the assessment"),
        permission="alert.assess",
        order=1,
        conditions=[a_clinician_where_there_is_one],
    )
    def assess(self) -> None:
        """Somebody who is responsible talks with the person."""

    @step(
        state,
        S.ASSESSING,
        S.MANAGED,
        label=_("Record the safety plan"),
        permission="alert.assess",
        writes=["plan", "actions"],
        sets=["managed_by"],
        order=2,
        conditions=[a_clinician_where_there_is_one],
        effects=[CloseTasks(("manage_alert", "know_of_alert")), OpenTask("close_alert", to=Party.RESPONSIBLE, days=7)],
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
        conditions=[a_clinician_where_there_is_one],
        effects=[CloseTasks(("close_alert",)), OpenTask("manage_alert", to=Party.RESPONSIBLE, days=0)],
    )
    def assess_again(self) -> None:
        """The danger is back."""

    @step(
        state,
        (S.RAISED, S.ASSESSING),
        S.RAISED,
        label=_("Pass the alert on"),
        permission="alert.pass_on",
        needs_reason=True,
        writes=["episode", "responsible"],
        sets=["plan"],
        order=5,
        effects=[
            CloseTasks(("manage_alert", "know_of_alert")),
            OpenTask("manage_alert", to=Party.RESPONSIBLE, days=0),
            Notify("alert_raised", to=Party.RESPONSIBLE),
        ],
    )
    def pass_on(self) -> None:
        """Another organisation can act sooner. A plan made before stays with those who made it, in the history."""
        self.subject.plan = None
