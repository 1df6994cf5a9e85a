"""Case codes survive the telephone, handwriting and two keyboards; a slip is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.lib.codes import ALPHABET, LENGTH, check_character, grouped, new_code, normalise_code

codes = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1).map(
    lambda characters: grouped(characters + check_character(characters))
)


def test_a_new_code_is_three_groups_of_four_and_normal() -> None:
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert normalise_code(code) == code


def test_new_codes_differ() -> None:
    assert len({new_code() for _ in range(500)}) == 500


@given(codes)
def test_spaces_lower_case_and_missing_hyphens_are_forgiven(code: str) -> None:
    bare = code.replace("-", "")
    assert normalise_code(bare.lower()) == code
    assert normalise_code(f" {' '.join(bare)}\t") == code
    assert normalise_code(code.replace("-", "–")) == code


@given(codes)
def test_letters_that_look_like_digits_are_forgiven(code: str) -> None:
    assert normalise_code(code.replace("0", "O")) == code
    assert normalise_code(code.replace("0", "o")) == code
    assert normalise_code(code.replace("1", "I")) == code
    assert normalise_code(code.replace("1", "l")) == code


@given(codes)
def test_cyrillic_letters_that_look_the_same_are_forgiven(code: str) -> None:
    assert normalise_code(code.translate(str.maketrans("ABCEHJKMPTX", "АВСЕНЈКМРТХ"))) == code


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(code: str, place: int, wrong: str) -> None:
    characters = list(code.replace("-", ""))
    if characters[place] != wrong:
        characters[place] = wrong
        assert normalise_code("".join(characters)) is None


@given(codes, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_every_swap_of_two_characters_is_noticed(code: str, one: int, other: int) -> None:
    characters = list(code.replace("-", ""))
    characters[one], characters[other] = characters[other], characters[one]
    if characters != list(code.replace("-", "")):
        assert normalise_code("".join(characters)) is None


WRONG = ["", "-", "ABCD-EFGH", "UUUU-UUUU-UUUU", "0" * 11, "0" * 13, "<b>" * 4, "A" * 1_000_000]


@pytest.mark.parametrize("typed", WRONG)
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert normalise_code(typed) is None


@given(st.text())
def test_any_text_is_answered_with_a_code_or_nothing(typed: str) -> None:
    code = normalise_code(typed)
    assert code is None or normalise_code(code) == code
