"""Django's own messages reach the reader in the reader's language, in our words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import polib
import pytest
from django import forms
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.timesince import timesince

from nrm.languages.django_messages import MESSAGES

DJANGO = Path(django.__file__).parent
SOURCES = ["conf", "contrib/auth", "contrib/postgres"]


def known_to_django() -> set[str]:
    catalogues = [polib.pofile(str(DJANGO / source / "locale/en/LC_MESSAGES/django.po")) for source in SOURCES]
    return {entry.msgid for catalogue in catalogues for entry in catalogue}


def test_every_message_named_here_is_still_one_of_djangos() -> None:
    known = known_to_django()
    assert [message for message in MESSAGES if message not in known] == []


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("sq", "Plotësoni këtë fushë."),
        ("bs", "Ovo polje je obavezno."),
        ("sr", "Ово поље је обавезно."),
        ("sr-latn", "Ovo polje je obavezno."),
        ("mk", "Ова поле е задолжително."),
    ],
)
def test_a_missing_value_is_asked_for(language: str, sentence: str) -> None:
    with translation.override(language):
        with pytest.raises(ValidationError) as refusal:
            forms.CharField().clean("")
        assert refusal.value.messages == [sentence]


@pytest.mark.parametrize(
    ("language", "march", "friday"),
    [
        ("sq", "mars", "e premte"),
        ("bs", "mart", "petak"),
        ("sr", "март", "петак"),
        ("sr-latn", "mart", "petak"),
        ("mk", "март", "петок"),
    ],
)
def test_months_and_days_are_written_small(language: str, march: str, friday: str) -> None:
    with translation.override(language):
        assert (str(MONTHS[3]), str(WEEKDAYS[4])) == (march, friday)
        assert all(str(name).islower() for name in [*MONTHS.values(), *WEEKDAYS.values()])


@pytest.mark.parametrize(
    ("language", "counted"),
    [
        ("sq", {1: "1 ditë", 2: "2 ditë", 5: "5 ditë"}),
        ("bs", {1: "1 dan", 2: "2 dana", 5: "5 dana"}),
        ("sr", {1: "1 дан", 2: "2 дана", 5: "5 дана"}),
        ("sr-latn", {1: "1 dan", 2: "2 dana", 5: "5 dana"}),
        ("mk", {1: "1 ден", 2: "2 дена", 5: "5 дена"}),
    ],
)
def test_relative_time_is_counted_rightly(language: str, counted: dict[int, str]) -> None:
    now = datetime(2026, 3, 5, 12, tzinfo=UTC)
    with translation.override(language):
        shown = {days: timesince(now - timedelta(days=days), now).replace("\u00a0", " ") for days in counted}
    assert shown == counted


@pytest.mark.parametrize(
    ("language", "form_of"),
    [
        ("bs", {1: "znak.", 21: "znak.", 2: "znaka.", 24: "znaka.", 5: "znakova.", 11: "znakova.", 12: "znakova."}),
        ("sr", {1: "знак.", 21: "знак.", 2: "знака.", 24: "знака.", 5: "знакова.", 11: "знакова.", 12: "знакова."}),
        ("mk", {1: "знак.", 21: "знак.", 2: "знаци.", 24: "знаци.", 5: "знаци.", 11: "знаци."}),
        ("sq", {1: "shenjë.", 21: "shenja.", 2: "shenja.", 11: "shenja."}),
    ],
)
def test_the_length_of_a_password_is_counted_in_the_right_form(language: str, form_of: dict[int, str]) -> None:
    with translation.override(language):
        for length, ending in form_of.items():
            assert MinimumLengthValidator(length).get_help_text().endswith(f"{length} {ending}")
