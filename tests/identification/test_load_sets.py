"""The published sets are in every database, once, and never change. A country may put its own on top of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import translation

from nrm.identification import actions, selectors
from nrm.identification.models import Answer, Indicator, IndicatorSet, Screening
from nrm.identification.scoring import DIMENSIONS, Strength
from nrm.identification.sections import FAMILIES
from nrm.identification.sets import published
from nrm.identification.sets.checks import SetRefused, check
from nrm.identification.sets.loading import load_sets

pytestmark = pytest.mark.django_db

#: Counted by hand in the source table (shared/domain/indicators.md).
FAMILY_SIZES = {
    "general": 32,
    "sexual_exploitation": 16,
    "labour_exploitation": 25,
    "domestic_servitude": 8,
    "forced_begging": 13,
    "forced_criminality": 11,
    "organ_removal": 8,
    "forced_marriage": 10,
    "illegal_adoption_surrogacy": 5,
    "children": 22,
    "online_recruitment": 11,
    "excluded_communities": 6,
    "people_on_the_move": 8,
    "men_and_boys": 8,
    "outing_pressure": 7,
    "ILO_EC_DELPHI": 67,
}

#: The strengths of the source table by group: all that are not medium, written off it by hand.
STRONG = {
    "A_LAB": "DR01 CR09 EX01 CD01 CD02 CD07 CD14",
    "A_SEX": "DR01 CR01 CR03 CR06 CR09 CD01 CD02 CD04 CD07 CD10 CD11 CD14",
    "C_LAB": "DR01 DR10 CR01 CR03 CR06 CR09 EX01 CD01 CD02 CD03 CD04 CD07 CD10 CD11 CD14",
    "C_SEX": "DR01 DR10 CR01 CR03 CR06 CR09 EX01 EX03 CD01 CD02 CD03 CD04 CD07 CD10 CD11 CD14",
}
WEAK = {
    "A_LAB": "DR10 RV01 RV13 EX09 CD12 VD02 VD06",
    "A_SEX": "DR10 RV13 EX06 EX09 VD02 VD06",
    "C_LAB": "",
    "C_SEX": "",
}
#: Indicators that a list does not have.
LACKING = {"A_LAB": "", "A_SEX": "", "C_LAB": "RV10 EX06", "C_SEX": "EX06"}
#: What the source says of the sexual profiles; every other strength there is reconstructed.
READ_IN_A_SOURCE = {"A_SEX": "CD04", "C_SEX": "EX03 CD04"}


@pytest.fixture
def common() -> IndicatorSet:
    return IndicatorSet.objects.get(code="common", number=2)


def rated(common: IndicatorSet) -> list[Indicator]:
    return list(common.indicators.filter(family="ILO_EC_DELPHI"))


def test_the_whole_catalogue_is_there_after_migration(common: IndicatorSet) -> None:
    assert list(IndicatorSet.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert Counter(common.indicators.values_list("family", flat=True)) == FAMILY_SIZES
    assert sum(FAMILY_SIZES.values()) == 257
    assert list(common.indicators.values_list("position", flat=True)) == list(range(1, 258))


def test_the_first_set_stays_what_it_was() -> None:
    first = IndicatorSet.objects.get(number=1)
    assert first.indicators.count() == 99
    assert first.plan == {"lists": {"labour": ["LAB"]}, "families": {}}
    assert all(indicator.is_short for indicator in first.indicators.filter(family="general"))


@pytest.mark.parametrize(
    ("prefix", "size"), [("GN", 32), ("DR", 10), ("CR", 10), ("RV", 16), ("EX", 9), ("CD", 15), ("VD", 7)]
)
def test_each_dimension_is_complete(common: IndicatorSet, prefix: str, size: int) -> None:
    assert common.indicators.filter(code__startswith=prefix).count() == size


@pytest.mark.parametrize("group", list(STRONG))
def test_every_strength_is_that_of_the_source_table(common: IndicatorSet, group: str) -> None:
    found = {one.code: one.strengths.get(group, "") for one in rated(common)}
    expected = dict.fromkeys(found, "medium")
    for codes, strength in ((STRONG[group], "strong"), (WEAK[group], "weak"), (LACKING[group], "")):
        expected |= dict.fromkeys(codes.split(), strength)
    assert found == expected


@pytest.mark.parametrize(
    ("group", "strong", "medium", "weak"),
    [("A_LAB", 7, 53, 7), ("A_SEX", 12, 49, 6), ("C_LAB", 15, 50, 0), ("C_SEX", 16, 50, 0)],
)
def test_the_strengths_add_up(common: IndicatorSet, group: str, strong: int, medium: int, weak: int) -> None:
    counted = Counter(one.strengths[group] for one in rated(common) if group in one.strengths)
    assert (counted["strong"], counted["medium"], counted["weak"]) == (strong, medium, weak)


def test_what_was_not_read_in_a_source_says_so(common: IndicatorSet) -> None:
    for group in STRONG:
        sourced = {one.code for one in rated(common) if one.confidence.get(group) == "sourced"}
        has = {one.code for one in rated(common) if group in one.strengths}
        assert sourced == (set(READ_IN_A_SOURCE[group].split()) if group in READ_IN_A_SOURCE else has)
        reconstructed = {one.code for one in rated(common) if one.confidence.get(group) == "reconstructed"}
        assert reconstructed == has - sourced


def test_the_short_list_is_short(common: IndicatorSet) -> None:
    short = common.indicators.filter(is_short=True)
    assert set(short.values_list("family", flat=True)) == {"general"}
    assert short.count() == 16


def test_reminders_are_no_signs(common: IndicatorSet) -> None:
    reminders = common.indicators.filter(use="reminder").values_list("code", flat=True)
    assert set(reminders) == {"PM08", "RO01", "MB05", "MB07", "LG06"}


def test_no_family_asks_who_a_person_is() -> None:
    assert not any(word in family for family in FAMILIES for word in ("roma", "ethnic", "lgbt", "religion"))


@pytest.mark.parametrize("given", published(), ids=lambda given: f"{given['code']} {given['number']}")
def test_the_files_hold_known_words_only(given: dict[str, Any]) -> None:
    check(given)
    codes = [entry["code"] for entry in given["indicators"]]
    assert len(set(codes)) == len(codes)
    for entry in given["indicators"]:
        assert set(entry["strengths"].values()) <= set(Strength)
        assert entry["confidence"].keys() == entry["strengths"].keys()
        assert entry["dimension"] in ("", *DIMENSIONS)
        assert bool(entry["dimension"]) == bool(entry["strengths"])
        assert entry["label"]
        assert entry["sources"]


def test_loading_again_changes_nothing() -> None:
    before = list(Indicator.objects.values_list())
    assert load_sets() == []
    assert "there already" in command("load")
    assert list(Indicator.objects.values_list()) == before


def test_the_database_refuses_to_change_a_set() -> None:
    with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
        Indicator.objects.filter(code="EX01").update(label="Something else")
    with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
        IndicatorSet.objects.update(number=3)


@pytest.mark.usefixtures("committed_db")
def test_the_sets_come_back_after_tables_were_flushed() -> None:
    assert Indicator.objects.count() == 99 + 257


def test_labels_are_messages_for_the_translators() -> None:
    from nrm.languages.extract import messages

    found: Any = messages(settings.BASE_DIR)
    for given in published():
        assert all((None, entry["label"]) in found for entry in given["indicators"])


# Sets of a country

#: An invented national set: one sign in other words and other strengths, one new one, two left out.
NATIONAL: dict[str, Any] = {
    "code": "mk",
    "number": 1,
    "valid_from": "2026-11-01",
    "country": "mk",
    "based_on": {"code": "common", "number": 2},
    "families": {"labour": ["labour_exploitation", "online_recruitment"]},
    "removes": ["GN15", "SX13"],
    "indicators": [
        {"code": "EX03", "strengths": {"A_LAB": "strong"}, "confidence": {"A_LAB": "sourced"}, "sources": ["MK-SOP"]},
        {"code": "GN05", "label": "Is afraid", "labels": {"mk": "Се плаши"}},
        {
            "code": "MKX01",
            "family": "labour_exploitation",
            "label": "Sleeps in the greenhouse",
            "labels": {"mk": "Спие во стакленикот", "sq": "Fle në serrë"},
            "sources": ["MK-SOP"],
        },
    ],
}


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("indicators", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def load_file(tmp_path: Path) -> Callable[..., str]:
    def load(given: Any = None, **changed: Any) -> str:
        path = tmp_path / "set.json"
        content = NATIONAL | changed if given is None else given
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return command("load", "--file", str(path))

    return load


@pytest.fixture
def national(load_file: Callable[..., str]) -> IndicatorSet:
    load_file()
    return IndicatorSet.objects.get(code="mk", number=1)


def test_what_a_country_changes_is_written_whole(load_file: Any, common: IndicatorSet) -> None:
    assert load_file() == "Loaded mk 1.\n"
    own = IndicatorSet.objects.get(code="mk")
    assert own.country == "mk"
    assert own.indicators.count() == 257 - 2 + 1
    assert own.plan["families"] == {
        **common.plan["families"],
        "labour": ["labour_exploitation", "online_recruitment"],
    }
    hazardous = own.indicators.get(code="EX03")
    assert (hazardous.strengths, hazardous.dimension) == ({"A_LAB": "strong"}, "exploitative_conditions")
    untouched = own.indicators.get(code="CD04")
    assert untouched.strengths == common.indicators.get(code="CD04").strengths
    new = own.indicators.get(code="MKX01")
    assert (new.position, new.use, new.is_short) == (256, "sign", False)


def test_a_whole_set_needs_no_other(load_file: Any) -> None:
    whole = published()[1] | {"code": "me", "country": "me"}
    assert load_file(whole) == "Loaded me 2.\n"
    assert IndicatorSet.objects.get(code="me").indicators.count() == 257


def test_a_set_can_stand_on_a_national_one(load_file: Any, national: IndicatorSet) -> None:
    load_file(number=2, based_on={"code": "mk", "number": 1}, removes=["MKX01"], indicators=[])
    second = IndicatorSet.objects.get(code="mk", number=2)
    assert second.indicators.get(code="GN05").labels == {"mk": "Се плаши"}
    assert second.indicators.count() == 255


def test_labels_are_read_in_the_reader_s_language(national: IndicatorSet) -> None:
    afraid, new, shared = (national.indicators.get(code=code) for code in ("GN05", "MKX01", "GN01"))
    with translation.override("mk"):
        assert (afraid.words, new.words) == ("Се плаши", "Спие во стакленикот")
        assert shared.words == translation.gettext("Believes they must work against their will")
    with translation.override("sq"):
        assert (afraid.words, new.words) == ("Is afraid", "Fle në serrë")
    with translation.override("bs"):
        assert new.words == "Sleeps in the greenhouse"


def test_the_country_s_own_set_is_used_there_and_nowhere_else(national: IndicatorSet, common: Any) -> None:
    assert settings.NRM_COUNTRY == "mk"
    assert selectors.newest_set() == national
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(settings, "NRM_COUNTRY", "rs")
        assert selectors.newest_set() == common


def test_a_set_waits_for_the_day_it_is_valid_from(load_file: Any, common: IndicatorSet) -> None:
    load_file(valid_from="2999-01-01")
    assert selectors.newest_set() == common


def test_the_newest_version_is_used(load_file: Any, national: IndicatorSet) -> None:
    load_file(number=2, valid_from="2026-11-02")
    assert str(selectors.newest_set()) == "mk 2"


def test_the_list_marks_the_one_in_use(national: IndicatorSet) -> None:
    lines = command("list").splitlines()
    assert lines == [
        "common 1\tall\tfrom 2026-11-01\t99 indicators",
        "common 2\tall\tfrom 2026-11-21\t257 indicators",
        "mk 1\tmk\tfrom 2026-11-01\t256 indicators\tin use",
    ]


def row(table: str, pk: Any) -> Any:
    """A row as the database has it, byte by byte."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t WHERE id = %s", [pk])  # noqa: S608 - a name of our own
        return cursor.fetchone()


