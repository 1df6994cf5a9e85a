"""A screening by indicators."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import Notify, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class ScreeningState(TextChoices):
    DRAFT = "draft", pgettext_lazy("screening", "Draft")
    COMPLETED = "completed", pgettext_lazy("screening", "Completed")
    SUPERSEDED = "superseded", pgettext_lazy("screening", "Replaced by a newer one")


class ScreeningSubject(Protocol):
    """What the machine asks of a screening."""

    state: str

    def has_answers(self) -> bool: ...
    def has_newer(self) -> bool: ...


class ScreeningFlow(Lifecycle):
    subject: ScreeningSubject
    machine = "screening"
    title = pgettext_lazy("machine", "Screening")
    states = ScreeningState
    state = slot = column(ScreeningState, "state")
    beginning = Beginning(state=ScreeningState.DRAFT, label=_("Start a screening"), permission="screening.write")

    @needs(_("Answer at least one indicator first."))
    def something_is_answered(self) -> bool:
        return self.subject.has_answers()

    @needs(_("Complete the newer screening first."))
    def newer_is_completed(self) -> bool:
        """Grounds that were recorded do not vanish: something takes their place."""
        return self.subject.has_newer()

    @step(
        state,
        ScreeningState.DRAFT,
        ScreeningState.COMPLETED,
        label=_("Complete the screening"),
        permission="screening.write",
        writes=["result", "gives_grounds", "intent_recorded", "judgement"],
        order=1,
        conditions=[something_is_answered],
        effects=[Notify("screening_completed", to=Party.LEAD)],
    )
    def complete(self) -> None:
        """The answers are frozen; the result explains them and decides nothing."""

    @step(
        state,
        ScreeningState.COMPLETED,
        ScreeningState.SUPERSEDED,
        label=_("Replace by a newer screening"),
        permission="screening.write",
        needs_reason=True,
        order=2,
        conditions=[newer_is_completed],
    )
    def supersede(self) -> None:
        """A newer screening of the same person takes its place; this one stays readable."""
