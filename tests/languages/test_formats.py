"""5 March 2026, 14:30, in every language; typed days always come before the month."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.conf import settings
from django.utils import formats, timezone, translation

LANGUAGES = [code for code, _name in settings.LANGUAGES]
DAY = date(2026, 3, 5)
MOMENT = datetime(2026, 3, 5, 13, 30, tzinfo=UTC)  # 14:30 in Skopje

#: DATE_FORMAT, DATETIME_FORMAT, SHORT_DATE_FORMAT, SHORT_DATETIME_FORMAT, YEAR_MONTH_FORMAT, MONTH_DAY_FORMAT
SHOWN = {
    "en": ("5 March 2026", "5 March 2026, 14:30", "05/03/2026", "05/03/2026 14:30", "March 2026", "5 March"),
    "sq": ("5 mars 2026", "5 mars 2026, 14:30", "05.03.2026", "05.03.2026 14:30", "mars 2026", "5 mars"),
    "bs": ("5. mart 2026.", "5. mart 2026. 14:30", "05.03.2026.", "05.03.2026. 14:30", "mart 2026.", "5. mart"),
    "sr": ("5. март 2026.", "5. март 2026. 14:30", "05.03.2026.", "05.03.2026. 14:30", "март 2026.", "5. март"),
    "sr-latn": ("5. mart 2026.", "5. mart 2026. 14:30", "05.03.2026.", "05.03.2026. 14:30", "mart 2026.", "5. mart"),
    "mk": ("5 март 2026", "5 март 2026, 14:30", "05.03.2026", "05.03.2026 14:30", "март 2026", "5 март"),
}
TYPED = ["05/03/2026", "05.03.2026", "05.03.2026.", "5.3.2026", "5. 3. 2026.", "5. 3. 2026", "2026-03-05"]


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("typed", TYPED)
def test_every_way_to_type_5_march_is_5_march(language: str, typed: str) -> None:
    with translation.override(language):
        assert forms.DateField().clean(typed) == DAY
        moment = forms.DateTimeField().clean(f"{typed} 14:30")
        assert moment.astimezone(UTC) == MOMENT


@pytest.mark.parametrize("typed", ["03/25/2026", "3/5/26", "5 March", "0000-00-00", "05/03/0000", "31.02.2026"])
def test_american_and_impossible_dates_are_refused(language: str, typed: str) -> None:
    with translation.override(language), pytest.raises(forms.ValidationError):
        forms.DateField().clean(typed)


def test_dates_are_shown_as_the_language_writes_them(language: str) -> None:
    names = ("DATE", "DATETIME", "SHORT_DATE", "SHORT_DATETIME", "YEAR_MONTH", "MONTH_DAY")
    with translation.override(language):
        moment = timezone.localtime(MOMENT, timezone.get_default_timezone())
        shown = tuple(formats.date_format(moment, f"{name}_FORMAT") for name in names)
    assert shown == SHOWN[language]


def test_the_clock_has_24_hours_and_the_week_begins_on_monday(language: str) -> None:
    with translation.override(language):
        assert formats.time_format(MOMENT.time()) == "13:30"
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1
        for typed in ("14:30", "14.30", "14:30:00"):
            assert (forms.TimeField().clean(typed).hour, forms.TimeField().clean(typed).minute) == (14, 30)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("en", "1,234,567.5"),
        ("sq", "1\u00a0234\u00a0567,5"),
        ("bs", "1.234.567,5"),
        ("sr", "1.234.567,5"),
        ("sr-latn", "1.234.567,5"),
        ("mk", "1.234.567,5"),
    ],
)
def test_numbers_are_grouped_on_demand(code: str, shown: str) -> None:
    with translation.override(code):
        assert formats.number_format(1234567.5, 1, force_grouping=True) == shown
        assert formats.number_format(2026) == "2026"


def test_a_date_field_shows_again_what_it_takes(language: str) -> None:
    with translation.override(language):
        assert forms.DateField().clean(forms.DateInput().format_value(DAY)) == DAY
