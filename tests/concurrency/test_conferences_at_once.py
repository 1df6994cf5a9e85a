"""Two colleagues agree the same minutes at once: each decision becomes one task. Without lock and version, two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from nrm.access.refusals import MovedOn
from nrm.cases import lifecycle
from nrm.cases.actions import open_case
from nrm.cases.selectors import standing_in
from nrm.conferences import actions
from nrm.conferences.models import Conference
from nrm.lib.clock import now, today
from nrm.tasks.models import Task
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 3


@pytest.fixture
def written(committed_db: None, cast: Any) -> Callable[[], Conference]:
    """Makes conferences of whose minutes only the agreement is missing, with one decision."""

    def make() -> Conference:
        by, lead = cast.case_worker.actor, cast.organisations.open_hand.pk
        case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
        planned: dict[str, Any] = {"starts_at": now(), "minutes": 30, "how": "phone", "agenda": ["risk"]}
        conference = actions.call_conference(case, by=by, **planned)
        conference = actions.record_persons_part(conference, by=by, expected_version=1, persons_part="told")
        conference = actions.take_step(conference, "hold", by=by, expected_version=conference.version)
        actions.write_point(conference, "risk", by=by, expected_version=0, was_discussed=True, body="Said.")
        due_on = today() + timedelta(days=3)
        actions.write_decision(conference, by=by, topic="risk", sentence="Call her.", owner_id=lead, due_on=due_on)
        return conference

    return make


def agreeing(conference: Conference, cast: Any) -> list[object]:
    def agree(player: Any) -> Callable[[], object]:
        version = conference.version
        return lambda: actions.take_step(conference, "close", by=player.actor, expected_version=version)

    return at_once(agree(cast.case_worker), agree(cast.second_case_worker))


def tasks_of(conference: Conference) -> int:
    subjects = [f"conferences.decision:{decision.pk}" for decision in conference.decisions.all()]
    return Task.objects.filter(subject__in=subjects).count()


def test_exactly_one_agrees_and_there_is_one_task(written: Callable[[], Conference], cast: Any) -> None:
    for _round in range(ROUNDS):
        conference = written()
        answers = agreeing(conference, cast)
        assert sorted(type(answer).__name__ for answer in answers) == ["Conference", MovedOn.__name__]
        assert tasks_of(conference) == 1


def test_without_lock_and_version_there_are_two(
    written: Callable[[], Conference], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: read without a lock, and let both readers wait for each other before they go on."""
    both_have_read, read = Barrier(2), lifecycle._locked

    def read_without_lock(record: Any, by: Any) -> Any:
        if not isinstance(record, Conference):
            return read(record, by)
        found = Conference.objects.select_related("case__person").get(pk=record.pk)
        standing = standing_in(by, found.case)
        both_have_read.wait(timeout=10)
        return found, standing

    conference = written()
    monkeypatch.setattr(lifecycle, "_locked", read_without_lock)
    answers = agreeing(conference, cast)
    assert all(isinstance(answer, Conference) for answer in answers)
    assert tasks_of(conference) == 2
    connection.close()
