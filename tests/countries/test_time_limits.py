"""When a time limit runs out: public holidays and weekends, month ends, leap days, both changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from nrm.countries.limits import ClockRule, limit
from nrm.countries.profile import EVERYWHERE, load, parsed, read
from nrm.countries.public_holidays import is_holiday, subdivisions
from nrm.countries.terms import Country

NOON = 12


def rule(country: str = "mk", **said: Any) -> ClockRule:
    given = {"lengths": [5], "unit": "days", "starts_on": ["referral.send"], "source": "ours", "checked": False, **said}
    return limit("referral_answer", country, given)


def at(day: date, hour: int = NOON) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=timezone.get_default_timezone())


def last_day(due: datetime) -> date:
    """The day whose last second the limit has, on the wall calendar."""
    local = timezone.localtime(due)
    assert (local.hour, local.minute, local.second) == (23, 59, 59)
    return local.date()


# Working days. Counted by hand on the calendars of 2026.


@pytest.mark.parametrize(
    ("country", "part", "started", "count", "ends"),
    [
        # 14 March is a Saturday, so the 16th is free; Bajram on Friday the 20th; 22 March is a Sunday, so the 23rd.
        ("al", "", date(2026, 3, 12), 5, date(2026, 3, 24)),
        # Statehood Day of the Federation on Wednesday 25 November; in Republika Srpska people work.
        ("ba", "BIH", date(2026, 11, 24), 1, date(2026, 11, 26)),
        ("ba", "SRP", date(2026, 11, 24), 1, date(2026, 11, 25)),
        # Orthodox New Year on Wednesday 14 January in Republika Srpska; in the Federation people work.
        ("ba", "SRP", date(2026, 1, 13), 1, date(2026, 1, 15)),
        ("ba", "BIH", date(2026, 1, 13), 1, date(2026, 1, 14)),
        # The Day of Brčko District is a Sunday, so Monday 9 March is free.
        ("ba", "BRC", date(2026, 3, 6), 1, date(2026, 3, 10)),
        # Where the entity is not known only what all keep counts: 1 May, and not the days above.
        ("ba", "", date(2026, 4, 30), 1, date(2026, 5, 4)),
        ("ba", "", date(2026, 11, 24), 1, date(2026, 11, 25)),
        ("ba", "", date(2026, 1, 13), 1, date(2026, 1, 14)),
        # Independence Day, Tuesday 17 February, after a weekend.
        ("xk", "", date(2026, 2, 13), 2, date(2026, 2, 18)),
        # 21 and 22 May are Thursday and Friday.
        ("me", "", date(2026, 5, 20), 1, date(2026, 5, 25)),
        # 11 October is a Sunday, so the 12th is free.
        ("mk", "", date(2026, 10, 9), 1, date(2026, 10, 13)),
        # 15 February is a Sunday, the 16th a holiday too, so the 17th is free.
        ("rs", "", date(2026, 2, 13), 1, date(2026, 2, 18)),
        # Orthodox Easter, which moves: Good Friday 10 April to Monday the 13th.
        ("rs", "", date(2026, 4, 9), 1, date(2026, 4, 14)),
    ],
)
def test_working_days_skip_weekends_and_the_holidays_of_the_place(
    country: str, part: str, started: date, count: int, ends: date
) -> None:
    working = rule(country, lengths=[count], day_kind="working")
    assert last_day(working.due_at(at(started), subdivision=part)) == ends


@pytest.mark.parametrize("country", Country.values)
def test_the_package_knows_every_country_year_after_year(country: str) -> None:
    for year in range(2024, 2040):
        days = [
            day for day in (date(year, 1, 1) + timedelta(days=n) for n in range(365)) if is_holiday(country, "", day)
        ]
        assert len(days) >= 8
        assert date(year, 1, 1) in days
        assert date(year, 5, 1) in days


def test_only_one_country_divides_its_holidays() -> None:
    assert {country: subdivisions(country) for country in Country.values if subdivisions(country)} == {
        "ba": ("BIH", "BRC", "SRP")
    }


def test_an_unknown_entity_never_makes_a_limit_longer() -> None:
    working = rule("ba", lengths=[7], day_kind="working")
    for offset in range(366):
        started = at(date(2026, 1, 1) + timedelta(days=offset))
        unknown = working.due_at(started)
        assert all(unknown <= working.due_at(started, subdivision=part) for part in subdivisions("ba"))


def test_a_region_keeps_the_holidays_of_the_entity_above_it() -> None:
    profile = load("ba")
    kept = {region.code: profile.holidays_in(region.code) for region in profile.regions}
    assert set(kept.values()) == {"BIH", "BRC", "SRP"}
    assert all(kept[region.code] == kept[region.part_of] for region in profile.regions if region.part_of)
    assert profile.holidays_in("") == profile.holidays_in("nowhere") == ""


def test_calendar_days_count_every_day() -> None:
    assert last_day(rule("rs", lengths=[1]).due_at(at(date(2026, 2, 14)))) == date(2026, 2, 15)


# Months


@pytest.mark.parametrize(
    ("started", "months", "ends"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_end_with_the_month_where_it_is_shorter(started: date, months: int, ends: date) -> None:
    assert last_day(rule(lengths=[months], unit="months").due_at(at(started))) == ends


def test_every_round_is_counted_from_the_first_day() -> None:
    """31 January and three months is 30 April; three more is 31 July again, not 30 July."""
    rounds = rule(lengths=[3, 6, 12], unit="months")
    started = at(date(2026, 1, 31))
    ends = [last_day(rounds.due_at(started, round_=turn)) for turn in range(3)]
    assert ends == [date(2026, 4, 30), date(2026, 7, 31), date(2027, 1, 31)]


def test_a_leap_day_is_a_day() -> None:
    assert last_day(rule(lengths=[1]).due_at(at(date(2028, 2, 28)))) == date(2028, 2, 29)
    assert last_day(rule(lengths=[1]).due_at(at(date(2026, 2, 28)))) == date(2026, 3, 1)


# The clock on the wall: forward on 29 March 2026, back on 25 October 2026


@pytest.mark.parametrize(
    ("started", "ends_in_utc"),
    [
        (date(2026, 3, 26), datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC)),
        (date(2026, 3, 27), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 22), datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 23), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),
    ],
)
def test_days_end_at_midnight_before_and_after_a_change_of_the_clock(started: date, ends_in_utc: datetime) -> None:
    assert rule(lengths=[2]).due_at(at(started)) == ends_in_utc


@pytest.mark.parametrize(
    ("day", "wall_hour_after"), [(date(2026, 3, 28), 13), (date(2026, 10, 24), 11), (date(2026, 6, 1), 12)]
)
def test_hours_are_hours_whatever_the_wall_says(day: date, wall_hour_after: int) -> None:
    started = at(day)
    for given in (started, started.astimezone(UTC)):
        due = rule(lengths=[24], unit="hours").due_at(given)
        assert due - started.astimezone(UTC) == timedelta(hours=24)
        assert timezone.localtime(due).hour == wall_hour_after


def test_the_first_day_is_the_one_on_the_wall() -> None:
    before_midnight_in_utc = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)  # already 6 March there
    assert last_day(rule(lengths=[1]).due_at(before_midnight_in_utc)) == date(2026, 3, 7)


# A rule that changes


CHANGED = {
    "key": "referral_answer",
    "lengths": [3],
    "later": [
        {"valid_from": "2027", "lengths": [5], "source": "ours", "checked": False},
        {"valid_from": "2027-07-15", "day_kind": "working", "source": "ours", "checked": False},
    ],
}


@pytest.mark.parametrize(
    ("day", "lengths", "kind"),
    [
        (date(2026, 12, 31), (3,), "calendar"),
        (date(2027, 1, 1), (5,), "calendar"),
        (date(2027, 7, 14), (5,), "calendar"),
        (date(2027, 7, 15), (5,), "working"),
    ],
)
def test_the_rule_of_the_day_on_which_a_limit_starts_applies(day: date, lengths: tuple[int, ...], kind: str) -> None:
    found = rule(**{name: value for name, value in CHANGED.items() if name != "key"}).on(day)
    assert found
    assert (found.lengths, found.day_kind) == (lengths, kind)


def test_before_its_first_day_there_is_no_rule() -> None:
    assert rule(valid_from="2027-02").on(date(2027, 1, 31)) is None
    assert rule(valid_from="2027-02").on(date(2027, 2, 1))


def test_a_kept_rule_is_the_rule() -> None:
    whole = rule("ba", lengths=[3, 6], day_kind="working", floor=2, longest=9, stops_on=["referral.accept"])
    kept = whole.kept(started_by="referral.send", subdivision="SRP", region="rs-doboj", round_=1)
    assert ClockRule.from_kept("referral_answer", kept) == whole
    circumstances = {name: kept[name] for name in ("started_by", "subdivision", "region", "round")}
    assert circumstances == {
        "started_by": "referral.send",
        "subdivision": "SRP",
        "region": "rs-doboj",
        "round": 1,
    }


@pytest.mark.parametrize(
    ("key", "changes", "because"),
    [
        ("reflection_days", {"lengths": [29]}, "shorter than 30"),
        ("reflection_days", {"floor": 20}, "floor of 30"),
        ("reflection_days", {"floor": None}, "floor of 30"),
        ("reflection_days", {"day_kind": "working"}, "calendar days"),
        (
            "reflection_days",
            {"later": [{"valid_from": "2030", "lengths": [10], "source": "ours", "checked": False}]},
            "30",
        ),
        ("permit_months_initial", {"longest": 1}, "longer than 1"),
        ("permit_months_initial", {"lengths": [0]}, "shorter than 1"),
        ("permit_months_initial", {"valid_from": "soon"}, "Invalid isoformat"),
        ("permit_months_initial", {"later": [{"lengths": [9], "source": "ours", "checked": False}]}, "valid_from"),
        ("permit_months_initial", {"source": "hearsay"}, "is no source"),
    ],
)
def test_a_profile_that_gives_too_little_or_contradicts_itself_refuses_the_start(
    key: str, changes: dict[str, Any], because: str
) -> None:
    own = read("mk")
    own["clocks"][key] = {**own["clocks"][key], **changes}
    with pytest.raises(ValueError, match=because):
        parsed("mk", own, read(EVERYWHERE))


def test_a_later_rule_has_a_source_of_its_own() -> None:
    with pytest.raises(TypeError, match="source"):
        rule(later=[{"valid_from": "2030", "lengths": [10]}])


def test_a_rule_in_words() -> None:
    words = {
        rule(lengths=[30]).in_words(since="05/03/2026"): "30 calendar days, from 05/03/2026",
        rule(lengths=[1], day_kind="working").in_words(since="05/03/2026"): "1 working day, from 05/03/2026",
        rule(lengths=[24], unit="hours").in_words(since="now"): "24 hours, from now",
        rule(lengths=[3, 6], unit="months").in_words(since="05/03/2026", round_=1): "6 months, from 05/03/2026",
    }
    assert all(found == expected for found, expected in words.items())
