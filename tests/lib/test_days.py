from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from nrm.lib import clock
from nrm.lib.days import add_months, add_working_days


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 3, 5), 12, date(2027, 3, 5)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_keep_the_day_where_they_can(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


def test_working_days_skip_the_weekend() -> None:
    friday = date(2026, 3, 6)
    assert add_working_days(friday, 1) == date(2026, 3, 9)
    assert add_working_days(friday, 5) == date(2026, 3, 13)
    assert add_working_days(friday, 0) == friday


def test_today_is_the_day_on_the_wall_not_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 5, 23, 30, tzinfo=UTC))
    assert clock.now().day == 5
    assert clock.today() == date(2026, 3, 6)
