"""Consent, by purpose and recipient."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workflows.effects import Notify, OpenTask, Party
from workflows.lifecycle import Beginning, Lifecycle, column, step


class ConsentState(TextChoices):
    GIVEN = "given", pgettext_lazy("consent", "Given")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("consent", "Expired")


class ConsentFlow(Lifecycle):
    machine = "consent"
    title = pgettext_lazy("machine", "Consent")
    states = ConsentState
    begins_in_closed_case = True
    state = slot = column(ConsentState, "state")
    beginning = Beginning(state=ConsentState.GIVEN, label=_("Record consent"), permission="consent.record")

    @step(
        state,
        ConsentState.GIVEN,
        ConsentState.WITHDRAWN,
        label=_("Withdraw consent"),
        permission="consent.record",
        needs_reason=True,
        order=1,
        effects=[
            OpenTask("stop_using", to=Party.RECIPIENT, days=2),
            Notify("consent_withdrawn", to=Party.RECIPIENT),
        ],
    )
    def withdraw(self) -> None:
        """What rests on it is no longer shared from this moment; access looks at live consents only."""

    @step(
        state,
        ConsentState.GIVEN,
        ConsentState.EXPIRED,
        label=_("Expire"),
        permission="clock.expire",
        order=2,
        effects=[OpenTask("consent_expired", to=Party.LEAD, days=3)],
    )
    def expire(self) -> None:
        """The end date passed; the lead asks the person again."""
