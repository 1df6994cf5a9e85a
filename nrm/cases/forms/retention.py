"""What is asked when a case is kept on, or proposed to be erased by hand."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from nrm.cases.steps import StepForm
from nrm.lib.forms import DayField, PlainTextField


class KeepForm(StepForm):
    review_on = DayField(label=_("Look again on"), allow_future=True)


class ProposeForm(forms.Form):
    grounds = PlainTextField(
        label=_("How it is known that the person has been of age for so long"), widget=forms.Textarea(attrs={"rows": 4})
    )
