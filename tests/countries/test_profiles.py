"""Six countries, each with a profile whose every value says where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone, translation

from nrm.audit.codes import Code, steps
from nrm.cases import checks
from nrm.cases.models import Case
from nrm.countries import page
from nrm.countries.limits import first_day
from nrm.countries.profile import EVERYWHERE, Profile, current, load, parsed, read
from nrm.countries.public_holidays import subdivisions
from nrm.countries.sources import OURS, Sourced, references
from nrm.countries.terms import BodyTask, ClockName, Country, DayKind, Remedy
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


def given(name: str) -> Iterator[dict[str, Any]]:
    """Every table of a country's file that says whether it was checked."""

    def tables(value: Any) -> Iterator[dict[str, Any]]:
        parts: Any = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if isinstance(value, dict) and "checked" in value:
            yield value
        for part in parts:
            yield from tables(part)

    return tables(read(name))


def sourced(value: Any) -> list[Sourced]:
    """Every value with a source inside `value`."""
    if isinstance(value, Sourced):
        return [value, *sourced(getattr(value, "later", ()))]
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


def test_the_page_is_told_every_value(profile: Profile) -> None:
    assert sorted(map(repr, profile.values())) == sorted(map(repr, sourced(profile)))


def test_as_many_values_are_unverified_as_the_files_say(profile: Profile) -> None:
    own = read(profile.country)["clocks"]
    defaults = {key: rule for key, rule in read(EVERYWHERE)["clocks"].items() if key not in own}
    whole = {name: table for name, table in read(EVERYWHERE).items() if name not in {"clocks", *read(profile.country)}}
    defaults |= whole
    unverified = [one for one in (*given(profile.country), *defaults.values()) if not one["checked"]]
    assert sum(not value.checked for value in profile.values()) == len(unverified) > 0


def test_every_source_is_listed_and_used() -> None:
    used = {key for code in COUNTRIES for value in load(code).values() for key in value.sources}
    assert used - {"ours", "general knowledge"} == set(references())
    listed = page.PATH.read_text(encoding="utf-8")
    assert [key for key in used if f"`{key}`" not in listed] == []


def test_what_is_unverified_can_be_told_from_what_has_no_source(profile: Profile) -> None:
    """Our own reading of a source is unverified, as a default of ours is."""
    for value in profile.values():
        assert not (value.checked and {"ours", "general knowledge"} & set(value.sources))


def test_since_when_a_value_holds_is_a_date(profile: Profile) -> None:
    for value in profile.values():
        assert re.fullmatch(r"(\d{4}(-\d\d){0,2})?", value.valid_from)
        assert first_day(value.valid_from) <= date(2026, 12, 31)


def test_every_country_identifies_and_reflects(profile: Profile) -> None:
    assert profile.identifying_body.names["en"]
    rule = profile.clock("reflection_days")
    assert rule is not None
    assert (rule.length, rule.checked) == REFLECTION[profile.country]
    assert rule.floor == 30 <= rule.length
    assert {"status.presume", "status.presume_on_judgement", "status.reconsider"} == set(rule.starts_on)


def test_every_country_says_who_speaks_for_a_child(profile: Profile) -> None:
    body = profile.body(BodyTask.GUARDIANSHIP)
    assert body is not None
    assert not body.checked


def test_bodies_and_regions_are_named_in_the_languages_of_the_country(profile: Profile) -> None:
    languages = {"sr" if code == "sr-latn" else code for code in profile.languages.value.split()}
    named = [one.names for one in profile.bodies] + [one.names for one in profile.regions]
    assert [names for names in named if not {"en"} | languages <= names.keys()] == []


def test_a_negative_decision_has_no_appeal_in_serbia() -> None:
    remedies = {code: (load(code).review.remedy, load(code).review.checked) for code in COUNTRIES}
    assert remedies.pop("rs") == (Remedy.NO_APPEAL, True)
    assert set(remedies.values()) == {(Remedy.NOT_ESTABLISHED, False)}


