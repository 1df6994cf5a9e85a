"""Serbian Cyrillic to Serbian Latin. One way only: `nj`, `lj` and `dž` are not always one letter, so never back."""

from __future__ import annotations

import re

LETTERS = dict(
    zip(
        "абвгдђежзијклмнопрстћуфхцчшАБВГДЂЕЖЗИЈКЛМНОПРСТЋУФХЦЧШ",
        "abvgdđežzijklmnoprstćufhcčšABVGDĐEŽZIJKLMNOPRSTĆUFHCČŠ",
        strict=True,
    )
) | {"љ": "lj", "њ": "nj", "џ": "dž"}
DIGRAPHS = {"Љ": "LJ", "Њ": "NJ", "Џ": "DŽ"}

#: Whole spellings that letter by letter would get wrong.
EXCEPTIONS = {"ЛГБТИК+": "LGBTIQ+", "ко\u0302д": "kod", "кôд": "kod", "Ко\u0302д": "Kod", "Кôд": "Kod"}

#: Left alone even when Cyrillic letters are inside: placeholders, HTML tags and entities, addresses.
PROTECTED = (
    r"%\([^)]*\)[#0 +-]*\d*(?:\.\d+)?[a-z]|\{[^{}]*\}|<[^<>]*>|&\w+;"
    r"|\b(?:https?://|mailto:)\S+|[\w.+-]+@[\w-]+\.[\w.-]+"
)
EXCEPTION = "|".join(map(re.escape, EXCEPTIONS))
TOKEN = re.compile(f"(?P<protected>{PROTECTED})|(?P<exception>{EXCEPTION})|(?P<letter>.)", re.DOTALL)


def to_latin(text: str) -> str:
    return TOKEN.sub(in_latin, text)


def in_latin(token: re.Match[str]) -> str:
    if token["protected"]:
        return token["protected"]
    if token["exception"]:
        return EXCEPTIONS[token["exception"]]
    letter = token["letter"]
    if letter in DIGRAPHS:
        return digraph(letter, token.string, token.start())
    return LETTERS.get(letter, letter)


def digraph(letter: str, text: str, at: int) -> str:
    """`Љ` is `LJ` among capitals (ЉУДИ, ЦЗЖТЉ) and `Lj` at the head of a word (Људи)."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    is_capitalised = after.isupper() or (before.isupper() and not after.islower())
    return DIGRAPHS[letter] if is_capitalised else DIGRAPHS[letter].capitalize()