def test_screenings_keep_the_set_they_began_with(
    screening: Any, completed: Any, case: Any, cast: Any, load_file: Any
) -> None:
    draft = actions.begin_screening(case, by=cast.case_worker.actor, suspicions=["labour"], safe_to_talk="yes")
    kept = [row("identification_screening", one.pk) for one in (draft, completed)]
    asked = [one.pk for one in selectors.asked(draft)]
    load_file()
    assert [row("identification_screening", one.pk) for one in (draft, completed)] == kept
    assert [one.pk for one in selectors.asked(Screening.objects.get(pk=draft.pk))] == asked
    newer = actions.begin_screening(case, by=cast.case_worker.actor, suspicions=["labour"], safe_to_talk="yes")
    assert (str(draft.indicator_set), str(newer.indicator_set)) == ("common 2", "mk 1")


def test_the_database_keeps_the_set_of_every_screening(
    case: Any, completed: Any, national: IndicatorSet, cast: Any
) -> None:
    draft = actions.begin_screening(case, by=cast.case_worker.actor, suspicions=["labour"], safe_to_talk="yes")
    older = IndicatorSet.objects.get(code="common", number=1)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Screening.objects.filter(pk=completed.pk).update(indicator_set=older)
    with pytest.raises(DatabaseError, match="keeps the set"), transaction.atomic():
        Screening.objects.filter(pk=draft.pk).update(indicator_set=older)


