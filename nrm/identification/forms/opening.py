"""What is asked before a screening, one idea a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from nrm.accounts.models import Organisation
from nrm.accounts.selectors import organisations_that_can_lead
from nrm.cases.models import AgeGroup, Sex
from nrm.identification.models import SafeToTalk, Suspected
from nrm.lib.spoken_languages import SpokenLanguage


def cards(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    """One answer out of a few, as large cards under a thumb."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **options)


class AgeForm(forms.Form):
    age_group = cards(
        _("How old is the person?"),
        AgeGroup.choices,
        help_text=_("If you are not sure, say so. The person is then protected as a child until the age is known."),
    )


class SexForm(forms.Form):
    sex = cards(_("The person is"), Sex.choices)


class SuspectedForm(forms.Form):
    suspected = cards(
        _("What is suspected?"),
        Suspected.choices,
        help_text=_("You can be wrong. It only decides which signs you are shown."),
    )


class SafetyForm(forms.Form):
    safe_to_talk = cards(
        _("Is the person safe to talk now?"),
        SafeToTalk.choices,
        help_text=_("Nobody who may control the person should be near or listening."),
    )


class LanguageForm(forms.Form):
    spoken_language = forms.ChoiceField(
        label=_("Language the person speaks"),
        choices=[("", _("Not known yet")), *SpokenLanguage.choices],
        required=False,
    )
    needs_interpreter = forms.BooleanField(
        label=_("Interpreter needed"),
        required=False,
        help_text=_("Never use a companion, a relative or another person from the place as interpreter."),
    )


class LeadForm(forms.Form):
    """Which organisation goes on from here. The own one is chosen when it can lead."""

    lead_organisation: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label=_("Which organisation will lead the case?"),
        queryset=None,
        widget=forms.RadioSelect,
        empty_label=None,
        help_text=_("It sees the case at once and plans what comes next. You keep your view of what you recorded."),
    )

    def __init__(self, *args: Any, organisation_id: UUID, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["lead_organisation"]
        field.queryset = organisations_that_can_lead()  # type: ignore[attr-defined]
        field.label_from_instance = lambda organisation: organisation.name  # type: ignore[attr-defined]
        field.initial = organisation_id


class BeginScreeningForm(forms.Form):
    """Another screening in a case that is open already."""

    suspected = SuspectedForm.base_fields["suspected"]
    safe_to_talk = SafetyForm.base_fields["safe_to_talk"]


#: The pages of opening a case, in order.
OPENING: dict[str, type[forms.Form]] = {
    "age": AgeForm,
    "sex": SexForm,
    "suspected": SuspectedForm,
    "safety": SafetyForm,
    "language": LanguageForm,
    "lead": LeadForm,
}
