"""A conflict of interest: one user is kept away from one case, whatever else would open it to them."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class BarState(TextChoices):
    BARRED = "barred", pgettext_lazy("conflict of interest", "Kept away from the case")
    LIFTED = "lifted", pgettext_lazy("conflict of interest", "No longer kept away")


class BarSubject(Protocol):
    """What the machine asks of a bar."""

    state: str

    def keeps_away(self, user_id: UUID) -> bool: ...


class BarFlow(Lifecycle):
    subject: BarSubject
    machine = "bar"
    title = _("Conflict of interest")
    states = BarState
    state = slot = column(BarState, "state")
    begins_in_closed_case = True
    beginning = Beginning(state=BarState.BARRED, label=_("Keep away from the case"), permission="bar.declare")

    @needs(_("You are kept away from this case yourself, so a colleague has to decide."))
    def decided_by_somebody_else(self) -> bool:
        return self.actor is not None and not self.subject.keeps_away(self.actor.user_id)

    @step(
        state,
        BarState.BARRED,
        BarState.LIFTED,
        label=_("Let the person see the case again"),
        permission="bar.lift",
        needs_reason=True,
        conditions=[decided_by_somebody_else],
        order=1,
    )
    def lift(self) -> None:
        """What else opens the case to the person counts again; nothing is opened by this alone."""
