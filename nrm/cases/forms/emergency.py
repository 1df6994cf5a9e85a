"""What is asked in an emergency, and by who reviews it afterwards."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nrm.accounts.forms import ProofForm
from nrm.cases.models import EmergencyReason
from nrm.lib.codes import normalise_code
from nrm.lib.forms import PlainTextField


class EmergencyForm(ProofForm):
    """What it is about and why, and the proof of who asks. All of it travels in the body.

    `by_passkey`: the passkey answers beside the form, so neither password nor code is asked.
    """

    case_code = PlainTextField(
        label=gettext_lazy("Case code"),
        lines=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    reason = forms.ChoiceField(
        label=gettext_lazy("What kind of emergency"), choices=EmergencyReason, widget=forms.RadioSelect
    )
    account = PlainTextField(
        label=gettext_lazy("What happens, and why it cannot wait"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The lead organisation reads it."),
    )
    field_order = ("case_code", "reason", "account", "password", "code")

    def __init__(self, *args: Any, by_passkey: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_passkey = by_passkey
        if by_passkey:
            del self.fields["password"], self.fields["code"]

    def clean_case_code(self) -> str:
        """A slip of the hand shows in the check character; that says nothing of which cases there are."""
        code = normalise_code(self.cleaned_data["case_code"])
        if code is None:
            raise ValidationError(_("This is not a case code. Check each character."))
        return code


JUSTIFIED = "justified"
FINDINGS = [(JUSTIFIED, gettext_lazy("It was justified")), ("unjustified", gettext_lazy("It was not justified"))]


class ReviewForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    finding = forms.ChoiceField(label=gettext_lazy("Finding"), choices=FINDINGS, widget=forms.RadioSelect)
    note = PlainTextField(label=gettext_lazy("Reasons"), widget=forms.Textarea(attrs={"rows": 4}))
