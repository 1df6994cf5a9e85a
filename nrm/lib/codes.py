"""Case codes: random, without meaning, safe to read over the telephone.

Eleven random characters (55 bits) and one check character in Crockford's base 32, shown as `XXXX-XXXX-XXXX`.
The check is a weighted sum over GF(32) with a different power of a primitive element at each place. It therefore
catches every single wrong character and every swap of two characters.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {character: value for value, character in enumerate(ALPHABET)}
RANDOM_LENGTH = 11
LENGTH = RANDOM_LENGTH + 1
GROUP = 4

#: What a hand or a keyboard in another script writes for a character of the alphabet.
LOOKALIKES = str.maketrans("OILАВСЕНЈКМРТХО", "011ABCEHJKMPTX0")
SEPARATORS = dict.fromkeys(map(ord, " \t\u00a0\u202f-\u2010\u2011\u2012\u2013\u2014_.·"))


def new_code() -> str:
    """A fresh code. The caller's unique constraint settles the one collision in 2^55."""
    characters = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return grouped(characters + check_character(characters))


def normalise_code(typed: str) -> str | None:
    """The canonical form of a code however it was typed, or None when it cannot be a code."""
    if len(typed) > 4 * LENGTH:
        return None
    characters = typed.upper().translate(SEPARATORS).translate(LOOKALIKES)
    if len(characters) != LENGTH or not all(character in VALUES for character in characters):
        return None
    if check_character(characters[:RANDOM_LENGTH]) != characters[RANDOM_LENGTH]:
        return None
    return grouped(characters)


def check_character(characters: str) -> str:
    """Horner's scheme: the sum of value times 2^place in GF(32). A check character itself has weight one."""
    total = 0
    for character in characters:
        total = doubled(total ^ VALUES[character])
    return ALPHABET[total]


def doubled(value: int) -> int:
    """Multiplication by the primitive element of GF(32) with the polynomial x^5 + x^2 + 1."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def grouped(characters: str) -> str:
    return "-".join(characters[start : start + GROUP] for start in range(0, len(characters), GROUP))
