"""What is asked when a time limit is to run longer."""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nrm.cases.models import ExtensionAuthority
from nrm.lib.forms import DayField, PlainTextField


class ExtendForm(forms.Form):
    #: When the limit was due on the page, so that two extensions at once do not undo each other.
    due_at = forms.CharField(widget=forms.HiddenInput)
    due_on = DayField(label=gettext_lazy("New last day"), allow_future=True)
    authority = forms.ChoiceField(
        label=gettext_lazy("Allowed by"), choices=ExtensionAuthority, widget=forms.RadioSelect
    )
    reason = PlainTextField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}))

    def clean_due_at(self) -> datetime:
        try:
            return datetime.fromisoformat(self.cleaned_data["due_at"])
        except ValueError:
            raise ValidationError(_("Load the page again.")) from None
