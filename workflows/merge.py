"""Two cases of one person, led by one organisation, go on as one; nothing moves, so it can be undone."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.lifecycle import Beginning, Lifecycle, column, step


class MergeState(TextChoices):
    MERGED = "merged", pgettext_lazy("merged cases", "Merged")
    UNDONE = "undone", pgettext_lazy("merged cases", "Undone")


class MergeSubject(Protocol):
    """What the machine asks of a merge."""

    state: str


class MergeFlow(Lifecycle):
    subject: MergeSubject
    machine = "merge"
    title = _("Merged cases")
    states = MergeState
    state = slot = column(MergeState, "state")
    begins_in_closed_case = True
    beginning = Beginning(
        state=MergeState.MERGED, label=_("Merge into another case of the same person"), permission="case.merge"
    )

    @step(
        state,
        MergeState.MERGED,
        MergeState.UNDONE,
        label=_("Undo the merge"),
        permission="case.merge",
        needs_reason=True,
        order=1,
    )
    def undo(self) -> None:
        """It was not one person after all, or a mistake. The case can be reopened and goes on by itself."""
