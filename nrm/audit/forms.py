"""The auditor's filters; they live in the address."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.audit.codes import Group, Outcome
from nrm.audit.selectors import EventFilter
from nrm.lib.codes import normalise_code

#: The service keeps no events outside these.
YEARS = [MinValueValidator(date(1970, 1, 2)), MaxValueValidator(date(2999, 12, 31))]


class EventFilterForm(forms.Form):
    case = forms.CharField(label=_("Case code"), max_length=60, required=False)
    group = forms.ChoiceField(label=_("Kind of act"), choices=[("", _("All")), *Group.choices], required=False)
    outcome = forms.ChoiceField(
        label=pgettext_lazy("act", "Outcome"), choices=[("", _("All")), *Outcome.choices], required=False
    )
    user = forms.UUIDField(label=_("User number"), required=False)
    since = forms.DateField(label=_("From"), validators=YEARS, required=False)
    until = forms.DateField(label=_("To"), validators=YEARS, required=False)
    before = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1, required=False)

    def clean_case(self) -> str:
        typed: str = self.cleaned_data["case"]
        code = normalise_code(typed) if typed else ""
        if code is None:
            raise forms.ValidationError(_("This is not a case code. Check each character."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("The last day is before the first day."))
        return cleaned

    def wanted(self) -> EventFilter:
        """What was asked for; of an invalid form nothing but what is valid."""
        given = self.cleaned_data
        return EventFilter(
            case_code=given.get("case") or "",
            group=given.get("group") or "",
            outcome=given.get("outcome") or "",
            user_id=given.get("user"),
            since=given.get("since"),
            until=given.get("until"),
        )
