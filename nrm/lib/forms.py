"""Form fields that every room uses for what people type about people."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.lib import clock
from nrm.lib.partial_date import PartialDate

LONGEST_TEXT = 10_000
LONGEST_LINE = 255

#: Bidirectional marks and overrides make text read as something else; zero-width characters hide in it.
INVISIBLE = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def plain_text(text: str, *, lines: bool) -> str:
    """`text` in NFC without control characters and bidirectional overrides; line breaks survive only with `lines`."""
    text = INVISIBLE.sub("", LINE_ENDS.sub("\n", text))
    if not lines:
        text = text.replace("\n", " ").replace("\t", " ")
    kept = (
        character for character in text if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cs"}
    )
    return unicodedata.normalize("NFC", "".join(kept)).strip()


class PlainTextField(forms.CharField):
    """Free text, cleaned and limited. With `lines=False` it is one line. `warning` is shown beside the field."""

    warning: str | Promise = ""

    def __init__(self, *, lines: bool = True, max_length: int | None = None, **kwargs: Any) -> None:
        self.lines = lines
        kwargs.setdefault("widget", forms.Textarea if lines else forms.TextInput)
        kwargs.setdefault("strip", False)
        super().__init__(max_length=max_length or (LONGEST_TEXT if lines else LONGEST_LINE), **kwargs)

    def to_python(self, value: Any) -> str:
        return plain_text(super().to_python(value) or "", lines=self.lines)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without `maxlength`: a browser cuts a pasted text silently, the error message does not. The browser is asked
        to keep nothing of it, neither to suggest it to the next person nor to restore it with a closed window."""
        kept = {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}
        return {**kept, "autocomplete": widget.attrs.get("autocomplete", "off")}


class DayField(forms.DateField):
    """A whole date, typed day first, within believable years; `allow_future` lifts the bound of today by ten years."""

    default_error_messages = {
        "too_early": _("The year must be %(year)s or later."),
        "too_late": _("The year must be %(year)s or earlier."),
        "future": _("This date is in the future. Check the day, the month and the year."),
    }

    def __init__(self, *, first_year: int = 2000, allow_future: bool = False, **kwargs: Any) -> None:
        self.first_year = first_year
        self.allow_future = allow_future
        kwargs.setdefault("help_text", _("Day/month/year, for example 5/3/2026."))
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        last_year = clock.today().year + 10
        if value.year < self.first_year:
            raise self.error("too_early", year=str(self.first_year))
        if value.year > last_year:
            raise self.error("too_late", year=str(last_year))
        if value > clock.today() and not self.allow_future:
            raise self.error("future")

    def error(self, code: str, **params: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)


class PartialDateWidget(forms.MultiWidget):
    """Three short fields with a label each, in the order day, month, year."""

    template_name = "django/forms/widgets/partial_date.html"
    use_fieldset = True
    labels = {
        "day": pgettext_lazy("date", "Day"),
        "month": pgettext_lazy("date", "Month"),
        "year": pgettext_lazy("date", "Year"),
    }

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        lengths = {"day": 2, "month": 2, "year": 4}
        parts: dict[str, forms.Widget | type[forms.Widget]] = {
            part: forms.TextInput({"inputmode": "numeric", "maxlength": length, "size": length, "autocomplete": "off"})
            for part, length in lengths.items()
        }
        super().__init__(parts, dict(attrs or {}))

    def decompress(self, value: Any) -> list[int | None]:
        return [value.day, value.month, value.year] if isinstance(value, PartialDate) else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], self.labels.values(), strict=True):
            part["label"] = label
            part["attrs"].pop("required", None)
        return context


class PartialDateField(forms.Field):
    """A date whose day and month may be unknown. The cleaned value is a PartialDate or None.

    `first_year` and the present day bound what is believable; `allow_future` lifts the second bound to ten years ahead.
    """

    widget = PartialDateWidget
    default_error_messages = {
        "year_missing": _("Enter the year. The day and the month may stay empty."),
        "year": _("Enter the year with four digits, for example 1998."),
        "month": _("Enter the month as a number from 1 to 12."),
        "day": _("Enter the day as a number from 1 to 31."),
        "month_missing": _("Enter the month too, or leave the day empty."),
        "no_such_day": _("This month does not have that day. Check the day and the month."),
        "too_early": _("The year must be %(year)s or later."),
        "too_late": _("The year must be %(year)s or earlier."),
        "future": _("This date is in the future. Check the day, the month and the year."),
    }

    def __init__(self, *, first_year: int = 1900, allow_future: bool = False, **kwargs: Any) -> None:
        self.first_year = first_year
        self.allow_future = allow_future
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> PartialDate | None:
        if value is None or isinstance(value, PartialDate):
            return value or None
        typed = [str(part or "").strip() for part in value]
        if not any(typed):
            return None
        return self.assembled(*typed)

    def assembled(self, day: str, month: str, year: str) -> PartialDate:
        if not year:
            raise self.error("year_missing")
        if day and not month:
            raise self.error("month_missing")
        parts = self.number("year", year, 4), self.number("month", month, 2), self.number("day", day, 2)
        self.check_year(parts[0] or 0)
        if parts[1] is not None and not 1 <= parts[1] <= 12:
            raise self.error("month")
        if parts[2] is not None and not 1 <= parts[2] <= 31:
            raise self.error("day")
        try:
            return PartialDate(*parts)
        except ValueError:
            raise self.error("no_such_day") from None

    def number(self, part: str, typed: str, digits: int) -> int | None:
        """The typed number. Years need all four digits: 98 could be a slip as well as an abbreviation."""
        if not typed:
            return None
        if not typed.isdecimal() or len(typed) > digits or (part == "year" and len(typed) < digits):
            raise self.error(part)
        return int(typed)

    def check_year(self, year: int) -> None:
        last_year = clock.today().year + (10 if self.allow_future else 0)
        if year < self.first_year:
            raise self.error("too_early", year=str(self.first_year))
        if year > last_year:
            raise self.error("too_late", year=str(last_year))

    def validate(self, value: PartialDate | None) -> None:
        super().validate(value)
        bounds = value.bounds() if value else None
        if bounds and not self.allow_future and bounds[0] > clock.today():
            raise self.error("future")

    def error(self, code: str, **params: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)

    def has_changed(self, initial: PartialDate | None, data: Sequence[Any] | None) -> bool:
        before = (initial.day, initial.month, initial.year) if initial else (None, None, None)
        typed = [str(part or "").strip() for part in data or ["", "", ""]]
        return [str(part or "") for part in before] != typed
