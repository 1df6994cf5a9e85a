"""A screening by indicators."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from viewflow.fsm import State

from workflows.effects import Notify, Party
from workflows.lifecycle import Beginning, Lifecycle, column, step, unless


class ScreeningState(TextChoices):
    DRAFT = "draft", pgettext_lazy("screening", "Draft")
    COMPLETED = "completed", pgettext_lazy("screening", "Completed")
    SUPERSEDED = "superseded", pgettext_lazy("screening", "Replaced by a newer one")


class ScreeningSubject(Protocol):
    """What the machine asks of a screening."""

    state: str

    def has_answers(self) -> bool: ...


class ScreeningFlow(Lifecycle):
    machine = "screening"
    title = pgettext_lazy("machine", "Screening")
    states = ScreeningState
    state = slot = column(ScreeningState, "state")
    beginning = Beginning(state=ScreeningState.DRAFT, label=_("Start a screening"), permission="screening.write")

    def something_is_answered(self) -> State.CONDITION:
        return unless(self.subject.has_answers(), _("Answer at least one indicator first."))

    @step(
        state,
        ScreeningState.DRAFT,
        ScreeningState.COMPLETED,
        label=_("Complete the screening"),
        permission="screening.write",
        writes=["result", "gives_grounds", "judgement"],
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
    )
    def supersede(self) -> None:
        """A newer screening of the same person takes its place; this one stays readable."""
