"""Two people take different steps on one case at once: exactly one succeeds; without lock and version, both do."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from nrm.access.refusals import MovedOn, Refusal
from nrm.audit.models import Event
from nrm.cases import lifecycle
from nrm.cases.actions import open_case, take_status_step
from nrm.cases.models import Case

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 8
STEPS = ["status.presume_on_judgement", "status.decline"]


@pytest.fixture
def potential(committed_db: None, cast: Any) -> Callable[[], Case]:
    """Makes cases on whose status two people of the lead organisation can take a step."""

    def make() -> Case:
        lead = cast.organisations.open_hand.pk
        return open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")

    return make


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts in threads that start together; each answer is a result or the refusal that came instead."""
    answers: list[object] = [None] * len(acts)
    start = Barrier(len(acts))

    def run(index: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            answers[index] = act()
        except Refusal as refusal:
            answers[index] = refusal
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def step_both_ways(case: Case, cast: Any) -> list[object]:
    version = case.version

    def step(name: str, player: Any) -> Callable[[], object]:
        return lambda: take_status_step(case, name, by=player.actor, expected_version=version, reason="Reasons.")

    return at_once(step("presume_on_judgement", cast.case_worker), step("decline", cast.second_case_worker))


def test_exactly_one_succeeds(potential: Callable[[], Case], cast: Any) -> None:
    for _round in range(ROUNDS):
        case = potential()
        answers = step_both_ways(case, cast)
        assert [type(answer) for answer in answers].count(MovedOn) == 1
        case.refresh_from_db()
        assert case.status in {"presumed", "declined"}
        assert case.version == 2
        taken = Event.objects.filter(case_code=case.code, action__in=STEPS)
        assert taken.count() == 1


def test_without_the_lock_both_succeed(
    potential: Callable[[], Case], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: read without a lock, and let both readers wait for each other before they go on."""
    both_have_read = Barrier(2)

    def read_without_lock(pk: Any) -> Case:
        case = Case.objects.select_related("person").get(pk=pk)
        both_have_read.wait(timeout=10)
        return case

    case = potential()
    monkeypatch.setattr(lifecycle, "lock_case", read_without_lock)
    answers = step_both_ways(case, cast)
    assert all(isinstance(answer, Case) for answer in answers)
    assert Event.objects.filter(action__in=STEPS).count() == 2
