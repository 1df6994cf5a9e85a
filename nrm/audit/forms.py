"""The auditor's filters; they live in the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.audit.codes import Outcome, groups
from nrm.audit.selectors import EventFilter


class EventFilterForm(forms.Form):
    case = forms.CharField(label=_("Case code"), max_length=40, required=False)
    group = forms.ChoiceField(label=_("Kind of act"), required=False)
    outcome = forms.ChoiceField(
        label=pgettext_lazy("act", "Outcome"), choices=[("", _("All")), *Outcome.choices], required=False
    )
    user = forms.UUIDField(label=_("User number"), required=False)
    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)
    before = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = self.fields["group"]
        assert isinstance(group, forms.ChoiceField)  # noqa: S101  # for the type checker
        group.choices = [("", _("All")), *((name, name) for name in groups())]

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
