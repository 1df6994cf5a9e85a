"""What the person agrees to, takes back, and what ends by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.refusals import MovedOn, NotYet
from nrm.cases import lifecycle
from nrm.cases.models import Case, Consent
from nrm.vault.fields import sealed
from workflows.consent import ConsentFlow, ConsentState


def record_consent(
    case: Case,
    *,
    by: Actor,
    purpose: str,
    given_how: str,
    given_on: date,
    recipient_id: UUID | None = None,
    categories: Iterable[str] = (),
    with_interpreter: bool = False,
    ends_on: date | None = None,
    note: str = "",
) -> Consent:
    consent = Consent(
        case=case,
        purpose=purpose,
        recipient_id=recipient_id,
        categories=list(categories),
        given_how=given_how,
        given_on=given_on,
        ends_on=ends_on,
        with_interpreter=with_interpreter,
        recorded_by=by.user_id,
    )
    consent.note = sealed(case.person, consent, "note", note)
    return lifecycle.begin(ConsentFlow, consent, by=by)


def take_consent_step(
    consent: Consent, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Consent:
    return lifecycle.perform(
        ConsentFlow, consent, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def expire_consents(at: datetime) -> int:
    """Expire consents whose end date has passed, each in a transaction of its own; how many did."""
    past = Consent.objects.filter(state=ConsentState.GIVEN, ends_on__lt=timezone.localdate(at)).select_related("case")
    for consent in past:
        try:
            take_consent_step(consent, "expire", by=THE_SERVICE, expected_version=consent.version)
        except (MovedOn, NotYet):
            continue
    return len(past)
