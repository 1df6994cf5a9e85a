"""`manage.py translate` on a small invented source: update, fill, check."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import CommandError, call_command

from nrm.languages.extract import ContradictoryPlural, messages

PYTHON = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
SAVE = _("Save")
STAGE = pgettext("case", "Open")
def counted(n):
    # Translators: on the list of cases
    return ngettext("%(n)s case", "%(n)s cases", n)
"""
TEMPLATE = """
    {% load i18n %}
      {% translate "Save" %}
      {% blocktranslate trimmed with name=user.name %}
        Account: {{ name }}
      {% endblocktranslate %}
      {% blocktranslate count n=days %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}
"""
SERBIAN = {
    "Save": "Сачувај",
    "case\x04Open": "Отворен",
    "Account: %(name)s": "Налог: %(name)s",
    "%(n)s case": ["%(n)s случај", "%(n)s случаја", "%(n)s случајева"],
    "%(n)s day": ["%(n)s дан", "%(n)s дана", "%(n)s дана"],
}


@pytest.fixture
def source(tmp_path: Path, settings: Any) -> Path:
    (tmp_path / "nrm").mkdir()
    (tmp_path / "workflows").mkdir()
    (tmp_path / "templates" / "desk").mkdir(parents=True)
    (tmp_path / "nrm" / "words.py").write_text(PYTHON)
    (tmp_path / "templates" / "desk" / "page.html").write_text(TEMPLATE)
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    return tmp_path


def translate(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("translate", *map(str, arguments), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def fill(source: Path, language: str, answers: dict[str, Any]) -> str:
    file = source / "answers.json"
    file.write_text(json.dumps(answers, ensure_ascii=False), encoding="utf-8")
    return translate("fill", language, file)


def entry(catalogue: polib.POFile, message: str) -> polib.POEntry:
    found = catalogue.find(message)
    assert found
    return found


def catalogue(source: Path, language: str) -> polib.POFile:
    return polib.pofile(str(source / "locale" / language / "LC_MESSAGES" / "django.po"))


def test_messages_of_python_and_templates_are_found_in_a_stable_order(source: Path) -> None:
    found = messages(source)
    assert [(message.context, message.text, message.plural) for message in found.values()] == [
        (None, "%(n)s case", "%(n)s cases"),
        (None, "%(n)s day", "%(n)s days"),
        (None, "Account: %(name)s", ""),
        ("case", "Open", ""),
        (None, "Save", ""),
    ]
    assert found[(None, "Save")].files == {"nrm/words.py", "templates/desk/page.html"}
    assert found[(None, "%(n)s case")].comments == {"on the list of cases"}


def test_one_message_with_two_plurals_is_refused(source: Path) -> None:
    (source / "nrm" / "more.py").write_text('ngettext("%(n)s case", "%(n)s of the cases", n)')
    with pytest.raises(ContradictoryPlural):
        messages(source)


def test_update_says_what_is_missing_and_twice_changes_nothing(source: Path) -> None:
    assert "mk: 5 of 5 not translated" in translate()
    before = {path: path.read_bytes() for path in (source / "locale").rglob("django.*")}
    assert len(before) == 10
    translate()
    assert {path: path.read_bytes() for path in (source / "locale").rglob("django.*")} == before


def test_references_name_files_without_lines_and_headers_carry_no_date(source: Path) -> None:
    translate()
    text = (source / "locale" / "sr" / "LC_MESSAGES" / "django.po").read_text()
    assert "#: nrm/words.py templates/desk/page.html\n" in text
    assert "POT-Creation-Date" not in text


def test_filling_serbian_makes_latin_too(source: Path) -> None:
    translate()
    assert "sr: 5 taken, 0 of 5 not translated" in fill(source, "sr", SERBIAN)
    latin = catalogue(source, "sr_Latn")
    assert entry(latin, "Save").msgstr == "Sačuvaj"
    assert entry(latin, "%(n)s case").msgstr_plural == {0: "%(n)s slučaj", 1: "%(n)s slučaja", 2: "%(n)s slučajeva"}
    compiled = polib.mofile(str(source / "locale" / "sr" / "LC_MESSAGES" / "django.mo"))
    assert "Сачувај" in [message.msgstr for message in compiled]


def test_missing_can_be_filled_in_and_given_back(source: Path) -> None:
    translate()
    asked = json.loads(translate("missing", "sr", "--json"))
    assert asked.keys() == SERBIAN.keys()
    assert asked["%(n)s case"] == ["%(n)s case", "%(n)s cases"]
    fill(source, "sr", {key: SERBIAN[key] for key in asked})
    assert json.loads(translate("missing", "sr", "--json")) == {}


def test_translations_survive_a_changed_source_and_gone_messages_go(source: Path) -> None:
    translate()
    fill(source, "sr", SERBIAN)
    (source / "templates" / "desk" / "page.html").write_text('{% load i18n %}{% translate "New" %}')
    assert "sr: 1 of 4 not translated" in translate()
    assert entry(catalogue(source, "sr"), "Save").msgstr == "Сачувај"
    assert catalogue(source, "sr").find("Account: %(name)s") is None
    assert not any(entry.fuzzy or entry.obsolete for entry in catalogue(source, "sr"))


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"Account: %(name)s": "Налог: %(nаme)s"}, "placeholders"),
        ({"Account: %(name)s": "Налог"}, "placeholders"),
        ({"%(n)s case": ["%(n)s случај", "%(n)s случаја"]}, "3 plural forms are wanted, 2 given"),
        ({"%(n)s case": ["један случај", "%(n)s случаја", "%(n)s случајева"]}, "placeholders"),
        ({"Save": ["Сачувај"]}, "no plural forms are wanted"),
        ({"Save": "Sačuvaj"}, "Latin letters"),
        ({"Save": "Сaчувај"}, "Latin letters"),
        ({"Save": "Зачувај ќе"}, "another Cyrillic alphabet"),
        ({"Save": "Сачувај [?]"}, "doubtful"),
    ],
)
def test_a_faulty_answer_is_refused_and_nothing_is_written(source: Path, answers: dict[str, Any], reason: str) -> None:
    translate()
    with pytest.raises(CommandError, match=reason):
        fill(source, "sr", {"case\x04Open": "Отворен", **answers})
    assert not catalogue(source, "sr").translated_entries()


