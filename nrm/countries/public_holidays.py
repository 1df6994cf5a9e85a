"""The public holidays of the six countries, from the package `holidays`.

Days that follow the moon (Bajram) are estimates there until they are announced, and so they are here.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays


def is_holiday(country: str, subdivision: str, day: date) -> bool:
    """Whether nobody works there on that day. Where a country divides its holidays and the part is not known, only
    what is common to all parts counts: fewer holidays, so the earlier date, which protects the person."""
    return day in _in_year(country, subdivision, day.year)


def subdivisions(country: str) -> tuple[str, ...]:
    """The parts of a country that have public holidays of their own."""
    return tuple(holidays.country_holidays(country.upper()).subdivisions)


@cache
def _in_year(country: str, subdivision: str, year: int) -> frozenset[date]:
    parts = subdivisions(country)
    if subdivision or not parts:
        return _days(country, subdivision, year)
    return frozenset.intersection(*(_days(country, part, year) for part in parts))


def _days(country: str, subdivision: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country.upper(), subdiv=subdivision or None, years=year))
