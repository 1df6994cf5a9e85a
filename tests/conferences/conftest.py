"""A case with a shelter, a clinic, the panel and an invited conference."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nrm.cases.models import Participation
from nrm.conferences import actions
from nrm.conferences.models import Conference
from nrm.lib.clock import now, today

SECRET = "CANARY-what-was-said-in-the-room"
AGENDA = ["risk", "accommodation", "health", "psychosocial", "status", "plan", "other"]


def join(case: Any, organisation: Any, relation: str, because: str = "test") -> None:
    """As if a transition had opened it."""
    opened = {"relation": relation, "because": because, "opened_by": case.pk}
    Participation.objects.create(case=case, organisation=organisation, **opened)


@pytest.fixture
def together(case: Any, cast: Any) -> Any:
    """Everybody who could sit in a conference takes part in the case, and the prosecution too."""
    join(case, cast.organisations.house_of_lindens, "shelters", "placements.placement:1")
    join(case, cast.organisations.quiet_room, "treats")
    join(case, cast.organisations.panel, "decides_status")
    join(case, cast.organisations.far_shore, "received_referral")
    join(case, cast.organisations.prosecution, "accepted_referral")
    return case


def guests_of(cast: Any) -> list[Any]:
    named = cast.organisations
    return [named.house_of_lindens.pk, named.quiet_room.pk, named.panel.pk]


def call(case: Any, player: Any, cast: Any, **facts: Any) -> Any:
    asked: dict[str, Any] = {
        "starts_at": now() + timedelta(days=7),
        "minutes": 60,
        "how": "office",
        "agenda": AGENDA,
        "organisations": guests_of(cast),
    } | facts
    return actions.call_conference(case, by=player.actor, **asked)


@pytest.fixture
def called(together: Any, cast: Any) -> Any:
    return call(together, cast.case_worker, cast, details="Room CANARY-7")


def part_of(conference: Any, organisation: Any) -> Any:
    return conference.attendances.get(organisation=organisation)


def answer(conference: Any, player: Any, transition: str = "accept", **facts: Any) -> Any:
    part = conference.attendances.get(organisation=player.actor.organisation_id)
    version = facts.pop("version", part.version)
    return actions.answer(part, transition, by=player.actor, expected_version=version, **facts)


def ask_the_person(conference: Any, cast: Any, **facts: Any) -> Any:
    told = {"persons_part": "takes_part", "wish": SECRET} | facts
    version = type(conference).objects.get(pk=conference.pk).version
    return actions.record_persons_part(conference, by=cast.case_worker.actor, expected_version=version, **told)


def take(conference: Any, transition: str, player: Any, **facts: Any) -> Any:
    version = facts.pop("version", Conference.objects.get(pk=conference.pk).version)
    return actions.take_step(conference, transition, by=player.actor, expected_version=version, **facts)


def come(conference: Any) -> None:
    """As if the day had come."""
    Conference.objects.filter(pk=conference.pk).update(starts_at=now())


@pytest.fixture
def held(called: Any, cast: Any) -> Any:
    """The shelter accepted and was there, the clinic came without having answered, the panel did not come."""
    answer(called, cast.shelter_worker)
    ask_the_person(called, cast)
    come(called)
    named = cast.organisations
    return take(called, "hold", cast.case_worker, attended=[named.house_of_lindens.pk, named.quiet_room.pk])


def write(conference: Any, topic: str, player: Any, body: str = SECRET, **facts: Any) -> Any:
    said: dict[str, Any] = {"expected_version": 0, "was_discussed": bool(body), "body": body} | facts
    return actions.write_point(conference, topic, by=player.actor, **said)


def decide(conference: Any, player: Any, owner: Any, **facts: Any) -> Any:
    said: dict[str, Any] = {"topic": "risk", "sentence": SECRET, "due_on": today() + timedelta(days=5)} | facts
    return actions.write_decision(conference, by=player.actor, owner_id=owner.pk, **said)


@pytest.fixture
def written(held: Any, cast: Any) -> Any:
    """Every point has its minutes; the clinical one from the clinician."""
    for topic in AGENDA:
        write(held, topic, cast.clinician if topic == "health" else cast.case_worker, f"{SECRET}-{topic}")
    return held


@pytest.fixture
def closed(written: Any, cast: Any) -> Any:
    decide(written, cast.case_worker, cast.organisations.house_of_lindens)
    return take(written, "close", cast.case_worker)
