"""A date with unknown parts: what it can have been, how it is stored, how it reads."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from nrm.lib.partial_date import PartialDate


def test_without_a_year_it_can_have_been_any_day() -> None:
    assert PartialDate(None, 3, 5).bounds() is None


def test_a_day_without_a_month_lies_in_some_month_that_has_it() -> None:
    assert PartialDate(2001, None, 31).bounds() == (date(2001, 1, 31), date(2001, 12, 31))


IMPOSSIBLE = [(0, 1, 1), (10_000,), (2001, 13), (2001, 0), (2001, 2, 29), (None, 2, 30), (None, None, 32)]


@pytest.mark.parametrize("parts", IMPOSSIBLE)
def test_parts_that_contradict_each_other_are_refused(parts: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match="No such"):
        PartialDate(*parts)


def test_29_february_needs_no_year() -> None:
    assert PartialDate(None, 2, 29).isoformat() == "XXXX-02-29"


@given(st.none() | st.integers(1, 9999), st.none() | st.integers(1, 12), st.none() | st.integers(1, 28))
def test_storage_keeps_every_part(year: int | None, month: int | None, day: int | None) -> None:
    partial = PartialDate(year, month, day)
    assert PartialDate.parse(partial.isoformat()) == partial


@given(st.dates())
def test_less_knowledge_never_excludes_the_truth(born: date) -> None:
    for partial in (PartialDate(born.year, born.month), PartialDate(born.year), PartialDate(born.year, None, born.day)):
        bounds = partial.bounds()
        assert bounds is not None
        assert bounds[0] <= born <= bounds[1]


@pytest.mark.parametrize(
    ("language", "full", "month", "year"),
    [
        ("en", "5 March 1998", "March 1998", "1998"),
        ("sq", "5 mars 1998", "mars 1998", "1998"),
        ("bs", "5. mart 1998.", "mart 1998.", "1998"),
        ("sr", "5. март 1998.", "март 1998.", "1998"),
        ("sr-latn", "5. mart 1998.", "mart 1998.", "1998"),
        ("mk", "5 март 1998", "март 1998", "1998"),
    ],
)
def test_it_reads_in_the_language_of_the_reader(language: str, full: str, month: str, year: str) -> None:
    with translation.override(language):
        assert str(PartialDate(1998, 3, 5)) == full
        assert str(PartialDate(1998, 3)) == month
        assert str(PartialDate(1998)) == year
        assert str(PartialDate()) == ""


def test_without_a_year_it_still_reads() -> None:
    assert str(PartialDate(None, 3, 5)) == "5 March"
    assert str(PartialDate(None, 3)) == "March"
