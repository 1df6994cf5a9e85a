"""Chapters of screening: somebody sees a person for the first time, or once more.

A chapter is a generator: it acts as people do in the rooms, then yields how long nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from nrm.access.actor import Actor
from nrm.cases.selectors.team import responsible_for
from nrm.desk.demo.beginnings import bring_in
from nrm.desk.demo.life import Life
from nrm.identification import actions as identification
from nrm.identification.models import InterviewerPreference, Present, SafeToTalk, Screening

Waits = Iterator[timedelta]

#: Who is there as well, where no interpreter is needed.
COMPANY = ((Present.NOBODY,), (Present.NOBODY,), (Present.PROFESSIONAL,), (Present.COMPANION,))


def reported(life: Life) -> Waits:
    """Somebody opens the case and writes down the signs, one by one."""
    life.screening = identification.open_case(
        by=life.actor(life.reporter),
        lead_organisation_id=life.organisation(life.lead).pk,
        child_protection_id=life.protection_id,
        age_group=life.traits.age,
        sex=life.sex,
        region=life.rng.choice(life.world.regions),
        spoken_language=life.who.spoken,
        needs_interpreter=life.who.from_abroad,
        **_before_talking(life),
    )
    life.code = life.screening.case.code
    if responsible_for(life.case) is not None:
        bring_in(life, by=life.actor(life.reporter))
    yield life.minutes(2, 6)
    yield from _answered(life, life.screening, by=life.actor(life.reporter))


def _before_talking(life: Life) -> dict[str, Any]:
    """What is asked first: safety, company, who should talk, and what it may be about."""
    return {
        "suspicions": life.sees.suspicions,
        "circumstances": life.sees.circumstances,
        "safe_to_talk": life.rng.choice([SafeToTalk.YES, SafeToTalk.YES, SafeToTalk.UNKNOWN]),
        "present": (Present.INTERPRETER,) if life.who.from_abroad else life.rng.choice(COMPANY),
        "interviewer": life.rng.choice(InterviewerPreference.values),
    }


def _answered(life: Life, screening: Screening, *, by: Actor) -> Waits:
    note = life.text("sign")
    for code, (value, basis) in life.sees.signs.items():
        identification.answer_indicator(screening, code, by=by, expected_version=0, value=value, basis=basis, note=note)
        note = ""
    yield life.minutes(5, 15)


def screened(life: Life) -> Waits:
    """The screening is complete, the first aid given, the lead told."""
    yield from _completed(life, by=life.actor(life.reporter))


def _completed(life: Life, *, by: Actor) -> Waits:
    life.screening = identification.complete_screening(
        life.screening,
        by=by,
        expected_version=life.screening.version,
        conclusion=life.sees.conclusion,
        judgement=life.text(life.sees.judgement),
        incomplete_because=life.sees.incomplete,
    )
    yield life.minutes(40, 300)


def screened_anew(life: Life) -> Waits:
    """Another talk, by who leads."""
    life.screening = identification.begin_screening(life.case, by=life.worker, **_before_talking(life))
    yield life.minutes(2, 5)
    yield from _answered(life, life.screening, by=life.worker)
    yield from _completed(life, by=life.worker)


def screened_again(life: Life) -> Waits:
    """The second talk is fuller than the first and takes its place."""
    first = life.screening
    yield from screened_anew(life)
    identification.take_screening_step(
        first, "supersede", by=life.worker, expected_version=first.version, reason=life.text("newer")
    )
    yield life.days(1)


def read(life: Life) -> Waits:
    """The lead has read it and found no grounds to go on."""
    life.tidy()
    yield life.minutes(30, 90)
