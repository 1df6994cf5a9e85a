"""The part of one organisation in a case conference: asked, answered, there or not."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class AttendanceState(TextChoices):
    INVITED = "invited", pgettext_lazy("case conference", "Not answered yet")
    ACCEPTED = "accepted", pgettext_lazy("case conference", "Takes part")
    DECLINED = "declined", pgettext_lazy("case conference", "Cannot take part")
    WITHDRAWN = "withdrawn", pgettext_lazy("case conference", "Not invited any more")
    ATTENDED = "attended", pgettext_lazy("case conference", "Was there")
    MISSED = "missed", pgettext_lazy("case conference", "Was not there")


S = AttendanceState
#: Before the conference was held.
STILL_TO_COME = (S.INVITED, S.ACCEPTED, S.DECLINED)
#: Whose organisation has a part in it; the others see neither agenda nor minutes.
TAKING_PART = (S.INVITED, S.ACCEPTED, S.ATTENDED, S.MISSED)


class AttendanceSubject(Protocol):
    """What the machine asks of the part of an organisation."""

    state: str

    def may_be_invited(self) -> bool: ...
    def is_before_the_conference(self) -> bool: ...


ASKED = (OpenTask("answer_conference", to=Party.INVITED, as_the_record_says=True),)
ANSWERED = (CloseTasks(("answer_conference",)),)


class AttendanceFlow(Lifecycle):
    subject: AttendanceSubject
    machine = "attendance"
    title = _("Part in a case conference")
    states = AttendanceState
    state = slot = column(AttendanceState, "state")

    @needs(_("Choose organisations that take part in the case. Police and prosecution are not invited."))
    def takes_part_in_the_case(self) -> bool:
        """A conference opens the case to nobody: whoever is invited stands in it already."""
        return self.subject.may_be_invited()

    @needs(_("The conference is over or was cancelled."))
    def it_is_still_to_come(self) -> bool:
        return self.subject.is_before_the_conference()

    beginning = Beginning(
        state=S.INVITED,
        label=pgettext_lazy("case conference", "Invite"),
        permission="conference.call",
        conditions=(it_is_still_to_come, takes_part_in_the_case),
        effects=(*ASKED, Notify("conference_called", to=Party.INVITED)),
    )

    @step(
        state,
        (S.INVITED, S.DECLINED),
        S.ACCEPTED,
        label=pgettext_lazy("case conference", "Accept"),
        permission="conference.answer",
        writes=["people"],
        order=1,
        conditions=[it_is_still_to_come],
        effects=[*ANSWERED, Notify("conference_answered", to=Party.LEAD)],
    )
    def accept(self) -> None:
        """With the names of who comes, or for the queue."""

    @step(
        state,
        (S.INVITED, S.ACCEPTED),
        S.DECLINED,
        label=pgettext_lazy("case conference", "Decline"),
        permission="conference.answer",
        needs_reason=True,
        order=2,
        conditions=[it_is_still_to_come],
        effects=[*ANSWERED, Notify("conference_answered", to=Party.LEAD)],
    )
    def decline(self) -> None:
        """It can still be accepted until the conference is held."""

    @step(
        state,
        STILL_TO_COME,
        S.INVITED,
        label=pgettext_lazy("case conference", "Ask again"),
        permission="conference.call",
        order=3,
        conditions=[it_is_still_to_come],
        effects=[*ANSWERED, *ASKED, Notify("conference_moved", to=Party.INVITED)],
    )
    def ask_again(self) -> None:
        """Follows from another time: an answer was given to the former one."""

    @step(
        state,
        STILL_TO_COME,
        S.WITHDRAWN,
        label=pgettext_lazy("case conference", "Invite no more"),
        permission="conference.call",
        needs_reason=True,
        order=4,
        conditions=[it_is_still_to_come],
        effects=[*ANSWERED, Notify("conference_cancelled", to=Party.INVITED)],
    )
    def withdraw(self) -> None:
        """The organisation sees nothing of the conference any more."""

    @step(
        state,
        STILL_TO_COME,
        S.ATTENDED,
        label=pgettext_lazy("case conference", "Was there"),
        permission="conference.chair",
        order=5,
        effects=ANSWERED,
    )
    def attend(self) -> None:
        """Follows from holding the conference: whoever runs it says who was there."""

    @step(
        state,
        STILL_TO_COME,
        S.MISSED,
        label=pgettext_lazy("case conference", "Was not there"),
        permission="conference.chair",
        order=6,
        effects=ANSWERED,
    )
    def miss(self) -> None:
        """Follows from holding the conference. What its standing may see, it reads afterwards."""

    @step(
        state,
        STILL_TO_COME,
        S.WITHDRAWN,
        label=_("The conference was cancelled"),
        permission="conference.call",
        order=7,
        effects=[*ANSWERED, Notify("conference_cancelled", to=Party.INVITED)],
    )
    def call_off(self) -> None:
        """Follows from cancelling the conference."""
