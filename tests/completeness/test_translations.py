"""The catalogues are whole: what `manage.py translate --check` asks, and each catalogue's own header."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import ngettext, override

from nrm.languages.catalogues import (
    GENERATED,
    MASTER,
    PLURAL_FORMS,
    Folder,
    all_updated,
    key_of,
    missing,
    number_of_forms,
    text_of,
)
from nrm.languages.extract import Key, Message, messages
from nrm.languages.lint import faults
from nrm.languages.transliterate import to_latin

FOLDER = Folder(Path(settings.LOCALE_PATHS[0]))
LANGUAGES = list(PLURAL_FORMS)
#: Which plural form a number takes, as measured.
NUMBERS = [0, 1, 2, 4, 5, 11, 12, 21, 22, 25, 101, 111, 121]
FORM_OF = {
    "sq": [1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    "mk": [1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 0, 1, 0],
}
FORM_OF |= {language: [2, 0, 1, 1, 2, 2, 2, 0, 1, 2, 0, 2, 0] for language in ("bs", "sr", "sr_Latn")}


@pytest.fixture(scope="module")
def source() -> dict[Key, Message]:
    return messages(settings.BASE_DIR)


@pytest.fixture(scope="module")
def wanted(source: dict[Key, Message]) -> dict[str, polib.POFile]:
    return all_updated(FOLDER, source)


def named(entries: list[polib.POEntry]) -> list[str]:
    return [f"{entry.msgctxt or ''} {entry.msgid}".strip() for entry in entries]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_source_is_translated(wanted: dict[str, polib.POFile], language: str) -> None:
    assert named(missing(wanted[language])) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fuzzy_or_left_over(language: str) -> None:
    assert named([entry for entry in FOLDER.read(language) if entry.fuzzy or entry.obsolete]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_tags_and_scripts_are_right(wanted: dict[str, polib.POFile], language: str) -> None:
    assert [f"{entry.msgid}: {fault}" for entry in wanted[language] for fault in faults(language, entry)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_on_disk_is_the_one_of_this_source(wanted: dict[str, polib.POFile], language: str) -> None:
    assert FOLDER.po(language).read_text(encoding="utf-8") == text_of(wanted[language]), "run `make translate`"
    assert FOLDER.mo(language).read_bytes() == wanted[language].to_binary(), "run `make translate`"


def test_latin_serbian_is_the_conversion_of_cyrillic_serbian() -> None:
    cyrillic = {key_of(entry): entry for entry in FOLDER.read(MASTER)}
    for entry in FOLDER.read(GENERATED):
        master = cyrillic[key_of(entry)]
        assert entry.msgstr == to_latin(master.msgstr)
        assert entry.msgstr_plural == {form: to_latin(text) for form, text in master.msgstr_plural.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_djangos_and_all_filled(language: str) -> None:
    catalogue = FOLDER.read(language)
    assert catalogue.metadata["Plural-Forms"] == PLURAL_FORMS[language]
    for entry in catalogue:
        if entry.msgid_plural:
            assert sorted(entry.msgstr_plural) == list(range(number_of_forms(language)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_number_takes_its_form(language: str) -> None:
    entry = FOLDER.read(language).find("Your password must contain at least %(min_length)d character.")
    assert entry
    with override("sr-latn" if language == GENERATED else language):
        shown = [ngettext(entry.msgid, entry.msgid_plural, number) for number in NUMBERS]
    assert shown == [entry.msgstr_plural[form] for form in FORM_OF[language]]
