"""Sharing without the person's consent: on what it rests, what the person is told, and when it ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.refusals import NotYet
from nrm.cases import lifecycle
from nrm.cases.actions.left import record_what_had_left
from nrm.cases.models import Basis, Case, SharingBasis
from nrm.lib.clock import today
from nrm.tasks.rounds import one_by_one
from nrm.vault.fields import sealed
from workflows.basis import IN_FORCE, BasisFlow

#: Said beside the form too.
REASON_NEEDED = _("Write why this may be shared without consent.")
TOLD_NEEDED = _("Write what the person was told, or why they could not be told yet.")


def missing_of_basis(basis: str, *, reason: str, told: str, was_told: bool) -> dict[str, str | Promise]:
    """What a legal basis still needs, by the field that it is missing from. Only where life is in danger may the
    person be told later without more (process facts, section 8)."""
    missing: dict[str, str | Promise] = {} if reason else {"reason": REASON_NEEDED}
    if not told and (was_told or basis != Basis.VITAL_INTEREST):
        missing["told"] = TOLD_NEEDED
    return missing


@lifecycle.act()
def record_basis(
    case: Case,
    *,
    by: Actor,
    basis: str,
    categories: Iterable[str],
    reason: str,
    recipient_id: UUID | None = None,
    recipient_kind: str = "",
    ends_on: date | None = None,
    told: str = "",
    was_told: bool = False,
) -> SharingBasis:
    """In force at once. Unless the person was told, a task to tell them stays open; `told` then holds why not yet.

    `NotYet` without a reason, and without a word on what the person was told where that cannot wait. Locks the case.
    """
    for missing in missing_of_basis(basis, reason=reason, told=told, was_told=was_told).values():
        raise NotYet(missing)
    record = SharingBasis(
        case=case,
        basis=basis,
        recipient_id=recipient_id,
        recipient_kind=recipient_kind,
        categories=list(categories),
        ends_on=ends_on,
        recorded_by=by.user_id,
    )
    record.reason = sealed(case.person, record, "reason", reason)
    record.told = sealed(case.person, record, "told", told)
    begun = lifecycle.begin(BasisFlow, record, by=by)
    if was_told:
        return take_basis_step(begun, "tell", by=by, expected_version=begun.version, told=told, told_on=today())
    return begun


@lifecycle.act()
def take_basis_step(
    record: SharingBasis, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> SharingBasis:
    """Ending stops at once what rests on it, and writes down what had left until then."""
    if "told" in facts:
        facts["told"] = sealed(record.case.person, record, "told", facts["told"])
    taken = lifecycle.perform(
        BasisFlow, record, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )
    if transition == "end":
        record_what_had_left(taken, by=by)
    return taken


def expire_bases(at: datetime) -> int:
    """Expire legal bases whose end date has passed, each in a transaction of its own; how many did."""
    in_force = SharingBasis.objects.filter(state__in=IN_FORCE, case__person__erased_at=None)
    past = in_force.filter(ends_on__lt=timezone.localdate(at)).select_related("case")
    return one_by_one(past, _expire)


def _expire(record: SharingBasis) -> SharingBasis:
    return take_basis_step(record, "expire", by=THE_SERVICE, expected_version=record.version)
