"""A legal basis on which something is shared without the person's consent. The person is told."""

from __future__ import annotations

from typing import Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import CloseTasks, Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, step


class BasisState(TextChoices):
    UNTOLD = "untold", pgettext_lazy("legal basis", "In force; the person is still to be told")
    TOLD = "told", pgettext_lazy("legal basis", "In force; the person was told")
    ENDED = "ended", pgettext_lazy("legal basis", "Ended")
    EXPIRED = "expired", pgettext_lazy("legal basis", "Expired")


IN_FORCE = (BasisState.UNTOLD, BasisState.TOLD)


class BasisSubject(Protocol):
    """What the machine asks of a legal basis."""

    state: str


class BasisFlow(Lifecycle):
    subject: BasisSubject
    machine = "basis"
    title = pgettext_lazy("machine", "Legal basis for sharing")
    states = BasisState
    state = slot = column(BasisState, "state")
    begins_in_closed_case = True
    beginning = Beginning(
        state=BasisState.UNTOLD,
        label=_("Record a legal basis"),
        permission="consent.record",
        effects=(OpenTask("tell_person", to=Party.LEAD, days=1),),
    )

    @step(
        state,
        BasisState.UNTOLD,
        BasisState.TOLD,
        label=_("The person was told"),
        permission="consent.record",
        writes=["told", "told_on"],
        order=1,
        effects=[CloseTasks(("tell_person",))],
    )
    def tell(self) -> None:
        """Where life is in danger the least is shared first and the person is told afterwards (process facts, 8)."""

    @step(
        state,
        IN_FORCE,
        BasisState.ENDED,
        label=_("End the legal basis"),
        permission="consent.record",
        needs_reason=True,
        order=2,
        effects=[
            CloseTasks(("tell_person",)),
            OpenTask("stop_using", to=Party.RECIPIENT, days=2),
            Notify("sharing_ended", to=Party.RECIPIENT),
        ],
    )
    def end(self) -> None:
        """The danger is over, or the order was lifted: what rests on it is no longer shared from this moment."""

    @step(
        state,
        IN_FORCE,
        BasisState.EXPIRED,
        label=_("Expire"),
        permission="clock.expire",
        order=3,
        effects=[OpenTask("basis_expired", to=Party.LEAD, days=3)],
    )
    def expire(self) -> None:
        """The end date passed."""