def test_a_working_day_is_counted_only_where_a_source_says_so(profile: Profile) -> None:
    for rule in profile.clocks.values():
        assert rule.day_kind is DayKind.CALENDAR or rule.checked or rule.source == OURS


def test_permits_have_the_lengths_that_were_collected() -> None:
    permits = {code: load(code).clocks["permit_months_initial"] for code in COUNTRIES}
    months = {code: (rule.length, rule.longest, rule.checked) for code, rule in permits.items()}
    assert months == {
        "al": (24, None, False),
        "ba": (6, None, False),
        "xk": (6, None, False),
        "me": (3, 12, False),
        "mk": (6, None, False),
        "rs": (12, None, False),
    }


def test_every_clock_has_a_name_and_a_beginning_that_exists(profile: Profile) -> None:
    for key, rule in profile.clocks.items():
        assert key in ClockName
        assert rule.label
        assert all(length > 0 for length in rule.lengths)
        assert rule.starts_on


def test_every_clock_starts_and_stops_with_an_act_that_exists(profile: Profile) -> None:
    known = {*Code.values, *steps()}
    for rule in profile.clocks.values():
        assert {*rule.starts_on, *rule.stops_on} <= known


@pytest.mark.parametrize("list_", ["starts_on", "stops_on"])
def test_a_misspelt_act_refuses_the_start(monkeypatch: pytest.MonkeyPatch, list_: str) -> None:
    own = read("mk")
    own["clocks"]["reflection_days"][list_] = ["status.presum"]
    misspelt = parsed("mk", own, read(EVERYWHERE))
    monkeypatch.setattr(checks, "load", lambda code: misspelt)
    found = checks.time_limits_start_and_stop_with_known_acts()
    assert {error.id for error in found} == {"nrm.E005"}
    assert "mk: reflection_days names the unknown act status.presum" in {error.msg for error in found}


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


#: How many regions stand directly under the country.
UPPERMOST = {"al": 12, "ba": 3, "xk": 7, "me": 3, "mk": 8, "rs": 4}


def test_regions_form_a_tree(profile: Profile) -> None:
    codes = [region.code for region in profile.regions]
    assert len(codes) == len(set(codes))
    assert all(region.part_of in {"", *codes} for region in profile.regions)
    assert len(profile.parts_of()) == UPPERMOST[profile.country]
    assert max(map(len, codes)) <= (Case._meta.get_field("region").max_length or 0)


def test_bosnia_and_herzegovina_is_two_entities_ten_cantons_and_a_district() -> None:
    profile = load("ba")
    assert [region.code for region in profile.parts_of()] == ["FBIH", "RS", "BD"]
    assert [region.code for region in profile.parts_of("FBIH")] == [f"FBIH-{number:02}" for number in range(1, 11)]
    assert profile.parts_of("RS") == profile.parts_of("BD") == ()


def test_a_canton_keeps_the_public_holidays_of_its_entity() -> None:
    profile = load("ba")
    assert {code: profile.holidays_in(code) for code in ("FBIH-03", "RS", "BD", "", "unknown")} == {
        "FBIH-03": "BIH",
        "RS": "SRP",
        "BD": "BRC",
        "": "",
        "unknown": "",
    }
    assert {region.holidays for region in profile.parts_of()} == set(subdivisions("ba"))


def test_no_country_lists_a_part_of_another() -> None:
    of_serbia = {name for region in load("rs").regions for name in region.names.values()}
    assert not [name for name in of_serbia if re.search("kosov|косов", name, re.IGNORECASE)]


@pytest.mark.parametrize("part_of", ["NOWHERE", "FBIH-02"])
def test_a_region_inside_one_that_is_not_named_before_it_refuses_the_start(part_of: str) -> None:
    own = read("ba")
    own["regions"][1]["part_of"] = part_of
    with pytest.raises(ValueError, match="FBIH-01"):
        parsed("ba", own, read(EVERYWHERE))


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
        (("id_number", "source"), "hearsay", ValueError),
        (("review", "remedy"), "appeal", ValueError),
        (("decision", "signatures"), ["anybody"], ValueError),
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
