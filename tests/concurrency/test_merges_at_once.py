"""Two colleagues merge the same two cases at once, each the other way round: one stands, nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from nrm.access.refusals import NotYet, Refusal
from nrm.cases import actions as cases
from nrm.cases.models import Case, CaseMerge
from nrm.tasks import actions as tasks
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 5
Pair = Callable[[], tuple[Case, Case]]


@pytest.fixture
def pair(committed_db: None, cast: Any) -> Pair:
    """Two closed cases: whichever way round, nothing keeps one from going on in the other."""

    def make() -> tuple[Case, Case]:
        return closed(cast), closed(cast)

    return make


def closed(cast: Any) -> Case:
    by, lead = cast.case_worker.actor, cast.organisations.open_hand.pk
    case = cases.open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="woman")
    tasks.close_tasks(case_code=case.code, by=by)
    facts = {"reason": "She moved.", "closure": "moved_away"}
    return cases.take_case_step(case, "close", by=by, expected_version=case.version, **facts)


def merging(case: Case, into: Case, player: Any) -> Callable[[], object]:
    def merge() -> object:
        try:
            return cases.merge_cases(case, into, by=player.actor, reason="One.", expected_version=case.version)
        except (IntegrityError, Refusal) as refused:
            return refused

    return merge


def both_ways(one: Case, other: Case, cast: Any) -> list[str]:
    answers = at_once(merging(one, other, cast.case_worker), merging(other, one, cast.second_case_worker))
    return sorted(type(answer).__name__ for answer in answers)


def test_one_way_stands(pair: Pair, cast: Any) -> None:
    for number in range(1, ROUNDS + 1):
        assert both_ways(*pair(), cast) == ["CaseMerge", NotYet.__name__]
        assert CaseMerge.objects.standing().count() == number


def test_without_the_lock_the_database_itself_keeps_one(pair: Pair, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: nobody waits for the other's case, both find nothing in the way, and the trigger refuses the
    second."""
    unlocked_and_together(monkeypatch)
    assert both_ways(*pair(), cast) == ["CaseMerge", IntegrityError.__name__]
    assert CaseMerge.objects.count() == 1


def test_without_the_trigger_too_there_would_be_a_circle(
    pair: Pair, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other control: what the two guards are for."""
    from django.db import connection

    unlocked_and_together(monkeypatch)
    pairs = pair()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_casemerge DISABLE TRIGGER no_chain")
    try:
        assert both_ways(*pairs, cast) == ["CaseMerge", "CaseMerge"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE cases_casemerge ENABLE TRIGGER no_chain")


def unlocked_and_together(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Barrier

    from nrm.cases import lifecycle
    from nrm.cases.actions import merge

    both_have_looked = Barrier(2)
    look = merge.why_not_to_be_merged

    def look_together(case: Case, into: Case) -> object:
        found = look(case, into)
        both_have_looked.wait(timeout=10)
        return found

    monkeypatch.setattr(lifecycle, "lock_case", lambda pk: Case.objects.select_related("person").get(pk=pk))
    monkeypatch.setattr(merge, "why_not_to_be_merged", look_together)
