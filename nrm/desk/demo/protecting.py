"""Chapters of how a person is helped: in their own name, without one, or protected as a child."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nrm.access.actor import Actor
from nrm.cases import actions as cases
from nrm.cases.models import AgeGroup, BestInterestFinding, BestInterestStep, GuardianKind
from nrm.desk.demo.life import Life
from nrm.desk.demo.words import identity
from nrm.lib.clock import today

Waits = Iterator[timedelta]


def asked(life: Life) -> Waits:
    """Who leads has read the screening. An adult is asked whether they want to be named, a child is just protected."""
    life.tidy()
    if life.is_child:
        yield from protected(life)
    elif life.traits.stays_nameless:
        life.choose("stay_nameless")
    else:
        yield from named(life)
    yield life.minutes(5, 20)


def named(life: Life) -> Waits:
    life.choose("agree_to_be_named")
    yield from identity_written(life)


def identity_written(life: Life) -> Waits:
    written = identity(life.who, life.world.texts, is_child=life.is_child, rng=life.rng)
    case = life.case
    cases.write_identity(case, written, by=life.worker, expected_version=case.person.version)
    yield life.minutes(10, 60)


def protected(life: Life) -> Waits:
    """Who the child is, a guardian in most cases, and a look at the child's best interests before the first move."""
    yield from identity_written(life)
    yield from looked_after(life)


def looked_after(life: Life) -> Waits:
    if life.traits.gets_guardian:
        yield from guardian_found(life)
    _look(
        life,
        BestInterestStep.ACCOMMODATION,
        life.rng.choice([BestInterestFinding.IN_BEST_INTERESTS, BestInterestFinding.WITH_CONDITIONS]),
        view="childs_view",
        reasons="best_interests" if life.traits.gets_guardian else "best_interests_alone",
        by=life.colleague,
    )


def guardian_found(life: Life) -> Waits:
    cases.record_guardian(
        life.case,
        by=life.protector,
        kind=life.rng.choice([GuardianKind.TEMPORARY, GuardianKind.GUARDIAN]),
        appointed_on=today(),
        is_independent=True,
        contact=life.text("guardian"),
    )
    yield life.minutes(60, 240)


def return_not_now(life: Life) -> Waits:
    """The authority that protects the child looked at a return, and found it not to be in the child's interests."""
    finding = BestInterestFinding.NOT_IN_BEST_INTERESTS
    _look(life, BestInterestStep.RETURN, finding, view="wants_to_stay", reasons="not_yet_home", by=life.protector)
    yield life.days(1)


def _look(life: Life, step: str, finding: str, *, view: str, reasons: str, by: Actor) -> None:
    cases.assess_best_interests(
        life.case,
        by=by,
        step=step,
        finding=finding,
        childs_view=life.text(view),
        reasons=life.text(reasons),
        guardian_heard=life.traits.gets_guardian,
    )


def grown_up(life: Life) -> Waits:
    """A paper settles the age; from now on the person is asked, as every adult is."""
    case = life.case
    cases.record_age(
        case,
        by=life.worker,
        expected_version=case.version,
        age_group=AgeGroup.ADULT,
        reason=life.text("older"),
    )
    life.choose("agree_to_be_named")
    yield life.days(1)
