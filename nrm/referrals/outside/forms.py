"""What is typed by an organisation without an account, and by the lead about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.steps import StepForm
from nrm.lib.clock import today
from nrm.lib.forms import DayField, PlainTextField
from nrm.referrals.models import DeclineReason, ReferralOutcome
from nrm.referrals.outside.models import Means

#: Longer than any code with spaces in it, shorter than what would make hashing costly.
TYPED_CODE = 40
READ_BY_THEM = _("The other organisation reads this. Write nothing by which the person could be recognised.")


class CodeForm(forms.Form):
    code = forms.CharField(
        label=pgettext_lazy("told by telephone", "Code"),
        help_text=_("Eight digits that you were told by telephone."),
        max_length=TYPED_CODE,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "class": "form-control-code", "spellcheck": "false"}
        ),
    )


class VisitorAskForm(StepForm):
    reason = PlainTextField(
        label=pgettext_lazy("message", "Question"), widget=forms.Textarea(attrs={"rows": 4}), help_text=READ_BY_THEM
    )


class VisitorDeclineForm(StepForm):
    decline_reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    reason = PlainTextField(
        label=_("In your own words"), widget=forms.Textarea(attrs={"rows": 4}), help_text=READ_BY_THEM
    )


#: What a visitor fills in with a step; the others ask for nothing.
VISITOR_FORMS: dict[str, type[StepForm]] = {"ask": VisitorAskForm, "decline": VisitorDeclineForm}


class LetterForm(forms.Form):
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)
    phone = PlainTextField(
        label=_("Telephone for the answer"),
        lines=False,
        max_length=60,
        help_text=_("It is printed in the letter. The number for professionals, never one of the person."),
    )
    with_link = forms.BooleanField(
        label=_("Print a link for the answer as well"),
        required=False,
        help_text=_("A new link and a new code are made; those from before stop working."),
    )


class ToldForm(StepForm):
    """What somebody in the other organisation told: the step, and who told it how and when."""

    means = forms.ChoiceField(label=_("How"), choices=Means.choices, widget=forms.RadioSelect)
    told_by = PlainTextField(
        label=_("Who told it"), lines=False, help_text=_("Name and task in the other organisation.")
    )
    told_on = DayField(label=_("When"), initial=today)

    def clean_told_on(self) -> Any:
        told_on, sent_at = self.cleaned_data["told_on"], self.record.sent_at
        if sent_at is not None and told_on < sent_at.date():
            raise forms.ValidationError(_("This day is before the referral was sent."), code="too_early")
        return told_on


class ToldAskForm(ToldForm):
    reason = PlainTextField(label=pgettext_lazy("message", "Question"), widget=forms.Textarea(attrs={"rows": 4}))


class ToldDeclineForm(ToldForm):
    decline_reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    reason = PlainTextField(label=_("In their own words"), widget=forms.Textarea(attrs={"rows": 4}))


class ToldCompleteForm(ToldForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=ReferralOutcome.choices, widget=forms.RadioSelect)
    reason = PlainTextField(label=_("In their own words"), widget=forms.Textarea(attrs={"rows": 4}))


TOLD_FORMS: dict[str, type[StepForm]] = {
    "accept": ToldForm,
    "ask": ToldAskForm,
    "decline": ToldDeclineForm,
    "start_service": ToldForm,
    "complete": ToldCompleteForm,
}
