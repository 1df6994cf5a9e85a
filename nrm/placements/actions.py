"""What shelters and leads do about places and stays.

Locks are taken in one order everywhere: case, then unit. The placement needs no order of its own: whoever writes it
holds its case. The exclusion constraint `placement_one_person_a_unit` decides who gets a place; the lock on the unit
only makes those who reach for it at once wait in line instead of meeting in a deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.refusals import NotVisible, NotYet
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import Case, reference
from nrm.cases.selectors import standing_in
from nrm.lib.clock import now
from nrm.lib.history import Recording, save_recorded
from nrm.placements import selectors
from nrm.placements.contention import TAKEN, politely
from nrm.placements.models import Placement, Shelter, Unit
from nrm.tasks.rounds import one_by_one
from nrm.vault.fields import sealed
from nrm.vault.sealing import new_data_key
from workflows.placement import PlacementFlow

RESERVED_FOR = timedelta(hours=24)


def request_placement(case: Case, *, by: Actor, shelter_id: UUID, needed_from: date, needs: str = "") -> Placement:
    """Ask a shelter for a place."""
    placement = Placement(case=case, shelter_id=shelter_id, needed_from=needed_from, requested_by=by.user_id)
    placement.needs = sealed(case.person, placement, "needs", needs)
    return lifecycle.begin(PlacementFlow, placement, by=by)


def take_step(
    placement: Placement, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Placement:
    """Fire a transition. Reserving goes through `offer_unit`; the others only need their times."""
    selectors.require_sight(placement, standing_in(by, placement.case))
    step: dict[str, Any] = {"by": by, "expected_version": expected_version}
    if transition == "offer":
        return offer_unit(placement, **step, **facts)
    if transition == "admit":
        facts.setdefault("admitted_at", now())
    if transition in {"cancel", "end", "expire"} and placement.period is not None:
        facts["period"] = DateTimeTZRange(placement.period.lower, now())
    with politely():
        return lifecycle.perform(PlacementFlow, placement, transition, **step, reason=reason, **facts)


def offer_unit(
    placement: Placement,
    *,
    by: Actor,
    expected_version: int,
    unit: Unit,
    reserved_until: datetime | None = None,
    override_reason: str = "",
) -> Placement:
    """Hold a unit for the person. `NotYet` when somebody was faster, or when it does not fit and nobody says why."""
    start = now()
    until = reserved_until or start + RESERVED_FOR
    if until <= start:
        raise NotYet(_("A reservation has to end in the future."))
    facts: dict[str, Any] = {"reserved_until": until, "period": DateTimeTZRange(start, None)}
    if override_reason:
        person = placement.case.person
        facts["override_reason"] = sealed(person, placement, "override_reason", override_reason)
    with politely():
        lifecycle.lock_case(placement.case_id)
        facts["unit"] = _locked_unit(unit.pk, placement.shelter_id)
        return lifecycle.perform(PlacementFlow, placement, "offer", by=by, expected_version=expected_version, **facts)


def _locked_unit(pk: UUID, shelter_id: UUID) -> Unit:
    """The unit as it is now. The lock leaves room for the foreign keys of others."""
    unit = Unit.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk, shelter=shelter_id).first()
    if unit is None or not unit.is_active:
        raise NotYet(TAKEN)
    return unit


def expire_overdue(at: datetime) -> int:
    """End the reservations whose time is over; how many. One that became a stay at this very moment stays."""
    return one_by_one(selectors.reservations_overdue(at), _expire)


def _expire(placement: Placement) -> Placement:
    return take_step(placement, "expire", by=THE_SERVICE, expected_version=placement.version)


# The shelter's own places: they belong to no case, so the lifecycle of cases has no part in them.


def write_shelter(*, by: Actor, code_name: str, address: str = "") -> Shelter:
    """Write the profile of the actor's own shelter; an empty address leaves the one there is. Locks the shelter."""
    selectors.require_shelter_work(by)
    with politely():
        own = Shelter.objects.select_for_update().filter(organisation=by.organisation_id)
        shelter = own.first() or _new_shelter(by.organisation_id)
        shelter.code_name = code_name
        if address:
            shelter.address = sealed(shelter, shelter, "address", address)
        changed = sorted({"code_name", *(["address"] if address else [])})
        _record(Code.SHELTER_CHANGED, shelter, by, {"written": changed})
    return shelter


def _new_shelter(organisation_id: UUID) -> Shelter:
    shelter = Shelter(organisation_id=organisation_id)
    key = new_data_key(shelter.id, shelter.key_version)
    shelter.wrapped_key, shelter.key_id = key.wrapped, key.key_id
    return shelter


def reveal_address(*, by: Actor) -> str:
    """Open the address of the actor's own shelter; the event is committed before it is given out."""
    shelter = selectors.own_shelter(by)
    if shelter is None:
        raise NotVisible
    audit.record(Code.SHELTER_ADDRESS_SEEN, by=by, subject=reference(shelter))
    return selectors.address_of(shelter)


def add_unit(
    *,
    by: Actor,
    name: str,
    sexes: Iterable[str],
    age_groups: Iterable[str],
    is_step_free: bool = False,
    takes_high_risk: bool = False,
) -> Unit:
    shelter = selectors.own_shelter(by)
    if shelter is None:
        raise NotYet(_("Write the profile of the shelter first."))
    unit = Unit(
        shelter=shelter,
        name=name,
        sexes=list(sexes),
        age_groups=list(age_groups),
        is_step_free=is_step_free,
        takes_high_risk=takes_high_risk,
    )
    with politely():
        _record(Code.UNIT_ADDED, unit, by)
    return unit


def change_unit(unit: Unit, *, by: Actor, **values: Any) -> Unit:
    """Change what a place is for, or take it out of use when nobody holds it. Locks the unit."""
    with politely():
        selectors.unit_for(by, unit.pk)
        locked = Unit.objects.select_for_update(of=("self",)).get(pk=unit.pk)
        for name, value in values.items():
            setattr(locked, name, value)
        if not locked.is_active and locked.placements.holding().exists():
            raise NotYet(_("Somebody holds this place. End the stay or the reservation first."))
        _record(Code.UNIT_CHANGED, locked, by, {"written": sorted(values)})
    return locked


@transaction.atomic
def _record(code: Code, record: Shelter | Unit, by: Actor, data: dict[str, Any] | None = None) -> None:
    row = save_recorded(record, Recording(by.user_id, transition=code.value))
    audit.append(code, by=by, subject=reference(record), data=data or {}, history=[audit.history_digest(row)])
