"""A date of which only some parts are known: "1998", "March 1998", "5 March 1998"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Self

from django.utils import dates, formats

LEAP_YEAR = 2000
TEXT = re.compile(r"(\d{4}|XXXX)-(\d\d|XX)-(\d\d|XX)")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """Each part may be unknown (None). Parts that contradict each other raise ValueError."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.year is not None and not date.min.year <= self.year <= date.max.year:
            raise ValueError("No such year.")
        if self.month is not None and not 1 <= self.month <= 12:
            raise ValueError("No such month.")
        if self.day is not None and not 1 <= self.day <= self._longest_month():
            raise ValueError("No such day in that month.")

    def _longest_month(self) -> int:
        if self.month is None:
            return 31
        return calendar.monthrange(self.year or LEAP_YEAR, self.month)[1]

    def __bool__(self) -> bool:
        return (self.year, self.month, self.day) != (None, None, None)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what `isoformat` wrote."""
        found = TEXT.fullmatch(text)
        if not found:
            raise ValueError("Not a partial date.")
        return cls(*(None if part.startswith("X") else int(part) for part in found.groups()))

    def isoformat(self) -> str:
        """`1998-03-XX`: ISO 8601-2 (EDTF) with X for what is unknown. For storage, never for readers."""
        year = "XXXX" if self.year is None else f"{self.year:04d}"
        month, day = ("XX" if part is None else f"{part:02d}" for part in (self.month, self.day))
        return f"{year}-{month}-{day}"

    def __str__(self) -> str:
        """In the reader's language, only the known parts; empty when none is."""
        if self.month is None:
            return "" if self.year is None else str(self.year)
        shown = date(self.year or LEAP_YEAR, self.month, self.day or 1)
        if self.year is None:
            return str(dates.MONTHS[self.month]) if self.day is None else formats.date_format(shown, "MONTH_DAY_FORMAT")
        return formats.date_format(shown, "DATE_FORMAT" if self.day is not None else "YEAR_MONTH_FORMAT")

    def bounds(self) -> tuple[date, date] | None:
        """The earliest and the latest day it can have been; None when the year is unknown."""
        if self.year is None:
            return None
        months = [self.month] if self.month else range(1, 13)
        possible = [self._in_month(self.year, month) for month in months]
        days = [day for pair in possible if pair for day in pair]
        return days[0], days[-1]

    def _in_month(self, year: int, month: int) -> tuple[date, date] | None:
        """First and last possible day within one month; None when that month lacks the day (the 31st)."""
        length = calendar.monthrange(year, month)[1]
        if self.day is None:
            return date(year, month, 1), date(year, month, length)
        return (date(year, month, self.day),) * 2 if self.day <= length else None
