"""Chapters of a place to stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from nrm.cases.models import AgeGroup, RiskLevel, Sex
from nrm.desk.demo.life import Life
from nrm.lib.clock import now, today
from nrm.placements import actions as placements
from nrm.placements.models import Ending

Waits = Iterator[timedelta]


def placement_begun(life: Life) -> Waits:
    life.step("arrange_placement")
    yield life.minutes(10, 30)


def place_requested(life: Life) -> Waits:
    women_or_children = life.sex == Sex.WOMAN or life.traits.age == AgeGroup.CHILD
    life.shelter = "linden" if women_or_children else "ridge"
    life.placement = placements.request_placement(
        life.case,
        by=life.worker,
        shelter_id=life.world.shelter_id(life.shelter),
        needed_from=today(),
        needs=life.text("needs"),
    )
    yield life.minutes(60, 200)


def _stay(life: Life, transition: str, *, lead: bool = False, reason: str = "", **facts: Any) -> None:
    life.placement = placements.take_step(
        life.placement,
        transition,
        by=life.worker if lead else life.actor(life.shelter),
        expected_version=life.placement.version,
        reason=life.text(reason) if reason else "",
        **facts,
    )


def place_reserved(life: Life) -> Waits:
    _stay(life, "offer", **_fitting(life))
    yield life.minutes(30, 120)


def place_kept(life: Life) -> Waits:
    """Reserved for longer than usual: the person comes from far away."""
    _stay(life, "offer", **_fitting(life), reserved_until=now() + timedelta(days=5))
    yield life.days(1)


def _fitting(life: Life) -> dict[str, Any]:
    """The free place that fits best, and why it is right where it does not fit."""
    unit = life.free_unit(life.shelter)
    return {"unit": unit, "override_reason": life.text("override") if unit.mismatches(life.case) else ""}


def place_declined(life: Life) -> Waits:
    _stay(life, "decline", reason="no_place")
    yield life.days(1)


def place_cancelled(life: Life) -> Waits:
    _stay(life, "cancel", lead=True, reason="cancelled")
    yield life.days(1)


def reservation_lapsed(life: Life) -> Waits:
    """Nobody came; the reservation ends at night."""
    yield life.days(3)


def admitted(life: Life) -> Waits:
    """At high risk a second person approves first."""
    if life.traits.risk == RiskLevel.HIGH:
        _stay(life, "approve", lead=True)
        yield life.minutes(10, 40)
    _stay(life, "admit")
    yield life.days(1)


def sheltered(life: Life) -> Waits:
    """From the request to the stay."""
    yield from placement_begun(life)
    yield from place_requested(life)
    yield from place_reserved(life)
    yield from admitted(life)


def away(life: Life) -> Waits:
    _stay(life, "leave", reason="leave")
    yield life.days(3)


def returned(life: Life) -> Waits:
    _stay(life, "come_back")
    yield life.days(2, 4)


def stay_ended(life: Life) -> Waits:
    _stay(life, "end", reason="stay_ended", ending=life.rng.choice([Ending.MOVED_ON, Ending.FAMILY]))
    yield life.days(1, 3)
