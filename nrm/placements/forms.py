"""What people fill in about places and stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from nrm.cases.models import AgeGroup, Sex
from nrm.cases.steps import StepForm
from nrm.lib.clock import now, today
from nrm.lib.forms import DayField, PlainTextField
from nrm.placements.contention import TAKEN
from nrm.placements.models import Ending
from nrm.placements.selectors import ShelterChoice, UnitChoice, free_units_for

HOURS = (12, 24, 48, 72)
LONGEST_AHEAD = timedelta(days=365)


class RequestForm(forms.Form):
    shelter = forms.TypedChoiceField(
        label=pgettext_lazy("accommodation", "Shelter"), coerce=UUID, widget=forms.RadioSelect
    )
    needed_from = DayField(label=_("Needed from"), allow_future=True)
    needs = PlainTextField(
        label=_("What the person needs there"),
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        help_text=_("No names. For example: a ground floor, a room alone, quiet, a child of two comes along."),
    )

    def __init__(self, *args: Any, shelters: list[ShelterChoice], **options: Any) -> None:
        super().__init__(*args, **options)
        shelter = self.fields["shelter"]
        assert isinstance(shelter, forms.ChoiceField)  # noqa: S101  # for the type checker
        shelter.choices = [(str(choice.pk), shelter_label(choice)) for choice in shelters]
        self.fields["needed_from"].initial = today

    def clean_needed_from(self) -> Any:
        day = self.cleaned_data["needed_from"]
        if day < today() - LONGEST_AHEAD or day > today() + LONGEST_AHEAD:
            raise forms.ValidationError(_("Enter a day within a year from today."))
        return day

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["shelter_id"] = given.pop("shelter")
        return given


def shelter_label(choice: ShelterChoice) -> str:
    sentence = ngettext(
        "%(name)s: %(count)s fitting place is free", "%(name)s: %(count)s fitting places are free", choice.fitting
    )
    return sentence % {"name": choice.code_name, "count": choice.fitting}


class OfferForm(StepForm):
    unit = forms.TypedChoiceField(
        label=pgettext_lazy("accommodation", "Place"),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": TAKEN, "required": _("Choose a place.")},
    )
    hours = forms.TypedChoiceField(label=_("Reserve it for"), coerce=int, initial=24)
    override_reason = PlainTextField(
        label=_("Why this place is right although it does not fit"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("Only needed when the place does not fit."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        units = free_units_for(self.record)
        self.units = {str(choice.unit.pk): choice.unit for choice in units}
        unit, hours = self.fields["unit"], self.fields["hours"]
        assert isinstance(unit, forms.ChoiceField)  # noqa: S101  # for the type checker
        assert isinstance(hours, forms.ChoiceField)  # noqa: S101  # for the type checker
        unit.choices = [(str(choice.unit.pk), unit_label(choice)) for choice in units]
        hours.choices = [
            (count, ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}) for count in HOURS
        ]
        if not units:
            unit.help_text = _("No place is free at the moment.")
        if self.record.not_assessed():
            reason = self.fields["override_reason"]
            reason.required = True
            reason.label = _("Why the child moves now")
            reason.help_text = _(
                "The best interests of the child are not assessed yet. Go on only in an emergency, and say why."
            )

    def facts(self) -> dict[str, Any]:
        given = super().facts()
        return {
            "unit": self.units[given["unit"]],
            "reserved_until": now() + timedelta(hours=given["hours"]),
            "override_reason": given["override_reason"],
        }


def unit_label(choice: UnitChoice) -> str:
    if not choice.mismatches:
        return choice.unit.name
    facts = {"place": choice.unit.name, "what": ", ".join(choice.mismatches)}
    return gettext("%(place)s (does not fit: %(what)s)") % facts


class EndForm(StepForm):
    ending = forms.ChoiceField(label=_("How the stay ended"), choices=Ending.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.record.case.is_adult():
            self.fields["ending"].help_text = _(
                "Going to the family is a step of its own: the best interests of the child are assessed before it."
            )


STEP_FORMS: dict[str, type[StepForm]] = {"offer": OfferForm, "end": EndForm}


class UnitForm(forms.Form):
    name = PlainTextField(
        label=_("Name of the place"),
        lines=False,
        max_length=60,
        help_text=_("For example: room 2, bed 1. Never the name of a person."),
    )
    sexes = forms.MultipleChoiceField(
        label=_("For whom"),
        choices=[choice for choice in Sex.choices if choice[0] != Sex.UNKNOWN],
        widget=forms.CheckboxSelectMultiple,
    )
    age_groups = forms.MultipleChoiceField(
        label=pgettext_lazy("age", "Age"),
        choices=[choice for choice in AgeGroup.choices if choice[0] != AgeGroup.UNKNOWN],
        widget=forms.CheckboxSelectMultiple,
    )
    is_step_free = forms.BooleanField(label=_("Step-free access"), required=False)
    takes_high_risk = forms.BooleanField(label=_("Suitable for high risk"), required=False)


class ChangeUnitForm(UnitForm):
    is_active = forms.BooleanField(label=_("In use"), required=False)


class ShelterForm(forms.Form):
    code_name = PlainTextField(
        label=_("Code name"),
        lines=False,
        max_length=60,
        help_text=_("What other organisations call the shelter. It must not hint at where it is."),
    )
    address = PlainTextField(
        label=_("Address"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=500,
        help_text=_("Kept sealed. Leave it empty to keep the one that is recorded."),
    )
