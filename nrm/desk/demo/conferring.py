"""Chapters of a case conference: called, answered, held, its minutes agreed, its decisions to be done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from nrm.access.actor import Actor
from nrm.cases.selectors import standing_in
from nrm.conferences import actions as conferences
from nrm.conferences import selectors
from nrm.conferences.models import Attendance, GuardiansPart, How, PersonsPart
from nrm.conferences.points import Topic
from nrm.desk.demo.life import Life
from nrm.desk.demo.supporting import at
from nrm.lib.clock import now

Waits = Iterator[timedelta]

#: What was said on each point, and who writes it.
SAID = (
    (Topic.RISK, "minutes_risk", ""),
    (Topic.HEALTH, "minutes_health", "clinician"),
    (Topic.PSYCHOSOCIAL, "minutes_support", ""),
    (Topic.CHILD, "minutes_child", ""),
)
NEXT_WEEK = (Topic.RISK, Topic.ACCOMMODATION, Topic.LEGAL, Topic.PLAN)


def conference_called(life: Life) -> Waits:
    """Two days ago for next week; who treats the person said at once who comes."""
    yield life.world.until_before_end(timedelta(days=2))
    _call(life, at(9, life.world.end + timedelta(days=6)), NEXT_WEEK)
    yield life.minutes(60, 200)
    _accept(life, "quiet_room", "clinician")
    yield life.minutes(10, 30)


def conference_held(life: Life) -> Waits:
    """From the call to the tasks that come out of it."""
    yield life.world.until_before_end(timedelta(days=7))
    _call(life, at(9, now() + timedelta(days=3)), [topic for topic, _said, _by in SAID])
    yield life.minutes(60, 200)
    _accept(life, "quiet_room", "clinician")
    _accept(life, "centre", "worker4")
    _accept(life, life.shelter, life.shelter)
    yield life.conference.ends_at - now()
    _hold(life)
    yield life.minutes(60, 200)
    _write_minutes(life)
    yield life.days(1)
    _step(life, "close")
    yield life.minutes(10, 30)


def _call(life: Life, starts_at: datetime, agenda: Sequence[str]) -> None:
    """With everybody who helps the person and may be asked."""
    possible = selectors.possible_guests(life.case, standing_in(life.worker, life.case))
    guests = [guest for guest in possible if guest.id != life.organisation("panel").pk]
    life.conference = conferences.call_conference(
        life.case,
        by=life.worker,
        starts_at=starts_at,
        minutes=60,
        how=How.OFFICE,
        agenda=agenda,
        organisations=[guest.id for guest in guests],
        details=life.text("conference_room"),
    )


def _accept(life: Life, organisation: str, person: str) -> None:
    guest = Attendance.objects.get(conference=life.conference, organisation=life.organisation(organisation))
    by = life.actor(person)
    conferences.answer(guest, "accept", by=by, expected_version=guest.version, people=[by.user_id])


def _hold(life: Life) -> None:
    of_a_child = {"guardians_part": GuardiansPart.TAKES_PART, "childs_view": life.text("conference_view")}
    life.conference = conferences.record_persons_part(
        life.conference,
        by=life.worker,
        expected_version=life.conference.version,
        persons_part=PersonsPart.NOT_COMING,
        wish=life.text("conference_wish"),
        **(of_a_child if life.is_child else {}),
    )
    _step(life, "hold", attended={life.organisation(key).pk for key in ("quiet_room", life.shelter)})


def _step(life: Life, transition: str, **facts: Any) -> None:
    life.conference = conferences.take_step(
        life.conference, transition, by=life.worker, expected_version=life.conference.version, **facts
    )


def _write_minutes(life: Life) -> None:
    for topic, said, person in SAID:
        by: Actor = life.actor(person) if person else life.worker
        body = life.text(said)
        conferences.write_point(life.conference, topic, by=by, expected_version=0, was_discussed=True, body=body)
    owners = (("quiet_room", life.actor("clinician").user_id), (life.shelter, None))
    for (owner, person_id), sentence, days in zip(owners, life.world.texts["decision"], (5, 9), strict=True):
        conferences.write_decision(
            life.conference,
            by=life.worker,
            topic=Topic.CHILD,
            sentence=sentence,
            owner_id=life.organisation(owner).pk,
            user_id=person_id,
            due_on=(now() + timedelta(days=days)).date(),
        )
