"""A case conference: those who work with one person agree what happens next."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class ConferenceState(TextChoices):
    CALLED = "called", pgettext_lazy("case conference", "Called")
    HELD = "held", pgettext_lazy("case conference", "Held, minutes are written")
    CLOSED = "closed", pgettext_lazy("case conference", "Minutes agreed")
    CANCELLED = "cancelled", pgettext_lazy("case conference", "Cancelled")


S = ConferenceState
OPEN_CONFERENCES = (S.CALLED, S.HELD)


class ConferenceSubject(Protocol):
    """What the machine asks of a case conference."""

    state: str

    def has_come(self) -> bool: ...
    def has_asked_the_person(self) -> bool: ...
    def has_heard_the_child(self) -> bool: ...
    def has_every_point(self) -> bool: ...
    def has_decisions_ahead(self) -> bool: ...


class ConferenceFlow(Lifecycle):
    subject: ConferenceSubject
    machine = "conference"
    title = _("Case conference")
    states = ConferenceState
    state = slot = column(ConferenceState, "state")
    beginning = Beginning(
        state=S.CALLED,
        label=_("Call a case conference"),
        permission="conference.call",
        effects=(OpenTask("hold_conference", to=Party.LEAD, as_the_record_says=True),),
    )

    @needs(_("The day of the conference has not come yet."))
    def day_has_come(self) -> bool:
        return self.subject.has_come()

    @needs(_("Record first whether the person was asked or told."))
    def person_was_asked(self) -> bool:
        """Nothing about the person without the person."""
        return self.subject.has_asked_the_person()

    @needs(_("For a child, record first what the guardian knows and what the child says."))
    def child_is_heard(self) -> bool:
        """CRC Art. 12: a child is heard in every matter that affects it, and its guardian has a part."""
        return self.subject.has_heard_the_child()

    @needs(_("Write every point of the agenda first, or that it was put off."))
    def every_point_is_written(self) -> bool:
        """But for the clinical ones: only clinicians write them, and a conference does not wait for that."""
        return self.subject.has_every_point()

    @needs(_("A decision is due on a day that is over. Change it first."))
    def decisions_lie_ahead(self) -> bool:
        """Each becomes a task, and a task is due at a time to come."""
        return self.subject.has_decisions_ahead()

    @step(
        state,
        S.CALLED,
        S.HELD,
        label=_("The conference was held"),
        permission="conference.chair",
        order=1,
        conditions=[day_has_come, person_was_asked, child_is_heard],
        effects=[CloseTasks(("hold_conference",)), OpenTask("write_minutes", to=Party.LEAD, days=3)],
    )
    def hold(self) -> None:
        """With who was there. From here minutes and decisions are written."""

    @step(
        state,
        S.HELD,
        S.CLOSED,
        label=_("Agree the minutes"),
        permission="conference.chair",
        order=2,
        conditions=[every_point_is_written, decisions_lie_ahead],
        effects=[CloseTasks(("write_minutes",)), Notify("conference_closed", to=Party.INVITED)],
    )
    def close(self) -> None:
        """The minutes stay as they are, and each decision becomes a task. What has to be put right is added."""

    @step(
        state,
        S.CALLED,
        S.CANCELLED,
        label=_("Cancel the conference"),
        permission="conference.call",
        needs_reason=True,
        order=3,
        effects=[CloseTasks(("hold_conference",))],
    )
    def cancel(self) -> None:
        """Whoever was invited is told."""
