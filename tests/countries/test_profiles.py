"""Six countries, each with a profile whose every value says where it comes from."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone, translation

from nrm.countries import page
from nrm.countries.profile import EVERYWHERE, Profile, Sourced, current, load, parsed, read
from nrm.countries.terms import ClockName, Country
from workflows.status import Status

COUNTRIES = Country.values
#: How long the person is left in peace, and whether a source was seen for it.
REFLECTION = {
    "al": (90, False),
    "ba": (30, False),
    "xk": (90, True),
    "me": (90, True),
    "mk": (60, True),
    "rs": (90, False),
}


@pytest.fixture(params=COUNTRIES)
def profile(request: pytest.FixtureRequest) -> Profile:
    return load(request.param)


def sourced(value: Any) -> list[Sourced]:
    """Every value with a source inside `value`."""
    if isinstance(value, Sourced):
        return [value]
    if is_dataclass(value):
        return [found for field in fields(value) for found in sourced(getattr(value, field.name))]
    if isinstance(value, tuple):
        return [found for part in value for found in sourced(part)]
    return [found for part in getattr(value, "values", list)() for found in sourced(part)]


def test_every_value_names_its_source_and_says_whether_it_was_checked(profile: Profile) -> None:
    values = sourced(profile)
    assert len(values) > 10
    for value in values:
        assert value.source
        assert isinstance(value.checked, bool)
        assert not (value.checked and value.source in {"ours", "general knowledge"})


def test_every_source_is_listed_in_the_documentation(profile: Profile) -> None:
    listed = page.PATH.read_text(encoding="utf-8")
    for value in sourced(profile):
        for key in value.source.split(";")[0].split(", "):
            assert f"`{key}`" in listed


def test_every_country_identifies_and_reflects(profile: Profile) -> None:
    assert profile.identifying_body.names["en"]
    rule = profile.clock("reflection_days")
    assert rule is not None
    assert (rule.length, rule.checked) == REFLECTION[profile.country]
    assert rule.floor == 30 <= rule.length
    assert rule.starts_on == "status.presume"


def test_every_clock_has_a_name_and_a_beginning_that_exists(profile: Profile) -> None:
    for key, rule in profile.clocks.items():
        assert key in ClockName
        assert rule.label
        assert all(length > 0 for length in rule.lengths)
        assert rule.starts_on.split(".")[0] in {"case", "status", "referral"}


def test_only_serbia_sets_hours_for_the_formal_assessment() -> None:
    set_by = {code: load(code).clock("formal_assessment_h") for code in COUNTRIES}
    assert [code for code, rule in set_by.items() if rule] == ["rs"]
    assert set_by["rs"]
    assert set_by["rs"].lengths == (24,)


def test_every_status_has_a_word(profile: Profile) -> None:
    for status in Status:
        assert profile.status_term(status)


def test_countries_divide_the_statuses_differently() -> None:
    assert load("al").status_term("presumed") == "Potential victim"
    assert load("rs").status_term("presumed") == "Presumed victim"
    assert load("al").status_term("identified") == "Victim"
    assert load("rs").status_term("declined") == str(Status.DECLINED.label)


def test_only_kosovo_carries_the_footnote() -> None:
    assert [code for code in COUNTRIES if load(code).footnote] == ["xk"]
    assert load("xk").name.endswith("*")


def test_a_body_is_named_in_the_readers_language() -> None:
    body = load("rs").identifying_body
    names = {}
    for language in ("sr", "sr-latn", "sq"):
        with translation.override(language):
            names[language] = body.name
    assert names == {
        "sr": "Центар за заштиту жртава трговине људима",
        "sr-latn": "Centar za zaštitu žrtava trgovine ljudima",
        "sq": "Centre for Human Trafficking Victims’ Protection",
    }


def test_hours_count_from_the_moment_and_days_end_with_the_last_day() -> None:
    started = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)  # already 6 March in the Balkans
    local = timezone.get_default_timezone()
    clocks = load("rs").clocks
    assert clocks["formal_assessment_h"].due_at(started) == datetime(2026, 3, 6, 23, 30, tzinfo=UTC)
    plan_due = clocks["plan_due_days"].due_at(started).astimezone(local)
    assert (plan_due.date(), plan_due.hour) == (date(2026, 3, 16), 23)
    contacts = [clocks["followup_months"].due_at(started, round_=turn).astimezone(local).date() for turn in (0, 4)]
    assert contacts == [date(2026, 6, 6), date(2029, 3, 6)]


def test_the_profile_of_this_instance_is_the_one_of_the_settings(settings: Any) -> None:
    settings.NRM_COUNTRY = "me"
    assert current().country is Country.ME


@pytest.mark.parametrize("code", ["", "MK", "de", "../settings"])
def test_an_unknown_country_refuses_the_start(code: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        load(code)


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        (("clocks", "reflection_days", "unit"), "fortnights", ValueError),
        (("clocks", "reflection_days", "lenghts"), [3], TypeError),
        (("status_terms", "potential", "term"), "suspect", ValueError),
        (("id_number", "checked"), None, TypeError),
    ],
)
def test_a_misspelt_profile_refuses_the_start(path: tuple[str, ...], value: object, error: type[Exception]) -> None:
    own = read("mk")
    part = own
    for key in path[:-1]:
        part = part[key]
    if value is None:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    with pytest.raises(error):
        parsed("mk", own, read(EVERYWHERE))


def test_the_tables_of_the_documentation_are_those_of_the_profiles() -> None:
    text = page.PATH.read_text(encoding="utf-8")
    assert page.with_tables(text) == text, "run `manage.py countries --write`"
