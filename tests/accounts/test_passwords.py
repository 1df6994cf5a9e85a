"""A9, A10: a password is long, not complicated, and not what an attacker would try."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from nrm.accounts.models import User

PERSON = User(email="ana.quince@openhand.example", display_name="Ana Quince")
PERSON.known_words = ("Open Hand",)  # type: ignore[attr-defined]


def refusals(password: str) -> set[str | None]:
    try:
        validate_password(password, PERSON)
    except ValidationError as error:
        return {item.code for item in error.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "wooden lamp over quiet water",
        "seven quiet otters sing",
        "четири тихи видри пеат напладне",
        "only-lower-case-otters-here",
        "kxwqvzjtbnmpldhg",
        "old tram, green coat, cold soup " * 4,
    ],
)
def test_a9_long_passwords_of_any_kind_of_character_are_taken(password: Any) -> None:
    assert refusals(password[:128]) == set()


def test_a9_fourteen_characters_are_too_few_and_129_too_many() -> None:
    assert "password_too_short" in refusals("kxwqvzjtbnmpld")
    assert refusals("kxwqvzjtbnmpldh") == set()
    assert refusals("x1" * 64 + "y") == {"password_too_long"}


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "123456789012345",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaaaaaaa",
        "letmeinletmeinletmein",
        "referral mechanism 1",
        "Ana Quince Open Hand",
        "anaquince@openhand",
        "skopjeskopjeskopje",
        "Trafficking2026!!",
        "Shelter-Kosovo-2026",
    ],
)
def test_a10_common_repeated_and_local_words_are_refused(password: Any) -> None:
    assert refusals(password)


def test_a_megabyte_is_refused_at_once() -> None:
    assert refusals("x" * 1_000_000) == {"password_too_long"}
