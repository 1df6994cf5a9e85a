"""A time limit is taken up by two at the same moment: by two rounds of the worker, or by a round and an extension."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Event, current_thread
from typing import Any

import pytest
from django.utils import timezone

from nrm.cases import lifecycle
from nrm.cases.actions import extend_clock, open_case, run_out_clocks, take_status_step
from nrm.cases.models import Case
from nrm.tasks import actions as tasks
from nrm.tasks.models import Clock, Task
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 6


@pytest.fixture
def due(committed_db: None, cast: Any) -> Callable[[], Clock]:
    """Makes cases whose recovery and reflection period is over."""

    def make() -> Clock:
        lead = cast.organisations.open_hand.pk
        case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
        take_status_step(case, "presume_on_judgement", by=cast.case_worker.actor, expected_version=1, reason="Seen.")
        clock = Clock.objects.get(case_code=case.code, key="reflection_days")
        clock.started_at, clock.due_at = clock.started_at - timedelta(days=90), timezone.now() - timedelta(hours=1)
        clock.save()
        return clock

    return make


def run_out() -> int:
    return run_out_clocks(timezone.now())


def without_locks(monkeypatch: pytest.MonkeyPatch, read_clock: Callable[[Any], Clock]) -> None:
    monkeypatch.setattr(lifecycle, "lock_case", lambda pk: Case.objects.select_related("person").get(pk=pk))
    monkeypatch.setattr(tasks, "lock_clock", read_clock)


def test_two_rounds_tell_of_it_once(due: Callable[[], Clock]) -> None:
    for _round in range(ROUNDS):
        clock = due()
        assert sorted(at_once(run_out, run_out)) == [0, 1]  # type: ignore[type-var]
        assert Task.objects.filter(subject=tasks.reference_of(clock)).count() == 2


def test_without_the_locks_two_rounds_tell_of_it_twice(
    due: Callable[[], Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both read before one of them writes."""
    both_have_read = Barrier(2)

    def read(pk: Any) -> Clock:
        clock = Clock.objects.get(pk=pk)
        both_have_read.wait(timeout=10)
        return clock

    due()
    without_locks(monkeypatch, read)
    assert at_once(run_out, run_out) == [1, 1]


def extension(clock: Clock, cast: Any) -> Callable[[], object]:
    day = timezone.localdate() + timedelta(days=30)
    return lambda: extend_clock(clock, by=cast.officer.actor, due_on=day, authority="court", reason="A report.")


def is_consistent(clock: Clock) -> bool:
    """An extended limit runs, and nobody is told that it ran out."""
    clock.refresh_from_db()
    told = Task.objects.open().filter(subject=tasks.reference_of(clock)).exists()
    return clock.is_running and not told


def test_an_extension_wins_whoever_comes_first(due: Callable[[], Clock], cast: Any) -> None:
    for _round in range(ROUNDS):
        clock = due()
        answers = at_once(run_out, extension(clock, cast))
        assert answers[0] in {0, 1}
        assert is_consistent(clock)


def test_without_the_locks_an_extended_limit_runs_out(
    due: Callable[[], Clock], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the worker has read, the extension is written, then the worker writes."""
    both_have_read, extended = Barrier(2), Event()
    clock = due()
    extend = extension(clock, cast)

    def read(pk: Any) -> Clock:
        found = Clock.objects.get(pk=pk)
        both_have_read.wait(timeout=10)
        if current_thread() not in extending:
            extended.wait(timeout=10)
        return found

    extending: set[Any] = set()

    def extend_and_say_so() -> object:
        extending.add(current_thread())
        try:
            return extend()
        finally:
            extended.set()

    without_locks(monkeypatch, read)
    at_once(run_out, extend_and_say_so)
    assert not is_consistent(clock)
