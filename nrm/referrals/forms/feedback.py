"""What the person says of a service, written down by the lead."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nrm.lib.forms import PlainTextField
from nrm.referrals.models import QUESTIONS, Feedback, Opinion


class FeedbackForm(forms.Form):
    wants_to = forms.BooleanField(label=_("The person wants to say something about the service"))
    words = PlainTextField(
        label=_("In the person’s own words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("Only the organisation that leads the case reads this."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in QUESTIONS:
            self.fields[name] = forms.ChoiceField(
                label=Feedback._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                choices=[*Opinion.choices, ("", _("No answer"))],
                widget=forms.RadioSelect,
                required=False,
            )
        self.order_fields(["wants_to", *QUESTIONS, "words"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in (*QUESTIONS, "words")):
            self.add_error(None, _("Write down at least one answer."))
        return cleaned

    def answers(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "wants_to"}
