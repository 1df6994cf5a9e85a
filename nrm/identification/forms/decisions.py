"""What the identifying body fills in: a proposed decision, a signature, what a court said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nrm.countries.terms import Capacity
from nrm.identification.models import CourtAuthority, CourtOpinion, Decision, Outcome
from nrm.lib.forms import DayField, PlainTextField
from workflows.status import LegalBasis


def choices_of(capacities: Iterable[Capacity]) -> list[tuple[str, Any]]:
    return [(capacity.value, capacity.label) for capacity in capacities]


class CapacityForm(forms.Form):
    """The version the page was made from, and in which of the open capacities the signer signs. They attest it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    capacity = forms.ChoiceField(label=_("In which capacity do you sign?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, version: int, capacities: Iterable[Capacity], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["version"].initial = version
        choices = choices_of(capacities)
        self.fields["capacity"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["capacity"].initial = choices[0][0]


class ProposeForm(CapacityForm):
    outcome = forms.ChoiceField(label=Decision._meta.get_field("outcome").verbose_name, widget=forms.RadioSelect)
    basis = forms.ChoiceField(
        label=_("Legal basis"), choices=[("", _("Choose")), *LegalBasis.choices], widget=forms.Select
    )
    provision = PlainTextField(
        label=_("Law and article"), lines=False, required=False, help_text=_("As the decision names it.")
    )
    reasons = PlainTextField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The organisation that leads the case and its clinicians read them too."),
    )
    field_order = ("version", "outcome", "basis", "provision", "reasons", "capacity")

    def __init__(self, *args: Any, outcomes: Iterable[Outcome], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]  # type: ignore[attr-defined]


class CourtViewForm(forms.Form):
    authority = forms.ChoiceField(label=_("Who said it"), choices=CourtAuthority.choices, widget=forms.RadioSelect)
    opinion = forms.ChoiceField(label=_("How they see it"), choices=CourtOpinion.choices, widget=forms.RadioSelect)
    dated_on = DayField(label=_("Dated"))
    note = PlainTextField(
        label=_("Note"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For example, the stage of the proceedings."),
    )
