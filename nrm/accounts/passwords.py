"""What a password must be, and how it is stored."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 15, 128
#: zxcvbn reads at most this many characters; its work grows quickly with length.
LOOKED_AT = 72
#: zxcvbn's scale goes from 0 to 4; 3 means about 10^8 guesses or more.
GOOD_ENOUGH = 3
#: Words that anyone attacking this service would try first.
LOCAL_WORDS = (
    "referral",
    "mechanism",
    "shelter",
    "victim",
    "trafficking",
    "skopje",
    "tirana",
    "sarajevo",
    "prishtina",
    "pristina",
    "podgorica",
    "beograd",
    "belgrade",
    "makedonija",
    "macedonia",
    "shqiperia",
    "albania",
    "bosna",
    "bosnia",
    "srbija",
    "serbia",
    "kosovo",
    "kosova",
    "crnagora",
    "montenegro",
    "lozinka",
    "sifra",
    "fjalekalimi",
    "password",
)


class PinnedArgon2(Argon2PasswordHasher):
    """Argon2id as RFC 9106 recommends for memory-constrained servers; older hashes are upgraded at sign-in."""

    time_cost = 3
    memory_cost = 64 * 1024
    parallelism = 4


class LengthValidator:
    """Long rather than complicated: no rule about kinds of characters, no forced change."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < SHORTEST:
            sentence = ngettext(
                "Use at least %(count)d character. Three or four words you remember are good.",
                "Use at least %(count)d characters. Three or four words you remember are good.",
                SHORTEST,
            )
            raise ValidationError(sentence % {"count": SHORTEST}, code="password_too_short")
        if len(password) > LONGEST:
            sentence = ngettext("Use at most %(count)d character.", "Use at most %(count)d characters.", LONGEST)
            raise ValidationError(sentence % {"count": LONGEST}, code="password_too_long")

    def get_help_text(self) -> str:
        return _("At least 15 characters. Three or four words you remember are good. Spaces are allowed.")


class GuessableValidator:
    """Refuses what a patient attacker guesses: patterns, repetition, and words of this service and its people."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > LONGEST:
            return  # already refused for its length; measuring it would cost too much
        words = words_about(user)
        if rests_on(password, words) or zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"] < GOOD_ENOUGH:
            raise ValidationError(
                _("This password is easy to guess. Add words that have nothing to do with you or your work."),
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return _("Do not use your name, your organisation or words of this service.")


def words_about(user: Any) -> list[str]:
    """Local words, and the parts of the person's name, address and organisations (set by the form as `known_words`)."""
    own = " ".join([getattr(user, "email", ""), getattr(user, "display_name", ""), *getattr(user, "known_words", ())])
    return [*LOCAL_WORDS, *(part for part in re.split(r"[\W_]+", own.lower()) if len(part) >= 3)]


def rests_on(password: str, words: list[str]) -> bool:
    """Whether too little is left of a password once known words are taken out of it."""
    left = password.lower()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left != password.lower() and len(set(left)) < SHORTEST // 2
