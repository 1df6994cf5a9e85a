"""Counting forward on the calendar: months that keep the day where they can, working days without holidays."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import date, timedelta

SATURDAY = 5


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_working_days(day: date, count: int, is_holiday: Callable[[date], bool]) -> date:
    """The `count`-th day after `day` that is a Monday to Friday and no public holiday."""
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY and not is_holiday(day)
    return day
