from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from nrm.lib import clock
from nrm.lib.days import add_months, add_working_days


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 5), 12, date(2027, 3, 5)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
    ],
)
def test_months_keep_the_day_where_they_can(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def no_holiday(day: date) -> bool:
    return False


def test_working_days_skip_the_weekend() -> None:
    friday = date(2026, 3, 6)
    assert add_working_days(friday, 1, no_holiday) == date(2026, 3, 9)
    assert add_working_days(friday, 5, no_holiday) == date(2026, 3, 13)
    assert add_working_days(friday, 0, no_holiday) == friday


def test_working_days_skip_holidays_once_also_on_a_weekend() -> None:
    holidays = {date(2026, 3, 7), date(2026, 3, 9)}  # a Saturday and the Monday after it
    assert add_working_days(date(2026, 3, 6), 1, holidays.__contains__) == date(2026, 3, 10)
    assert add_working_days(date(2026, 3, 6), 5, holidays.__contains__) == date(2026, 3, 16)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(1, 60), st.sets(st.integers(1, 120)))
def test_as_many_working_days_lie_between_as_were_counted(day: date, count: int, offsets: set[int]) -> None:
    holidays = {day + timedelta(days=offset) for offset in offsets}
    last = add_working_days(day, count, holidays.__contains__)
    passed = [day + timedelta(days=offset) for offset in range(1, (last - day).days + 1)]
    assert len([one for one in passed if one.weekday() < 5 and one not in holidays]) == count
    assert last.weekday() < 5
    assert last not in holidays


def test_today_is_the_day_on_the_wall_not_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    assert clock.now().day == 5
    assert clock.today() == date(2026, 3, 6)