@pytest.mark.parametrize(("number", "code"), [(1, "EX01"), (2, "MB05")])
def test_the_database_takes_answers_to_signs_of_the_own_set_only(screening: Any, number: int, code: str) -> None:
    """Neither to a sign of another set nor to a reminder."""
    other = Indicator.objects.get(indicator_set__code="common", indicator_set__number=number, code=code)
    with pytest.raises(DatabaseError, match="a sign of the set"), transaction.atomic():
        Answer.objects.create(screening=screening, indicator=other, value="observed", answered_by=screening.started_by)


# What is refused

NEW = NATIONAL["indicators"][2]
RATED = {
    "code": "MKX02",
    "family": "ILO_EC_DELPHI",
    "dimension": "coercion_at_destination",
    "label": "Threatened with the owner’s dogs",
    "strengths": {"A_LAB": "medium"},
    "confidence": {"A_LAB": "sourced"},
    "sources": ["MK-SOP"],
}


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"indicators": [NEW | {"family": "nomads"}]}, "MKX01: the family nomads is not known"),
        ({"indicators": [NEW | {"family": ["general"]}]}, "MKX01: the family"),
        ({"indicators": [NEW | {"family": "ILO_EC_DELPHI"}]}, "MKX01: signs of ILO_EC_DELPHI have a dimension"),
        ({"indicators": [RATED | {"dimension": "luck"}]}, "MKX02: the dimension luck is not known"),
        ({"indicators": [RATED | {"dimension": ""}]}, "MKX02: signs of ILO_EC_DELPHI have a dimension"),
        ({"indicators": [RATED | {"strengths": {"X_LAB": "weak"}}]}, "MKX02: the group X_LAB is not one of A_LAB"),
        ({"indicators": [RATED | {"strengths": {"A_LAB": "huge"}}]}, "MKX02: the strength huge is not one of strong"),
        ({"indicators": [RATED | {"confidence": {"A_LAB": "sure"}}]}, "MKX02: the confidence sure of A_LAB is not"),
        ({"indicators": [RATED | {"confidence": {}}]}, "MKX02: the confidence None of A_LAB"),
        ({"indicators": [RATED | {"confidence": {"A_LAB": "sourced", "A_SEX": "sourced"}}]}, "MKX02: says how sure"),
        ({"indicators": [NEW | {"strengths": "strong"}]}, "MKX01: strengths and their confidence are given by group"),
        ({"indicators": [NEW | {"use": "verdict"}]}, "MKX01: the use verdict is not one of"),
        ({"indicators": [NEW | {"is_short": "yes"}]}, "MKX01: is_short is true or false"),
        ({"indicators": [NEW | {"label": " "}]}, "MKX01: has no label"),
        ({"indicators": [NEW | {"labels": {"de": "Angst"}}]}, "MKX01: the language de is not one of"),
        ({"indicators": [NEW | {"labels": {"mk": ""}}]}, "MKX01: its label in mk is empty"),
        ({"indicators": [NEW | {"labels": ["mk"]}]}, "MKX01: labels are given by language"),
        ({"indicators": [NEW | {"sources": []}]}, "MKX01: names no source"),
        ({"indicators": [NEW | {"weight": 3}]}, "MKX01: weight is not known"),
        ({"indicators": [NEW | {"code": "mk 1"}]}, "mk 1: a code is two capital letters"),
        ({"indicators": [NEW, NEW]}, "MKX01: stands in the set twice"),
        ({"indicators": ["GN01"]}, "indicators: a set has a list of them"),
        ({"removes": ["ZZ99"]}, "ZZ99: cannot be removed, common 2 does not have it"),
        ({"removes": ["EX03"]}, "EX03: is removed and changed at once"),
        ({"removes": "EX03"}, "removes: a list of codes"),
        ({"based_on": {"code": "common", "number": 9}}, "based_on: the set common 9 is not in the database"),
        ({"based_on": "common"}, "based_on: names the code and the number"),
        ({"country": "de"}, "country: de is not one of"),
        ({"country": ""}, "country: the set common has none, every other set has one"),
        ({"code": "common", "number": 3}, "country: the set common has none"),
        ({"code": "../mk"}, "code: a set is named in small letters"),
        ({"number": 10**12}, "number: the version of a set is a whole number"),
        ({"number": "1"}, "number: the version of a set is a whole number"),
        ({"valid_from": "1.11.2026"}, "valid_from: the day"),
        ({"lists": {"labour": ["MINES"]}}, "lists: MINES, named for labour, is not one of LAB, SEX"),
        ({"lists": {"witchcraft": ["LAB"]}}, "lists: witchcraft is no suspicion"),
        ({"lists": []}, "lists and families: say for each suspicion"),
        ({"families": {"man": ["general"]}}, "families: general, named for man, is not one of"),
        ({"families": {"man": "children"}}, "families: man names a list"),
    ],
)
def test_a_wrong_set_is_refused_whole(load_file: Any, changed: dict[str, Any], says: str) -> None:
    before = (IndicatorSet.objects.count(), Indicator.objects.count())
    with pytest.raises(CommandError, match="Nothing was loaded") as refused:
        load_file(**changed)
    assert says in str(refused.value)
    assert (IndicatorSet.objects.count(), Indicator.objects.count()) == before


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", "[]", '"mk"', "\ufeff{}"),
        pytest.param("[" * 200_000, id="deep"),
        pytest.param(" " * 2_000_001, id="huge"),
    ],
)
def test_what_is_no_set_is_refused(load_file: Any, content: str) -> None:
    with pytest.raises(CommandError, match="Nothing was loaded"):
        load_file(content)


