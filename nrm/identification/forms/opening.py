"""What is asked before a screening, one idea a page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.accounts.models import Organisation
from nrm.accounts.selectors import child_protection_authorities, organisations_that_can_lead
from nrm.cases.models import AgeGroup, Sex
from nrm.countries import profile
from nrm.countries.profile import Region
from nrm.identification.models import Circumstance, InterviewerPreference, Present, SafeToTalk, Screening, Suspected
from nrm.lib.spoken_languages import SpokenLanguage


def cards(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    """One answer out of a few, as large cards under a thumb."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **options)


def ticks(label: Any, choices: Any, **options: Any) -> forms.MultipleChoiceField:
    """Several answers, as large cards under a thumb."""
    return forms.MultipleChoiceField(label=label, choices=choices, widget=forms.CheckboxSelectMultiple, **options)


class PageForm(forms.Form):
    """A page knows which organisation asks; `initial` brings the answers of the pages before."""

    def __init__(self, *args: Any, organisation_id: UUID, **options: Any) -> None:
        super().__init__(*args, **options)
        self.organisation_id = organisation_id

    def kept(self) -> dict[str, Any]:
        """The answers as they can wait in a session: codes only, each field of the page."""
        return {name: self.cleaned_data.get(name, "") for name in self.base_fields}


class SafetyForm(PageForm):
    safe_to_talk = cards(
        _("Is the person safe to talk now?"),
        SafeToTalk.choices,
        help_text=_("Nobody who may control the person should be near or listening."),
    )
    present = ticks(_("Who else is there?"), Present.choices, required=False)

    def clean_present(self) -> list[str]:
        return alone(self.cleaned_data["present"], Present.NOBODY, _("Choose either nobody else, or who is there."))


class LanguageForm(PageForm):
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
    interviewer = cards(
        _("Who should talk with the person?"),
        InterviewerPreference.choices,
        required=False,
        help_text=_("Ask the person. What they want comes first."),
    )


class PersonForm(PageForm):
    age_group = cards(
        _("How old is the person?"),
        AgeGroup.choices,
        help_text=_("If you are not sure, say so. The person is then protected as a child until the age is known."),
    )
    sex = cards(_("The person is"), Sex.choices)


class SuspectedForm(PageForm):
    suspicions = ticks(
        _("What is suspected?"),
        Suspected.choices,
        help_text=_("You can be wrong. You can change it later."),
    )

    def clean_suspicions(self) -> list[str]:
        return alone(
            self.cleaned_data["suspicions"],
            Suspected.OTHER,
            _("Choose either what you suspect, or that it is not clear."),
        )


def alone(chosen: list[str], single: str, sentence: Any) -> list[str]:
    """One of the answers says that none of the others fits."""
    if single in chosen and len(chosen) > 1:
        raise forms.ValidationError(sentence)
    return chosen


class CircumstancesForm(PageForm):
    circumstances = ticks(
        _("What else fits?"),
        Circumstance.choices,
        required=False,
        help_text=_("It decides which signs you are shown, and is no finding about the person."),
    )
    region = forms.ChoiceField(
        label=_("Where in the country?"), required=False, help_text=_("Where the signs were seen, as far as you know.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if regions := profile.current().regions:
            self.fields["region"].choices = [("", _("Not known yet")), *under_what_they_are_part_of(regions)]  # type: ignore[attr-defined]
        else:
            del self.fields["region"]


def under_what_they_are_part_of(regions: tuple[Region, ...]) -> list[tuple[str, Any]]:
    """Regions as choices; one that has parts heads them and can be chosen itself."""
    choices: list[tuple[str, Any]] = []
    for top in (region for region in regions if not region.part_of):
        parts = [(part.code, part.name) for part in regions if part.part_of == top.code]
        choices.append((top.name, [(top.code, top.name), *parts]) if parts else (top.code, top.name))
    return choices


class LeadForm(PageForm):
    """Which organisation goes on from here. The own one is chosen when it can lead."""

    lead_organisation: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label=_("Which organisation will lead the case?"),
        queryset=None,
        widget=forms.RadioSelect,
        empty_label=None,
        help_text=_("It sees the case at once and plans what comes next. You keep your view of what you recorded."),
    )
    child_protection: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label=_("Child-protection authority"),
        queryset=None,
        empty_label=pgettext_lazy("authority", "Choose"),
        help_text=_("It sees the case at once, arranges a guardian and looks after the child’s best interests."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        lead: Any = self.fields["lead_organisation"]
        lead.queryset = organisations_that_can_lead()
        lead.label_from_instance = lambda organisation: organisation.name
        lead.initial = self.organisation_id
        authorities = child_protection_authorities()
        may_be_a_child = self.initial.get("age_group") != AgeGroup.ADULT
        if may_be_a_child and authorities.exists():
            self._ask_for_authority(self.fields["child_protection"], authorities)
        else:
            del self.fields["child_protection"]

    def _ask_for_authority(self, field: Any, authorities: Any) -> None:
        """The own organisation when it is one, or the only one, is chosen already."""
        field.queryset = authorities
        field.label_from_instance = lambda organisation: organisation.name
        ids = list(authorities.values_list("pk", flat=True))
        if self.organisation_id in ids:
            field.initial = self.organisation_id
        elif len(ids) == 1:
            field.initial = ids[0]

    def parties(self) -> dict[str, Any]:
        """Who leads, and who protects the child besides, were it somebody else."""
        lead, authority = self.cleaned_data["lead_organisation"], self.cleaned_data.get("child_protection")
        protects = authority.pk if authority and authority != lead else None
        return {"lead_organisation_id": lead.pk, "child_protection_id": protects}


#: The pages of opening a case, in order.
OPENING: dict[str, type[PageForm]] = {
    "safety": SafetyForm,
    "language": LanguageForm,
    "person": PersonForm,
    "suspected": SuspectedForm,
    "circumstances": CircumstancesForm,
    "lead": LeadForm,
}


class BeginScreeningForm(forms.Form):
    """Another screening in a case that is open already."""

    safe_to_talk = SafetyForm.base_fields["safe_to_talk"]
    present = SafetyForm.base_fields["present"]
    interviewer = LanguageForm.base_fields["interviewer"]
    suspicions = SuspectedForm.base_fields["suspicions"]
    circumstances = CircumstancesForm.base_fields["circumstances"]

    clean_present = SafetyForm.clean_present
    clean_suspicions = SuspectedForm.clean_suspicions


class FocusForm(forms.Form):
    """What a draft asks from now on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    suspicions = SuspectedForm.base_fields["suspicions"]
    circumstances = CircumstancesForm.base_fields["circumstances"]

    clean_suspicions = SuspectedForm.clean_suspicions

    def __init__(self, data: Any = None, *, screening: Screening) -> None:
        kept = {"suspicions": screening.suspicions(), "circumstances": screening.circumstances}
        super().__init__(data, initial={**kept, "version": screening.version})
