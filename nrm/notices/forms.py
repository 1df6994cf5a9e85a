"""When somebody wants their mail."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nrm.notices.models import Rhythm

HALF_HOURS = tuple(time(hour, minute) for hour in range(24) for minute in (0, 30))
#: Where people who work on such cases are, by what they call it. Empty is the country's own.
ZONES = (
    ("", _("As in this country")),
    ("Europe/London", _("Western Europe (London, Lisbon)")),
    ("Europe/Paris", _("Central Europe (Paris, Vienna)")),
    ("Europe/Athens", _("Eastern Europe (Athens, Sofia)")),
    ("Europe/Istanbul", _("Turkey (Istanbul)")),
    ("America/New_York", _("North America, east (New York)")),
    ("UTC", _("World time (UTC)")),
)


def hours(empty: Any = None) -> list[tuple[str, Any]]:
    first = [] if empty is None else [("", empty)]
    return [*first, *((f"{hour:%H:%M}", f"{hour:%H:%M}") for hour in HALF_HOURS)]


def hour_field(label: Any, *, empty: Any = None, **options: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=hours(empty),
        coerce=time.fromisoformat,
        empty_value=None,
        required=empty is None,
        **options,
    )


class MailForm(forms.Form):
    rhythm = forms.ChoiceField(
        label=_("When news reaches you by mail"), choices=Rhythm.choices, widget=forms.RadioSelect
    )
    digest_at = hour_field(_("Time of the daily mail"))
    on_days_off = forms.BooleanField(label=_("The daily mail also on weekends and public holidays"), required=False)
    quiet_from = hour_field(_("No mail from"), empty=_("No quiet hours"))
    quiet_until = hour_field(
        _("No mail until"),
        empty=_("No quiet hours"),
        help_text=_("Urgent news, such as a safety alert, reaches you at any hour."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=ZONES, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if not {"quiet_from", "quiet_until"} & set(self.errors) and (start is None) != (end is None):
            self.add_error("quiet_until", _("Choose both, or neither."))
        elif start is not None and start == end:
            self.add_error("quiet_until", _("Choose another hour than the one before."))
        return cleaned
