"""The published rule against a second reading of it, and what must hold whatever was answered."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.identification.scoring import (
    ASK_AT_ONCE,
    DIMENSIONS,
    EXPLOITATION,
    Coverage,
    Dimension,
    Explanation,
    Finding,
    Outcome,
    Sign,
    explain,
    is_positive,
)
from nrm.identification.sets import published

#: The four cases as they are printed, each as the fewest signs that meet it; S strong, M medium, W weak.
#: "Two strong; one strong and one medium or weak; three medium; two medium and one weak."
PRINTED = {"SS", "SM", "SW", "MMM", "MMW"}
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
EVERY_COUNT = list(product(range(5), range(7), range(7)))
LETTERS = {"S": "strong", "M": "medium", "W": "weak"}


def meets_a_printed_case(strong: int, medium: int, weak: int) -> bool:
    """The second implementation: look for a printed case among all pairs and triples of the signs themselves."""
    signs = "S" * strong + "M" * medium + "W" * weak
    return any("".join(few) in PRINTED for size in (2, 3) for few in combinations(signs, size))


def signs_for(counts: tuple[int, int, int], finding: Finding) -> list[Sign]:
    letters = "".join(letter * count for letter, count in zip("SMW", counts, strict=True))
    return [
        Sign(f"EX{number}", finding, EXPLOITATION, {"A_LAB": LETTERS[letter]}, {"A_LAB": "sourced"})
        for number, letter in enumerate(letters)
    ]


@pytest.mark.parametrize(("counts", "positive"), list(EXAMPLES.items()))
def test_the_examples_of_the_source(counts: tuple[int, int, int], positive: bool) -> None:
    assert is_positive(*counts) is positive
    assert meets_a_printed_case(*counts) is positive


@pytest.mark.parametrize("counts", EVERY_COUNT)
def test_every_count_agrees_with_the_second_reading(counts: tuple[int, int, int]) -> None:
    assert is_positive(*counts) is meets_a_printed_case(*counts)


@pytest.mark.parametrize("counts", [counts for counts in EVERY_COUNT if any(counts)])
def test_a_dimension_is_positive_open_or_negative_by_it(counts: tuple[int, int, int]) -> None:
    """Present signs make it positive; the same signs unknown leave it open; the same signs absent rule it out."""
    reached = meets_a_printed_case(*counts)
    for finding, outcome in (
        (Finding.PRESENT, Outcome.POSITIVE),
        (Finding.UNKNOWN, Outcome.UNDETERMINED),
        (Finding.ABSENT, Outcome.NEGATIVE),
    ):
        (dimension,) = explain(signs_for(counts, finding), groups=["A_LAB"], for_child=True).dimensions
        expected = outcome if reached else Outcome.NEGATIVE
        assert dimension.outcome is expected


# Whatever was answered, in every group

CATALOGUE = [entry for entry in published()[1]["indicators"] if entry["dimension"]]
#: What can be asked at once: one list or both, by age.
GROUPS = st.sampled_from([("A_LAB",), ("A_SEX",), ("C_LAB",), ("C_SEX",), ("A_LAB", "A_SEX"), ("C_LAB", "C_SEX")])
FINDINGS = st.lists(st.sampled_from(Finding), min_size=len(CATALOGUE), max_size=len(CATALOGUE))
#: Few signs present, as it is in life: otherwise nearly everything is positive.
SPARSE = st.lists(
    st.sampled_from([Finding.PRESENT, *[Finding.ABSENT] * 4, *[Finding.UNKNOWN] * 2]),
    min_size=len(CATALOGUE),
    max_size=len(CATALOGUE),
)
ANSWERS = FINDINGS | SPARSE
RANK = [Outcome.NEGATIVE, Outcome.UNDETERMINED, Outcome.POSITIVE]


def signs_of(findings: list[Finding], groups: tuple[str, ...]) -> list[Sign]:
    return [
        Sign(entry["code"], finding, entry["dimension"], entry["strengths"], entry["confidence"])
        for entry, finding in zip(CATALOGUE, findings, strict=True)
        if any(group in entry["strengths"] for group in groups)
    ]


def read(findings: list[Finding], groups: tuple[str, ...], *, intent: bool = False) -> Explanation:
    signs = signs_of(findings, groups)
    return explain(signs, groups=groups, for_child=groups[0].startswith("C"), intent_recorded=intent)


def by_name(explanation: Explanation) -> dict[str, Dimension]:
    return {one.name: one for one in explanation.dimensions}


@given(ANSWERS, GROUPS, st.integers(0, len(CATALOGUE) - 1), st.booleans())
def test_one_more_observed_sign_never_lowers_anything(
    findings: list[Finding], groups: tuple[str, ...], at: int, intent: bool
) -> None:
    before = read(findings, groups, intent=intent)
    after = read([*findings[:at], Finding.PRESENT, *findings[at + 1 :]], groups, intent=intent)
    was_absent = findings[at] is Finding.ABSENT
    for one, other in zip(before.dimensions, after.dimensions, strict=True):
        assert one.outcome is not Outcome.POSITIVE or other.outcome is Outcome.POSITIVE
        if was_absent:
            assert RANK.index(other.outcome) >= RANK.index(one.outcome)
    assert not before.suggests_presumption or after.suggests_presumption
    assert not before.gives_grounds or after.gives_grounds
    assert set(before.strong) <= set(after.strong)


@given(ANSWERS, GROUPS)
def test_unknown_never_counts_as_present(findings: list[Finding], groups: tuple[str, ...]) -> None:
    with_unknown = read(findings, groups)
    ruled_out = read([Finding.ABSENT if one is Finding.UNKNOWN else one for one in findings], groups)
    for one, other in zip(with_unknown.dimensions, ruled_out.dimensions, strict=True):
        assert (one.outcome is Outcome.POSITIVE) == (other.outcome is Outcome.POSITIVE)
        assert one.present == other.present
    assert with_unknown.suggests_presumption == ruled_out.suggests_presumption
    assert with_unknown.gives_grounds == ruled_out.gives_grounds
    assert with_unknown.strong == ruled_out.strong


@given(ANSWERS, GROUPS)
def test_negative_means_that_no_unknown_sign_could_change_it(findings: list[Finding], groups: tuple[str, ...]) -> None:
    explanation = read(findings, groups)
    highest = read([Finding.PRESENT if one is Finding.UNKNOWN else one for one in findings], groups)
    assert (explanation.outcome is Outcome.NEGATIVE) == (not highest.suggests_presumption)
    for one, other in zip(explanation.dimensions, highest.dimensions, strict=True):
        assert (one.outcome is Outcome.NEGATIVE) == (other.outcome is not Outcome.POSITIVE)


@given(ANSWERS, GROUPS, st.randoms())
def test_the_order_of_answers_does_not_matter(findings: list[Finding], groups: tuple[str, ...], luck: Random) -> None:
    signs = signs_of(findings, groups)
    shuffled = luck.sample(signs, len(signs))
    given_, other = (explain(some, groups=groups, for_child=True) for some in (signs, shuffled))
    assert (given_.outcome, given_.is_provisional) == (other.outcome, other.is_provisional)
    assert set(given_.strong) == set(other.strong)
    for one, two in zip(given_.dimensions, other.dimensions, strict=True):
        assert (one.name, one.outcome, one.is_provisional) == (two.name, two.outcome, two.is_provisional)
        assert (set(one.present), set(one.unknown)) == (set(two.present), set(two.unknown))


@given(ANSWERS, st.sampled_from("AC"))
def test_with_both_lists_a_dimension_positive_in_either_counts(findings: list[Finding], age: str) -> None:
    both = by_name(read(findings, (f"{age}_LAB", f"{age}_SEX")))
    labour, sexual = (by_name(read(findings, (f"{age}_{one}",))) for one in ("LAB", "SEX"))
    for name in DIMENSIONS:
        assert RANK.index(both[name].outcome) == max(RANK.index(one[name].outcome) for one in (labour, sexual))


@given(ANSWERS, st.sampled_from([("C_LAB",), ("C_SEX",), ("C_LAB", "C_SEX")]), st.booleans())
def test_for_a_child_only_exploitation_or_intent_decides(
    findings: list[Finding], groups: tuple[str, ...], intent: bool
) -> None:
    explanation = read(findings, groups, intent=intent)
    without_means = [
        finding if entry["dimension"] == EXPLOITATION else Finding.ABSENT
        for entry, finding in zip(CATALOGUE, findings, strict=True)
    ]
    assert explanation.outcome is read(without_means, groups, intent=intent).outcome
    expected = Outcome.POSITIVE if intent else by_name(explanation)[EXPLOITATION].outcome
    assert explanation.outcome is expected


@given(ANSWERS, st.sampled_from([("A_LAB",), ("A_SEX",), ("A_LAB", "A_SEX")]), st.booleans())
def test_for_an_adult_exploitation_and_a_means_decide(
    findings: list[Finding], groups: tuple[str, ...], intent: bool
) -> None:
    explanation = read(findings, groups, intent=intent)
    found = by_name(explanation)
    means = [found[name].outcome for name in DIMENSIONS if name != EXPLOITATION]
    purpose = Outcome.POSITIVE if intent else found[EXPLOITATION].outcome
    assert explanation.suggests_presumption == (purpose is Outcome.POSITIVE and Outcome.POSITIVE in means)


@given(ANSWERS, GROUPS)
def test_provisional_is_what_rests_on_a_reconstructed_strength(
    findings: list[Finding], groups: tuple[str, ...]
) -> None:
    explanation = read(findings, groups)
    rests_on = {
        entry["dimension"]
        for entry, finding in zip(CATALOGUE, findings, strict=True)
        if finding is not Finding.ABSENT and any(entry["confidence"].get(group) == "reconstructed" for group in groups)
    }
    assert {one.name for one in explanation.dimensions if one.is_provisional} == rests_on
    assert explanation.is_provisional == bool(rests_on)


@given(ANSWERS, st.sampled_from([("A_LAB",), ("C_LAB",)]))
def test_the_lists_for_labour_are_never_provisional(findings: list[Finding], groups: tuple[str, ...]) -> None:
    assert not read(findings, groups).is_provisional


@given(ANSWERS, GROUPS)
def test_only_unknown_signs_are_asked_next_and_not_many_at_once(
    findings: list[Finding], groups: tuple[str, ...]
) -> None:
    explanation = read(findings, groups)
    unknown = {code for one in explanation.dimensions for code in one.unknown}
    assert set(explanation.ask_next) <= unknown
    assert len(explanation.ask_next) <= ASK_AT_ONCE
    assert bool(explanation.ask_next) == (explanation.outcome is Outcome.UNDETERMINED)


@given(ANSWERS, GROUPS, st.sampled_from([Coverage.PART, Coverage.NONE]))
def test_a_list_rules_nothing_out_that_it_does_not_speak_of(
    findings: list[Finding], groups: tuple[str, ...], coverage: Coverage
) -> None:
    signs = signs_of(findings, groups)
    whole, less = (explain(signs, groups=groups, for_child=False, coverage=one) for one in (Coverage.WHOLE, coverage))
    assert less.outcome is not Outcome.NEGATIVE
    assert whole.suggests_presumption == less.suggests_presumption
    assert whole.gives_grounds == less.gives_grounds


@given(ANSWERS, GROUPS)
def test_codes_bring_the_explanation_back(findings: list[Finding], groups: tuple[str, ...]) -> None:
    explanation = replace(read(findings, groups), general=("GN01",), general_unknown=("GN02",))
    assert Explanation.from_codes(explanation.as_codes()) == explanation
