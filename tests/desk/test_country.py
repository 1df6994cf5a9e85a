"""The page that tells whoever runs the service what it takes for true of the country, and what nobody has confirmed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags

from nrm.access.refusals import NotPermitted
from nrm.audit.models import Event
from nrm.countries.profile import Profile, load
from nrm.countries.terms import Country
from nrm.desk import country
from nrm.desk.country import Branch, CountryPage, country_page


@pytest.fixture(params=Country.values)
def profile(request: pytest.FixtureRequest, settings: Any) -> Profile:
    settings.NRM_COUNTRY = request.param
    return load(request.param)


@pytest.fixture
def administrator(cast: Any, sign_in: Callable[[Any], Client]) -> Client:
    return sign_in(cast.administrator)


def text_of(client: Client) -> str:
    response = client.get("/country/")
    assert response.status_code == 200
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()).replace("&quot;", '"').replace("&#x27;", "'"))


def test_the_page_shows_every_value_and_what_its_source_is(profile: Profile, administrator: Client) -> None:
    text = text_of(administrator)
    for shown in (
        profile.name,
        profile.data_protection_law.value,
        profile.id_number.value,
        *(body.name for body in profile.bodies),
        *(str(term.term.label) for term in profile.status_terms.values()),
        *(str(capacity.label) for capacity in profile.signatures(for_child=True)),
        *(rule.label for rule in profile.clocks.values()),
        *(str(shelter.type.label) for shelter in profile.shelters),
        *(region.name for region in profile.regions),
        *(source.reference for value in profile.values() for source in country.sources_of([value])),
    ):
        assert shown in text


def test_every_unverified_value_is_marked_and_counted(profile: Profile, administrator: Client) -> None:
    unverified = [value for value in profile.values() if not value.checked]
    marks = len(unverified) + (bool(profile.decision.also_for_child) and not profile.decision.checked)
    text = text_of(administrator)
    assert text.count("Unverified") == marks
    assert f"{len(unverified)} of {len(list(profile.values()))} values are unverified." in text
    assert f"set “checked = true” in nrm/countries/{profile.country}.toml." in text


def test_nothing_is_asked_for_where_everything_was_checked(
    cast: Any, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(country, "current", lambda: all_checked(load("rs")))
    assert country_page(cast.administrator.actor).unverified == 0
    assert "nverified" not in text_of(administrator)


def test_a_clock_is_told_in_the_words_of_the_machines(cast: Any, settings: Any) -> None:
    settings.NRM_COUNTRY = "me"
    lines = lines_of(country_page(cast.administrator.actor))
    reflection = lines["Recovery and reflection period"]
    assert reflection.values == ["90 calendar days"]
    assert dict(reflection.details)["Starts with"][0] == "Protection status: Presume the status on the screening"
    assert dict(reflection.details)["Never shorter than"] == ["30 calendar days"]
    assert lines["First residence permit"].values == ["3 months"]
    assert dict(lines["First residence permit"].details)["Never longer than"] == ["12 months"]
    assert lines["Follow-up contact"].values == ["3 months", "6 months", "12 months", "24 months", "36 months"]


def test_a_rule_that_comes_later_stands_after_the_one_it_replaces(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    old = load("rs")
    rule = old.clocks["formal_assessment_h"]
    changed = replace(rule, later=(replace(rule, lengths=(48,), valid_from="2027-03"),))
    profile = replace(old, clocks=MappingProxyType({**old.clocks, rule.key: changed}))
    monkeypatch.setattr(country, "current", lambda: profile)
    section = next(one for one in country_page(cast.administrator.actor).sections if one.code == "clocks")
    shown = [(line.values, line.since) for line in section.lines if line.what == rule.label]
    assert shown == [(["24 hours"], "2022"), (["48 hours"], "March 2027")]


def test_regions_are_shown_inside_those_they_are_part_of(cast: Any, settings: Any) -> None:
    settings.NRM_COUNTRY = "ba"
    federation, republika_srpska, brcko = country_page(cast.coordinator.actor).regions
    assert [federation.code, republika_srpska.code, brcko.code] == ["FBIH", "RS", "BD"]
    assert len(federation.parts) == 10
    assert list(walk(republika_srpska.parts + brcko.parts)) == []


def test_a_word_the_country_does_not_have_is_the_services_own(cast: Any, settings: Any) -> None:
    settings.NRM_COUNTRY = "al"
    lines = lines_of(country_page(cast.auditor.actor))
    assert (lines["Potential"].values, lines["Potential"].is_unverified) == (["Potential victim"], False)
    assert (lines["Status withdrawn"].given, lines["Status withdrawn"].sources) == (None, [])


def test_the_page_speaks_the_readers_language(cast: Any, settings: Any) -> None:
    settings.NRM_COUNTRY = "mk"
    with translation.override("mk"):
        page = country_page(cast.administrator.actor)
    assert page.profile.country is Country.MK
    assert "Народен правобранител" in [value for line in lines_of(page).values() for value in line.values]


def test_who_has_nothing_to_confirm_does_not_see_it(cast: Any) -> None:
    for player in (cast.case_worker, cast.officer, cast.shelter_worker, cast.stranger):
        with pytest.raises(NotPermitted):
            country_page(player.actor)


def test_reading_the_profile_is_kept(cast: Any, administrator: Client) -> None:
    administrator.get("/country/")
    event = Event.objects.get(action="country.profile_read")
    assert event.user_id == cast.administrator.user.pk


def lines_of(page: CountryPage) -> dict[str, country.Line]:
    return {line.what: line for section in page.sections for line in section.lines}


def walk(branches: list[Branch]) -> Iterator[Branch]:
    for branch in branches:
        yield branch
        yield from walk(branch.parts)


def all_checked(profile: Profile) -> Profile:
    def checked(value: Any) -> Any:
        return replace(value, checked=True)

    singles = ("languages", "id_number", "data_protection_law", "decision", "review")
    singles += ("reminders", "escalation", "directory")
    changes: dict[str, Any] = {name: checked(getattr(profile, name)) for name in singles}
    changes |= {name: tuple(map(checked, getattr(profile, name))) for name in ("bodies", "shelters", "regions")}
    for name in ("status_terms", "clocks"):
        changes[name] = {key: checked(value) for key, value in getattr(profile, name).items()}
    return replace(profile, **changes)