def test_an_answer_to_a_message_that_is_gone_is_passed_over(source: Path) -> None:
    translate()
    assert "sr: 1 taken, 4 of 5 not translated" in fill(source, "sr", {"Save": "Сачувај", "Nowhere": "Нигде"})


def test_check_is_content_only_with_whole_catalogues(source: Path) -> None:
    translate()
    with pytest.raises(CommandError, match="mk: 5 of 5 messages are not translated"):
        translate("--check")
    make_whole(source)
    assert "whole" in translate("--check")


@pytest.mark.parametrize(
    ("path", "old", "new", "complaint"),
    [
        ("nrm/words.py", '"Save"', '"Keep"', "stale"),
        ("locale/sr/LC_MESSAGES/django.po", "Сачувај", "Чувај", "django.mo differs"),
        ("locale/sr_Latn/LC_MESSAGES/django.po", "Sačuvaj", "Snimi", "sr_Latn: django.po is stale"),
        ("locale/sr/LC_MESSAGES/django.po", "Сачувај", "Sačuvaj", "Latin letters"),
        ("locale/mk/LC_MESSAGES/django.po", 'msgid "Save"', '#, fuzzy\nmsgid "Save"', "fuzzy"),
    ],
)
def test_check_names_what_is_wrong(source: Path, path: str, old: str, new: str, complaint: str) -> None:
    translate()
    make_whole(source)
    file = source / path
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CommandError, match=complaint):
        translate("--check")


def make_whole(source: Path) -> None:
    fill(source, "sr", SERBIAN)
    fill(source, "bs", json.loads(json.dumps(SERBIAN, ensure_ascii=False).translate(bosnian_letters())))
    two = {key: text if isinstance(text, str) else text[:2] for key, text in SERBIAN.items()}
    fill(source, "mk", two)
    fill(source, "sq", json.loads(json.dumps(two, ensure_ascii=False).translate(bosnian_letters())))


def bosnian_letters() -> dict[int, str]:
    """Any Latin letters do for the catalogues of this invented source."""
    from nrm.languages.transliterate import LETTERS

    return {ord(letter): latin for letter, latin in LETTERS.items()}
