"""What is asked when two cases are of one person."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from nrm.cases.models import LinkReason
from nrm.lib.forms import PlainTextField


class LinkForm(forms.Form):
    other = PlainTextField(label=gettext_lazy("Code of the other case"), lines=False, max_length=60)
    reason = forms.ChoiceField(
        label=gettext_lazy("What shows that it is one person"), choices=LinkReason, widget=forms.RadioSelect
    )
