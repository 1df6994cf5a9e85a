"""What people type: kept when wrong, cleaned when hostile, never guessed."""

from __future__ import annotations

import re

import pytest
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from nrm.lib import clock
from nrm.lib.forms import LONGEST_TEXT, PartialDateField, PlainTextField
from nrm.lib.partial_date import PartialDate


class Record(forms.Form):
    born = PartialDateField(required=False)
    note = PlainTextField(required=False)
    title = PlainTextField(required=False, lines=False)


def record(**typed: str) -> Record:
    form = Record({f"born_{part}" if part in {"day", "month", "year"} else part: text for part, text in typed.items()})
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ({"day": "5", "month": "3", "year": "1998"}, PartialDate(1998, 3, 5)),
        ({"day": " 05 ", "month": "03", "year": "1998"}, PartialDate(1998, 3, 5)),
        ({"month": "3", "year": "1998"}, PartialDate(1998, 3)),
        ({"year": "1998"}, PartialDate(1998)),
        ({}, None),
    ],
)
def test_day_and_month_may_be_unknown(typed: dict[str, str], meant: PartialDate | None) -> None:
    form = record(**typed)
    assert not form.errors
    assert form.cleaned_data["born"] == meant


@pytest.mark.parametrize(
    ("day", "month", "year", "error"),
    [
        ("5", "3", "", "Enter the year."),
        ("5", "", "1998", "Enter the month too"),
        ("31", "2", "1998", "does not have that day"),
        ("5", "13", "1998", "from 1 to 12"),
        ("32", "1", "1998", "from 1 to 31"),
        ("5", "3", "0", "four digits"),
        ("5", "3", "0000", "1900 or later"),
        ("5", "3", "98", "four digits"),
        ("5", "3", "1899", "1900 or later"),
        ("5", "3", "9999", "or earlier"),
        ("5", "3", "99999999999", "four digits"),
        ("five", "3", "1998", "from 1 to 31"),
        ("-5", "3", "1998", "from 1 to 31"),
        ("<b>", "3", "1998", "from 1 to 31"),
    ],
)
def test_a_date_that_cannot_be_is_refused_with_a_sentence(day: str, month: str, year: str, error: str) -> None:
    form = record(day=day, month=month, year=year)
    assert error in form.errors["born"][0]
    assert [part["value"] or "" for part in form["born"].subwidgets[0].data["subwidgets"]] == [day, month, year]


def test_a_date_after_today_is_refused_unless_the_field_allows_it() -> None:
    tomorrow = {"born_day": "31", "born_month": "12", "born_year": str(clock.today().year)}
    if clock.today() < PartialDate(clock.today().year, 12, 31).bounds()[0]:  # type: ignore[index]
        assert "in the future" in Record(tomorrow).errors["born"][0]
    assert PartialDateField(allow_future=True).clean(["31", "12", str(clock.today().year)])


def test_a_required_date_says_so() -> None:
    with pytest.raises(forms.ValidationError) as refusal:
        PartialDateField().clean(["", "", ""])
    assert refusal.value.messages == ["This field is required."]


def test_a_stored_date_is_shown_part_by_part_with_labels() -> None:
    shown = str(Record(initial={"born": PartialDate(1998, 3)})["born"])
    assert 'name="born_year" value="1998"' in shown
    assert 'name="born_month" value="3"' in shown
    assert 'name="born_day" value' not in shown
    for part, label in enumerate(("Day", "Month", "Year")):
        assert re.search(f'<label[^>]* for="id_born_{part}">{label}</label>', shown)
    assert "style=" not in shown


def test_an_untouched_date_has_not_changed() -> None:
    untouched = {"born_day": "", "born_month": "3", "born_year": "1998"}
    assert not Record(untouched, initial={"born": PartialDate(1998, 3)}).has_changed()
    assert Record(untouched, initial={"born": PartialDate(1998, 4)}).has_changed()


def test_text_loses_control_characters_and_overrides_but_not_its_lines() -> None:
    form = record(note="  one\r\ntwo\x00\x07 \u202ethree\u202c\u200b c\u030c\ud800 ", title="a\nb\tc\u2066")
    assert form.cleaned_data["note"] == "one\ntwo three č"
    assert form.cleaned_data["title"] == "a b c"


def test_script_tags_are_text_and_shown_harmlessly() -> None:
    form = record(note="<script>alert(1)</script>")
    assert form.cleaned_data["note"] == "<script>alert(1)</script>"
    assert "<script>" not in str(form["note"])


def test_a_too_long_text_is_refused_and_kept() -> None:
    form = record(note="a" * (LONGEST_TEXT + 1))
    assert form.errors["note"] == ["Ensure this value has at most 10000 characters (it has 10001)."]
    assert form["note"].value() == "a" * (LONGEST_TEXT + 1)
    assert "maxlength" not in str(form["note"])


def test_the_browser_is_asked_to_keep_nothing_that_was_typed() -> None:
    """Nothing is suggested to the next person at a shared computer, nor restored with a window that was closed."""
    form = record()
    for name in ("note", "title"):
        assert 'autocomplete="off"' in str(form[name])


def test_a_megabyte_is_answered() -> None:
    assert record(note="š" * 1_000_000).errors["note"]


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    field = PlainTextField(required=False)
    assert field.to_python(field.to_python(text)) == field.to_python(text)
