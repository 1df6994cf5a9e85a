"""What the person agrees to, takes back, and what ends by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.refusals import NotYet
from nrm.cases import lifecycle
from nrm.cases.actions.left import record_what_had_left
from nrm.cases.models import Case, Consent, GivenHow
from nrm.cases.signature import strokes_of
from nrm.tasks.rounds import one_by_one
from nrm.vault.fields import sealed
from workflows.consent import ConsentFlow, ConsentState

#: Said beside the form too.
GUARDIAN_NEEDED = _(
    "Whoever may be a child agrees together with a guardian. Without one, record a legal basis instead."
)
WITNESS_NEEDED = _("Write who was the witness.")
GUARDIAN_NAMED = _("Write who the guardian is.")
ASSENT_NEEDED = _("Write what the child said to it.")


@lifecycle.act()
def record_consent(
    case: Case,
    *,
    by: Actor,
    purpose: str,
    given_how: str,
    given_on: date,
    recipient_id: UUID | None = None,
    recipient_kind: str = "",
    categories: Iterable[str] = (),
    explained_in: str = "",
    with_interpreter: bool = False,
    ends_on: date | None = None,
    witness: str = "",
    assent: str = "",
    signature: str = "",
    note: str = "",
    consent_id: UUID | None = None,
) -> Consent:
    """Sent twice under one id, it is one consent. `NotYet` when whoever may be a child agreed alone, when nobody is
    named beside a spoken consent or a guardian's, or when what was drawn is no signature. Locks the case."""
    locked = lifecycle.lock_case(case.pk)
    same = Consent.objects.filter(pk=consent_id, case=case, recorded_by=by.user_id) if consent_id else None
    known: Consent | None = same.first() if same is not None else None
    if known is not None:
        return known
    consent = Consent(
        id=consent_id or uuid4(),
        case=case,
        purpose=purpose,
        recipient_id=recipient_id,
        recipient_kind=recipient_kind,
        categories=list(categories),
        given_how=given_how,
        given_on=given_on,
        ends_on=ends_on,
        explained_in=explained_in,
        with_interpreter=with_interpreter,
        recorded_by=by.user_id,
    )
    for column, text in {"witness": witness, "assent": assent, "signature": signature, "note": note}.items():
        setattr(consent, column, sealed(case.person, consent, column, text))
    _require_drawing(signature)
    begun = lifecycle.begin(ConsentFlow, consent, by=by)
    may_be_a_child = locked.may_be_a_child()
    for missing in missing_beside(given_how, may_be_a_child=may_be_a_child, witness=witness, assent=assent).values():
        raise NotYet(missing)
    return begun


def missing_beside(given_how: str, *, may_be_a_child: bool, witness: str, assent: str) -> dict[str, str | Promise]:
    """What the way in which consent was given still needs, by the field that it is missing from."""
    if may_be_a_child and given_how != GivenHow.GUARDIAN_AND_CHILD:
        return {"given_how": GUARDIAN_NEEDED}
    missing: dict[str, str | Promise] = {}
    if given_how != GivenHow.SIGNED and not witness:
        missing["witness"] = WITNESS_NEEDED if given_how == GivenHow.ORAL_WITH_WITNESS else GUARDIAN_NAMED
    if given_how == GivenHow.GUARDIAN_AND_CHILD and not assent:
        missing["assent"] = ASSENT_NEEDED
    return missing


@lifecycle.act()
def take_consent_step(
    consent: Consent, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Consent:
    """Withdrawing ends at once what rests on it, and writes down what had left until then."""
    taken = lifecycle.perform(
        ConsentFlow, consent, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )
    if transition == "withdraw":
        record_what_had_left(taken, by=by)
    return taken


def expire_consents(at: datetime) -> int:
    """Expire consents whose end date has passed, each in a transaction of its own; how many did."""
    given = Consent.objects.filter(state=ConsentState.GIVEN, case__person__erased_at=None)
    past = given.filter(ends_on__lt=timezone.localdate(at)).select_related("case")
    return one_by_one(past, _expire)


def _expire(consent: Consent) -> Consent:
    return take_consent_step(consent, "expire", by=THE_SERVICE, expected_version=consent.version)


def _require_drawing(signature: str) -> None:
    try:
        strokes_of(signature)
    except ValueError:
        raise NotYet(_("The drawn signature cannot be read. Clear it and let the person sign again.")) from None
