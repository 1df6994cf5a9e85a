"""Two approvals at once, and an approval while the case is reopened: one act counts, and nothing is half erased."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.utils import timezone

from nrm.access.refusals import Gone, MovedOn, NotYet
from nrm.audit import verifier
from nrm.audit.models import Event
from nrm.cases import lifecycle
from nrm.cases.actions import look_at_retention, take_case_step, take_retention_step
from nrm.cases.models import Case, Retention
from tests.cases.keeping import YEARS, closed_case, decided, fresh, later
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 4


@pytest.fixture
def proposed(committed_db: None, cast: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Retention]:
    """Makes proposals that the lead has approved already."""
    decided(settings)
    later(monkeypatch, YEARS)

    def make() -> Retention:
        case = closed_case(cast)
        look_at_retention(timezone.now())
        return step(Retention.objects.get(case=case), "approve", cast.case_worker)

    return make


def step(proposal: Retention, name: str, player: Any) -> Retention:
    return take_retention_step(proposal, name, by=player.actor, expected_version=proposal.version)


def erasing(proposal: Retention, cast: Any) -> Callable[[], object]:
    return lambda: step(proposal, "erase", cast.coordinator)


def reopening(case: Case, cast: Any) -> Callable[[], object]:
    by, version = cast.case_worker.actor, case.version
    return lambda: take_case_step(case, "reopen", by=by, expected_version=version, reason="She came back.")


def is_half_erased(case: Case) -> bool:
    now = fresh(case)
    return now.stage != "closed" and now.person.erased_at is not None


def test_d5_two_who_erase_at_once_erase_once(proposed: Callable[[], Retention], cast: Any) -> None:
    for number in range(1, ROUNDS + 1):
        proposal = proposed()
        answers = at_once(erasing(proposal, cast), erasing(proposal, cast))
        assert sorted(type(answer).__name__ for answer in answers) == ["Gone", "Retention"]
        assert Event.objects.filter(action="identity.erased").count() == number
    assert verifier.verify().findings == []


def test_d5_a_case_is_reopened_or_erased_and_never_both(proposed: Callable[[], Retention], cast: Any) -> None:
    for _round in range(ROUNDS):
        proposal = proposed()
        case = fresh(proposal.case)
        answers = at_once(erasing(proposal, cast), reopening(case, cast))
        assert sum(isinstance(answer, (Gone, MovedOn, NotYet)) for answer in answers) == 1
        assert not is_half_erased(case)


def test_without_the_lock_an_erased_case_is_open(
    proposed: Callable[[], Retention], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both have read the case before one of them writes."""
    both_have_read = Barrier(2)

    def read(pk: Any) -> Case:
        case = fresh(Case(pk=pk))
        both_have_read.wait(timeout=10)
        return case

    proposal = proposed()
    case = fresh(proposal.case)
    monkeypatch.setattr(lifecycle, "lock_case", read)
    monkeypatch.setattr(lifecycle, "_refuse_erased", lambda _case: None)
    monkeypatch.setattr(Retention, "is_due", lambda _self: True)
    at_once(erasing(proposal, cast), reopening(case, cast))
    assert is_half_erased(case)
