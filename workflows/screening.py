"""A screening by indicators."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, needs, step


class ScreeningState(TextChoices):
    DRAFT = "draft", pgettext_lazy("screening", "Draft")
    COMPLETED = "completed", pgettext_lazy("screening", "Completed")
    SUPERSEDED = "superseded", pgettext_lazy("screening", "Replaced by a newer one")


class Conclusion(TextChoices):
    """What the professional concludes. None is negative, and none closes anything."""

    EXPLOITATION = "exploitation", _("Exploitation is possible")
    SMUGGLING = "smuggling", _("Smuggled in dangerous or degrading circumstances")
    VULNERABLE = "vulnerable", _("On the move and in need of protection or help")
    UNCLEAR = "unclear", _("Not clear yet")


#: Conclusions with a way of their own: nobody leaves with nothing.
OTHER_HELP = (Conclusion.SMUGGLING, Conclusion.VULNERABLE)


class ScreeningSubject(Protocol):
    """What the machine asks of a screening."""

    state: str

    def has_answers(self) -> bool: ...
    def has_newer(self) -> bool: ...


#: What is kept with a completed screening.
RESULT = ("result", "gives_grounds", "intent_recorded", "judgement", "conclusion", "incomplete_because")


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
        writes=RESULT,
        order=1,
        conditions=[something_is_answered],
        effects=[Notify("screening_completed", to=Party.LEAD)],
    )
    def complete(self) -> None:
        """The answers are frozen; the result explains them and decides nothing."""

    @step(
        state,
        ScreeningState.DRAFT,
        ScreeningState.COMPLETED,
        label=_("Complete the screening: the person needs other help"),
        permission="screening.write",
        writes=RESULT,
        order=2,
        conditions=[something_is_answered],
        effects=[
            OpenTask("refer_to_other_help", to=Party.LEAD, days=1),
            Notify("screening_completed", to=Party.LEAD),
        ],
    )
    def complete_for_other_help(self) -> None:
        """Smuggling under aggravated circumstances, or a vulnerable person on the move: referred all the same."""

    @step(
        state,
        ScreeningState.COMPLETED,
        ScreeningState.SUPERSEDED,
        label=_("Replace by a newer screening"),
        permission="screening.write",
        needs_reason=True,
        order=3,
        conditions=[newer_is_completed],
    )
    def supersede(self) -> None:
        """A newer screening of the same person takes its place; this one stays readable."""
