"""Time limits: started under a rule that is kept, stopped, moved or run out, each run out once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from nrm.tasks import actions, selectors
from nrm.tasks.models import Clock

CODE = "K7Q2-M4RT-9XCY"
START = datetime(2026, 3, 5, 9, tzinfo=UTC)


RULE = {"lengths": [30], "unit": "days", "stops_on": ["status.withdraw"], "source": "law-12", "checked": False}


def started(number: int = 1, key: str = "reflection_days", days: int = 30) -> Clock:
    return actions.start_clock(
        key,
        case_code=CODE,
        subject=f"cases.case:{number}",
        rule=RULE,
        started_at=START,
        due_at=START + timedelta(days=days),
    )


@pytest.mark.django_db
def test_a_clock_keeps_the_rule_it_was_started_under() -> None:
    clock = Clock.objects.get(pk=started().pk)
    assert clock.rule == RULE
    assert clock.kept_rule.due_at(START).date() == (START + timedelta(days=30)).date()


@pytest.mark.django_db
def test_a_clock_from_before_rules_were_kept_whole_can_still_be_read() -> None:
    kept = {"length": 24, "unit": "hours", "day_kind": "calendar", "source": "gone", "checked": True}
    rule = Clock(key="formal_assessment_h", rule=kept).kept_rule
    assert (rule.lengths, rule.stops_on, rule.longest) == ((24,), (), None)


@pytest.mark.django_db
def test_a_running_clock_is_not_started_again() -> None:
    assert started() == started(days=60)


@pytest.mark.django_db
def test_an_act_stops_what_its_own_rule_ends_with_and_nothing_else() -> None:
    clock, other = started(), started(2)
    assert actions.stop_clocks("referral.accept", subjects=[clock.subject]) == 0
    assert actions.stop_clocks("status.withdraw", subjects=[clock.subject]) == 1
    assert actions.stop_clocks("status.withdraw", subjects=[clock.subject]) == 0
    assert selectors.clocks_of_case(CODE) == [other]
    assert started() != clock


@pytest.mark.django_db
def test_a_clock_that_keeps_no_list_ends_as_the_present_profile_says() -> None:
    clock = started()
    Clock.objects.update(rule={"length": 30, "unit": "days", "source": "law-12", "checked": False})
    assert actions.stop_clocks("status.withdraw", subjects=[clock.subject], keys=["permit_months_initial"]) == 0
    assert actions.stop_clocks("status.withdraw", subjects=[clock.subject], keys=["reflection_days"]) == 1


@pytest.mark.django_db
def test_only_what_is_due_runs_out_and_only_once() -> None:
    due, _later = started(1, days=1), started(2, days=2)
    at = due.due_at
    assert selectors.clocks_due(at) == [due]
    locked = actions.lock_clock(due.pk)
    assert actions.run_out(locked, at)
    assert not actions.run_out(actions.lock_clock(due.pk), at)
    assert selectors.clocks_due(at) == []
    assert len(selectors.clocks_of_case(CODE)) == 1


@pytest.mark.django_db
def test_what_was_moved_meanwhile_does_not_run_out(cast: Any) -> None:
    clock = started(days=1)
    actions.move_due(actions.lock_clock(clock.pk), START + timedelta(days=5), by=cast.officer.actor)
    assert not actions.run_out(actions.lock_clock(clock.pk), clock.due_at)


@pytest.mark.django_db
def test_a_moved_clock_runs_again_and_takes_its_tasks_along(cast: Any) -> None:
    clock = started(days=1)
    actions.run_out(actions.lock_clock(clock.pk), clock.due_at)
    asked = {"case_code": CODE, "organisation_id": cast.organisations.open_hand.pk, "by": cast.officer.actor}
    told = actions.open_task("clock_ran_out", subject=actions.reference_of(clock), **asked)
    limited = {"subject": clock.subject, "due_at": clock.due_at}
    bound = actions.open_task("decide_status", time_limit="reflection_days", **limited, **asked)
    free = actions.open_task("assess_risk", **limited, **asked)
    moved = START + timedelta(days=5)
    actions.move_due(actions.lock_clock(clock.pk), moved, by=cast.officer.actor)
    for record in (clock, told, bound, free):
        record.refresh_from_db()
    assert (clock.is_running, clock.due_at, told.outcome) == (True, moved, "cancelled")
    assert (bound.due_at, free.due_at) == (moved, START + timedelta(days=1))
