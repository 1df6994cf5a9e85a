"""What a screening speaks for: how dimensions are combined, what is asked next, and where no rule reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nrm.identification.scoring import (
    DIMENSIONS,
    EXPLOITATION,
    Coverage,
    Dimension,
    Explanation,
    Finding,
    Outcome,
    Sign,
    combine,
    explain,
)

MEANS = tuple(name for name in DIMENSIONS if name != EXPLOITATION)


def sign(
    code: str, finding: Finding = Finding.PRESENT, dimension: str = EXPLOITATION, strength: str = "strong"
) -> Sign:
    return Sign(code, finding, dimension, {"A_LAB": strength}, {"A_LAB": "sourced"})


def labour(*signs: Sign, for_child: bool = False, intent: bool = False) -> Explanation:
    return explain(signs, groups=["A_LAB"], for_child=for_child, intent_recorded=intent)


EXPLOITED = (sign("EX01"), sign("EX02", strength="medium"))
COERCED = (
    sign("CD01", dimension="coercion_at_destination"),
    sign("CD14", dimension="coercion_at_destination"),
)


def test_an_adult_needs_exploitation_and_a_means() -> None:
    assert labour(*EXPLOITED, *COERCED).suggests_presumption
    assert not labour(*COERCED).suggests_presumption
    assert not labour(*EXPLOITED).suggests_presumption


def test_a_child_needs_no_means() -> None:
    assert labour(*EXPLOITED, for_child=True).suggests_presumption
    assert not labour(*COERCED, for_child=True).suggests_presumption


def test_recorded_intent_stands_for_exploitation_that_had_not_begun() -> None:
    assert labour(*COERCED, intent=True).suggests_presumption
    assert labour(intent=True, for_child=True).suggests_presumption


@pytest.mark.parametrize("means", MEANS)
def test_each_of_the_five_means_is_enough(means: str) -> None:
    outcomes = dict.fromkeys(DIMENSIONS, Outcome.NEGATIVE) | {EXPLOITATION: Outcome.POSITIVE, means: Outcome.POSITIVE}
    assert combine(outcomes, for_child=False) is Outcome.POSITIVE


def test_unknown_leaves_a_dimension_open_and_is_asked_next() -> None:
    explanation = labour(sign("EX02", Finding.UNKNOWN, strength="weak"), sign("EX01", Finding.UNKNOWN), *COERCED)
    assert explanation.dimensions[0].outcome is Outcome.UNDETERMINED
    assert explanation.outcome is Outcome.UNDETERMINED
    assert explanation.ask_next == ("EX01", "EX02")


def test_what_was_ruled_out_is_not_asked_again() -> None:
    explanation = labour(sign("EX01", Finding.ABSENT), sign("EX02", Finding.UNKNOWN, strength="weak"), *COERCED)
    assert explanation.outcome is Outcome.NEGATIVE
    assert explanation.ask_next == ()


def test_general_signs_never_enter_the_rule() -> None:
    general = [Sign(f"GN{number:02}", Finding.PRESENT) for number in range(1, 33)]
    explanation = labour(*general, *(replace(one, finding=Finding.ABSENT) for one in (*EXPLOITED, *COERCED)))
    assert explanation.outcome is Outcome.NEGATIVE
    assert not explanation.gives_grounds
    assert len(explanation.general) == 32


def test_one_strong_sign_gives_grounds_though_it_suggests_nothing() -> None:
    explanation = labour(sign("EX01"), sign("EX02", Finding.ABSENT, strength="medium"))
    assert not explanation.suggests_presumption
    assert explanation.gives_grounds
    assert explanation.strong == ("EX01",)


def test_a_medium_sign_alone_gives_none() -> None:
    assert not labour(sign("EX02", strength="medium")).gives_grounds


def test_positive_in_either_list_counts() -> None:
    signs = [replace(one, strengths={"A_SEX": "strong"}, confidence={"A_SEX": "reconstructed"}) for one in EXPLOITED]
    explanation = explain(signs, groups=["A_LAB", "A_SEX"], for_child=True)
    assert explanation.suggests_presumption
    assert explanation.is_provisional


def test_without_a_list_the_result_stays_open_and_says_so() -> None:
    signs = [
        Sign("FM01", Finding.PRESENT, family="forced_marriage"),
        Sign("GN02", Finding.UNKNOWN),
        Sign("FM02", Finding.UNKNOWN, family="forced_marriage"),
        Sign("FM03", Finding.ABSENT, family="forced_marriage"),
    ]
    explanation = explain(signs, groups=[], for_child=False, coverage=Coverage.NONE)
    assert explanation.outcome is Outcome.UNDETERMINED
    assert explanation.coverage is Coverage.NONE
    assert explanation.dimensions == ()
    assert (explanation.general, explanation.general_unknown) == (("FM01",), ("GN02", "FM02"))
    assert explanation.ask_next == ("FM02", "GN02")
    assert not explanation.is_provisional


def test_beside_a_list_its_negative_result_stays_open_too() -> None:
    absent = [replace(one, finding=Finding.ABSENT) for one in (*EXPLOITED, *COERCED)]
    assert explain(absent, groups=["A_LAB"], for_child=False).outcome is Outcome.NEGATIVE
    beside = explain(absent, groups=["A_LAB"], for_child=False, coverage=Coverage.PART)
    assert beside.outcome is Outcome.UNDETERMINED
    assert all(one.outcome is Outcome.NEGATIVE for one in beside.dimensions)


def test_a_sign_outside_the_lists_that_apply_is_kept_but_not_rated() -> None:
    """Answered while the person was taken for an adult, who then turned out to be a child."""
    no_protection = Sign("EX06", Finding.PRESENT, EXPLOITATION, {"A_LAB": "medium"}, {"A_LAB": "sourced"})
    explanation = explain([no_protection], groups=["C_LAB"], for_child=True)
    assert explanation.dimensions == (Dimension(EXPLOITATION, Outcome.NEGATIVE, ("EX06",)),)
    assert not explanation.gives_grounds


def test_results_kept_before_there_were_more_words_stay_readable() -> None:
    kept: dict[str, Any] = {
        "for_child": False,
        "dimensions": [{"name": EXPLOITATION, "outcome": "positive", "present": ["EX01", "EX04"], "unknown": []}],
        "general": ["GN05"],
        "strong": ["EX01"],
        "ask_next": [],
        "intent_recorded": False,
        "is_provisional": False,
        "outcome": "undetermined",
    }
    explanation = Explanation.from_codes(kept)
    assert not explanation.dimensions[0].is_provisional
    assert (explanation.general_unknown, explanation.coverage) == ((), Coverage.WHOLE)
    assert Explanation.from_codes(kept | {"dimensions": []}).coverage is Coverage.NONE


def test_codes_bring_the_explanation_back() -> None:
    explanation = labour(*EXPLOITED, sign("CD01", Finding.UNKNOWN, dimension=MEANS[0]))
    assert Explanation.from_codes(explanation.as_codes()) == explanation
