"""What a machine can see wrong in a translation: placeholders, plural forms, letters of another script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nrm.languages.transliterate import PROTECTED

if TYPE_CHECKING:
    from polib import POEntry

PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%[sdrf]|\{\w*\}")
TAG = re.compile(r"</?[a-z][^<>]*>")
NOT_WORDS = re.compile(f"{PROTECTED}|%[sdrf]")

CYRILLIC_LETTER = re.compile("[\u0400-\u04ff]")
LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f0-9]*")
FOREIGN_LETTERS = {"sr": re.compile("[ѓќѕѐѝ]", re.IGNORECASE), "mk": re.compile("[ђћ]", re.IGNORECASE)}

#: Latin words that belong into Cyrillic text. An acronym that the English message contains is allowed anyway.
ALLOWED_LATIN = frozenset({"Esc", "MHPSS", "QR", "PDF", "CSV", "URL", "JSON", "UUID", "IP", "kB", "MB", "GB"})


def faults(language: str, entry: POEntry) -> Iterator[str]:
    """Sentences about one entry. An untranslated entry has none: that is counted elsewhere."""
    if not entry.translated():
        return
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    for number, form in enumerate(forms):
        yield from placeholder_faults(entry, form, is_singular=number == 0)
        yield from script_faults(language, entry, form)
        if "[?]" in form:
            yield "still carries the mark of a doubtful term."
        if (entry.msgid[:1] == "\n", entry.msgid[-1:] == "\n") != (form[:1] == "\n", form[-1:] == "\n"):
            yield "begins or ends with a line break where the message does not."


def placeholder_faults(entry: POEntry, form: str, *, is_singular: bool) -> Iterator[str]:
    """The number may be left out only where the English singular leaves it out and the form is for exactly one."""
    english = [entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    if is_singular and entry.msgid_plural and len(entry.msgstr_plural) == 2:
        english.append(entry.msgid)
    if placeholders(form) not in [placeholders(text) for text in english]:
        yield f"placeholders are {sorted(placeholders(form))} in {form!r}."
    if Counter(TAG.findall(form)) not in [Counter(TAG.findall(text)) for text in english]:
        yield f"HTML tags differ in {form!r}."


def placeholders(text: str) -> Counter[str]:
    return Counter(PLACEHOLDER.findall(text.replace("%%", "")))


def script_faults(language: str, entry: POEntry, form: str) -> Iterator[str]:
    words = NOT_WORDS.sub(" ", form)
    if language not in {"sr", "mk"}:
        if CYRILLIC_LETTER.search(words):
            yield f"has Cyrillic letters: {form!r}."
        return
    for word in LATIN_WORD.findall(words):
        if not may_be_latin(word, entry):
            yield f"has Latin letters ({word}): {form!r}."
    if FOREIGN_LETTERS[language].search(words):
        yield f"has letters of another Cyrillic alphabet: {form!r}."


def may_be_latin(word: str, entry: POEntry) -> bool:
    is_acronym = sum(character.isupper() for character in word) > 1
    return word in ALLOWED_LATIN or (is_acronym and word in LATIN_WORD.findall(entry.msgid + " " + entry.msgid_plural))
