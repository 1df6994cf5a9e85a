"""What is asked when the lead is offered to another organisation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nrm.cases.selectors.transfer import PossibleLead
from nrm.lib.forms import PlainTextField


class OfferForm(forms.Form):
    receiver = forms.TypedChoiceField(
        label=gettext_lazy("Which organisation will lead the case?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The person’s consent or a legal basis has to cover identity, account and risk for it."),
    )
    summary = PlainTextField(
        label=gettext_lazy("What the organisation has to know to decide"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("It is read before the lead is accepted. Write no names."),
    )

    def __init__(self, *args: Any, leads: Iterable[PossibleLead], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["receiver"].choices = [(str(one.id), name_of(one)) for one in leads]  # type: ignore[attr-defined]


def name_of(one: PossibleLead) -> str:
    return one.name if one.is_covered else _("%(name)s (nothing covers it yet)") % {"name": one.name}
