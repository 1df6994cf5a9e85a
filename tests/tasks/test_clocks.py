"""Time limits: started under a rule that is kept, stopped or run out, each run out once."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from nrm.tasks import actions, selectors
from nrm.tasks.models import Clock

CODE = "K7Q2-M4RT-9XCY"
START = datetime(2026, 3, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Rule:
    length: int = 30
    unit: str = "days"
    day_kind: str = "calendar"
    source: str = "law-12"
    checked: bool = False


def started(number: int = 1, key: str = "reflection_days", days: int = 30) -> Clock:
    return actions.start_clock(
        key,
        case_code=CODE,
        subject=f"cases.case:{number}",
        rule=Rule(days),
        started_at=START,
        due_at=START + timedelta(days=days),
    )


@pytest.mark.django_db
def test_a_clock_keeps_the_rule_it_was_started_under() -> None:
    clock = Clock.objects.get(pk=started().pk)
    assert clock.rule == {"length": 30, "unit": "days", "day_kind": "calendar", "source": "law-12", "checked": False}


@pytest.mark.django_db
def test_a_running_clock_is_not_started_again() -> None:
    assert started() == started(days=60)


@pytest.mark.django_db
def test_a_stopped_clock_no_longer_runs_and_may_start_anew() -> None:
    clock = started()
    assert actions.stop_clock("reflection_days", subject=clock.subject)
    assert not actions.stop_clock("reflection_days", subject=clock.subject)
    assert selectors.clocks_of_case(CODE) == []
    assert started() != clock


@pytest.mark.django_db
def test_only_what_is_due_runs_out_and_only_once() -> None:
    due, _later = started(1, days=1), started(2, days=2)
    at = due.due_at
    assert actions.take_due_clocks(at) == [due]
    assert actions.take_due_clocks(at) == []
    assert len(selectors.clocks_of_case(CODE)) == 1


@pytest.mark.usefixtures("committed_db")
def test_when_acting_on_a_clock_fails_it_is_taken_again() -> None:
    clock = started(days=1)
    with pytest.raises(RuntimeError, match="acting failed"):
        act_and_fail(clock.due_at)
    with transaction.atomic():
        assert actions.take_due_clocks(clock.due_at) == [clock]


def act_and_fail(at: datetime) -> None:
    with transaction.atomic():
        assert actions.take_due_clocks(at)
        raise RuntimeError("acting failed")


@pytest.mark.usefixtures("committed_db")
def test_due_clocks_are_taken_inside_a_transaction_only() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        actions.take_due_clocks(START)


@pytest.mark.concurrency
@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("skips", [True, False])
def test_two_workers_share_the_due_clocks(monkeypatch: pytest.MonkeyPatch, skips: bool) -> None:
    """The negative control reads without the lock: then both take the same clocks."""
    for number in range(6):
        started(number, days=1)
    if not skips:
        monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_: self)
    both_hold = threading.Barrier(2, timeout=10)
    taken: list[Any] = []

    def work() -> None:
        try:
            with transaction.atomic():
                clocks = actions.take_due_clocks(START + timedelta(days=9), limit=3) if skips else peek()
                both_hold.wait()
                taken.extend(clock.pk for clock in clocks)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(set(taken))) == ((6, 6) if skips else (6, 3))


def peek() -> list[Clock]:
    """What `take_due_clocks` reads, without marking it: two markers would block each other, not differ."""
    return list(Clock.objects.running().order_by("due_at", "id").select_for_update(skip_locked=True)[:3])
