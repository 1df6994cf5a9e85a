"""What a screening speaks for: the published rule, its bounds, and how dimensions are combined."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.identification.scoring import (
    ASK_AT_ONCE,
    DIMENSIONS,
    EXPLOITATION,
    Explanation,
    Finding,
    Outcome,
    Sign,
    combine,
    explain,
    is_positive,
)
from nrm.identification.sets import published

#: The four ways a dimension becomes positive, as the source prints them: so many strong, medium, weak at least.
PRINTED = [(2, 0, 0), (1, 1, 0), (1, 0, 1), (0, 3, 0), (0, 2, 1)]
#: The examples of the source's reading.
EXAMPLES = {
    (2, 0, 0): True,
    (1, 0, 0): False,
    (1, 0, 1): True,
    (1, 1, 0): True,
    (0, 3, 0): True,
    (0, 2, 1): True,
    (0, 2, 0): False,
    (0, 1, 5): False,
    (0, 0, 9): False,
}
MEANS = tuple(name for name in DIMENSIONS if name != EXPLOITATION)
LABOUR_LIST = [entry for entry in published()[0]["indicators"] if entry["dimension"]]


@pytest.mark.parametrize(("counts", "positive"), list(EXAMPLES.items()))
def test_the_examples_of_the_source(counts: tuple[int, int, int], positive: bool) -> None:
    assert is_positive(*counts) is positive


@pytest.mark.parametrize("counts", list(product(range(5), range(7), range(7))))
def test_every_count_agrees_with_the_printed_list(counts: tuple[int, int, int]) -> None:
    printed = any(all(have >= need for have, need in zip(counts, least, strict=True)) for least in PRINTED)
    assert is_positive(*counts) is printed


def sign(
    code: str, finding: Finding = Finding.PRESENT, dimension: str = EXPLOITATION, strength: str = "strong"
) -> Sign:
    return Sign(code, finding, dimension, {"A_LAB": strength}, {"A_LAB": "secondary"})


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


def test_without_a_list_nothing_is_ruled_out() -> None:
    explanation = explain([Sign("GN01", Finding.PRESENT)], groups=[], for_child=False)
    assert explanation.outcome is Outcome.UNDETERMINED
    assert explanation.dimensions == ()


def test_codes_bring_the_explanation_back() -> None:
    explanation = labour(*EXPLOITED, sign("CD01", Finding.UNKNOWN, dimension=MEANS[0]))
    assert Explanation.from_codes(explanation.as_codes()) == explanation


answered = st.lists(st.sampled_from(Finding), min_size=len(LABOUR_LIST), max_size=len(LABOUR_LIST))


def signs_of(findings: list[Finding]) -> list[Sign]:
    return [
        Sign(entry["code"], finding, entry["dimension"], entry["strengths"], entry["confidence"])
        for entry, finding in zip(LABOUR_LIST, findings, strict=True)
    ]


@given(answered, st.integers(0, len(LABOUR_LIST) - 1), st.booleans(), st.sampled_from(["A_LAB", "C_LAB"]))
def test_one_more_present_sign_never_turns_positive_into_less(
    findings: list[Finding], at: int, for_child: bool, group: str
) -> None:
    before = explain(signs_of(findings), groups=[group], for_child=for_child)
    findings[at] = Finding.PRESENT
    after = explain(signs_of(findings), groups=[group], for_child=for_child)
    for one, other in zip(before.dimensions, after.dimensions, strict=True):
        assert one.outcome is not Outcome.POSITIVE or other.outcome is Outcome.POSITIVE
    assert not before.suggests_presumption or after.suggests_presumption
    assert not before.gives_grounds or after.gives_grounds


@given(answered, st.booleans(), st.sampled_from(["A_LAB", "C_LAB"]))
def test_unknown_never_counts_as_present(findings: list[Finding], for_child: bool, group: str) -> None:
    with_unknown = explain(signs_of(findings), groups=[group], for_child=for_child)
    ruled_out = [Finding.ABSENT if finding is Finding.UNKNOWN else finding for finding in findings]
    without = explain(signs_of(ruled_out), groups=[group], for_child=for_child)
    positive = {one.name for one in with_unknown.dimensions if one.outcome is Outcome.POSITIVE}
    assert positive == {one.name for one in without.dimensions if one.outcome is Outcome.POSITIVE}
    assert with_unknown.suggests_presumption == without.suggests_presumption
    assert with_unknown.gives_grounds == without.gives_grounds


@given(answered, st.booleans())
def test_negative_means_that_no_unknown_sign_could_change_it(findings: list[Finding], for_child: bool) -> None:
    explanation = explain(signs_of(findings), groups=["A_LAB"], for_child=for_child)
    highest = [Finding.PRESENT if finding is Finding.UNKNOWN else finding for finding in findings]
    if explanation.outcome is Outcome.NEGATIVE:
        assert not explain(signs_of(highest), groups=["A_LAB"], for_child=for_child).suggests_presumption


@given(answered, st.booleans())
def test_only_unknown_signs_are_asked_next_and_not_many_at_once(findings: list[Finding], for_child: bool) -> None:
    explanation = explain(signs_of(findings), groups=["A_LAB"], for_child=for_child)
    unknown = {entry["code"] for entry, found in zip(LABOUR_LIST, findings, strict=True) if found is Finding.UNKNOWN}
    assert set(explanation.ask_next) <= unknown
    assert len(explanation.ask_next) <= ASK_AT_ONCE
    assert bool(explanation.ask_next) == (explanation.outcome is Outcome.UNDETERMINED)