@pytest.mark.parametrize("hidden", ["\u0000", "\ud800", "\u202e", "\u200b", "\n"])
def test_no_label_hides_or_turns_round_what_it_says(load_file: Any, hidden: str) -> None:
    added = {**NATIONAL["indicators"][-1], "label": f"Locked{hidden} in"}
    with pytest.raises(CommandError, match="has no label"):
        load_file(indicators=[added])


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        command("load", "--file", str(tmp_path / "nowhere.json"))


def test_a_version_that_is_there_is_refused_not_overwritten(load_file: Any, national: IndicatorSet) -> None:
    with pytest.raises(CommandError, match="mk 1 is there already and never changes"):
        load_file(removes=[])
    assert IndicatorSet.objects.get(code="mk").indicators.count() == 256


def test_a_set_keeps_its_country(load_file: Any, national: IndicatorSet) -> None:
    with pytest.raises(CommandError, match="mk names a set of another country"):
        load_file(number=2, country="rs")


def test_a_whole_set_without_a_short_list_is_refused() -> None:
    whole = published()[1] | {"code": "me", "country": "me"}
    whole["indicators"] = [entry | {"is_short": False} for entry in whole["indicators"]]
    with pytest.raises(SetRefused, match="is short"):
        check(whole)


def test_a_whole_set_with_a_code_twice_is_refused() -> None:
    whole = published()[1] | {"code": "me", "country": "me"}
    whole["indicators"] = [*whole["indicators"], whole["indicators"][0]]
    with pytest.raises(SetRefused, match="GN01: stands in the set 2 times"):
        check(whole)


def test_the_example_of_the_handbook_can_be_loaded(load_file: Any) -> None:
    handbook = (settings.BASE_DIR / "docs" / "indicators.md").read_text(encoding="utf-8")
    example = handbook.split("```json\n")[1].split("```")[0]
    assert load_file(example) == "Loaded mk 1.\n"
    assert IndicatorSet.objects.get(code="mk").indicators.count() == 257 - 1 + 1
