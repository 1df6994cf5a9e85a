"""Every line of the security checklist has a test that carries its identifier, or a reason why not yet."""

from __future__ import annotations

import re

import pytest

from tests.security.checklist import PAGE, TITLES, Line, Named, all_tests, by_line, identifiers, lines, page, problems

#: How many lines each letter has.
LENGTHS = {"A": 16, "S": 14, "Z": 13, "C": 9, "L": 10, "D": 9, "F": 9, "B": 9}
LISTED = lines()
SHOWN = by_line(all_tests())


def test_no_line_is_bare_and_no_test_names_a_line_that_is_not_there() -> None:
    assert problems(LISTED, SHOWN) == []


def test_the_list_is_whole() -> None:
    assert TITLES.keys() == LENGTHS.keys()
    assert [line.identifier for line in LISTED] == [
        f"{letter}{number}" for letter, length in LENGTHS.items() for number in range(1, length + 1)
    ]


def test_each_line_says_what_it_asks_for() -> None:
    assert [line.identifier for line in LISTED if len(line.text) < 15 or line.level not in {1, 2, 3}] == []
    assert [
        line for line in LISTED for number in line.asvs if not re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{1,2}", number)
    ] == []


def test_a_bare_line_and_a_stray_test_are_named() -> None:
    listed = [Line("C1", "text", (), 2), Line("C2", "text", (), 2, "later"), Line("C3", "text", (), 2, " ")]
    shown = {"C1": [Named("a.py", "test_c1_x")], "X9": [Named("a.py", "test_x9_y")]}
    assert problems(listed, shown) == [
        "C3 has neither a test nor a reason why not yet",
        "a.py::test_x9_y names X9, which is on no list",
    ]


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("test_c1_a_flipped_byte", ["C1"]),
        ("test_a3_s10_both", ["A3", "S10"]),
        ("test_a_data_key", []),
        ("test_2fa_is_asked_for", []),
    ],
)
def test_a_name_claims_the_lines_it_starts_with(name: str, claimed: list[str]) -> None:
    assert identifiers(name) == claimed


def test_the_printed_page_has_every_line_and_names_no_test_that_is_gone() -> None:
    """It may lag behind new tests until `make docs`; it may not name what is not there."""
    printed = PAGE.read_text(encoding="utf-8")
    assert [line.identifier for line in LISTED if f"| **{line.identifier}** {line.text} |" not in printed] == []
    assert set(re.findall(r"`(test_\w+)`", printed)) <= {test.name for test in all_tests()}


def test_a_page_names_tests_and_reasons() -> None:
    listed = [Line("C1", "Refused.", ("11.3.3",), 2, "being written")]
    printed = page(listed, {"C1": [Named("vault/test_x.py", "test_c1_x")]})
    assert "| **C1** Refused. | 11.3.3 | 2 | vault/test_x.py: `test_c1_x`<br>*Not yet*: being written |" in printed
