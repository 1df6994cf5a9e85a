"""Forms about a case itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.accounts.models import Organisation
from nrm.accounts.selectors import child_protection_authorities
from nrm.cases.actions import NOT_INDEPENDENT
from nrm.cases.models import (
    AgeGroup,
    BestInterestFinding,
    BestInterestStep,
    Closure,
    GuardianKind,
    RiskDomain,
    RiskLevel,
)
from nrm.cases.steps import StepForm
from nrm.lib.clock import today
from nrm.lib.forms import DayField, PartialDateField, PlainTextField
from nrm.lib.partial_date import PartialDate
from nrm.vault.identity import Contact, ContactKind, Document, DocumentKind, Identity, Safety
from nrm.vault.reasons import RevealReason
from workflows.case import Accommodation

ASSESSED_LEVELS = [(level.value, level.label) for level in (RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH)]
ASSESSED_ACCOMMODATION = [(answer.value, answer.label) for answer in (Accommodation.NEEDED, Accommodation.NOT_NEEDED)]


#: A case is merged on a page of its own.
BY_HAND = [(reason.value, reason.label) for reason in Closure if reason is not Closure.MERGED]


class CloseForm(StepForm):
    closure = forms.ChoiceField(label=_("Closure reason"), choices=BY_HAND, widget=forms.RadioSelect)


#: Transitions of the case that take more than a reason.
CASE_STEP_FORMS: Mapping[str, type[StepForm]] = {"close": CloseForm}


class ProtectForm(StepForm):
    child_protection: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label=_("Child-protection authority"),
        queryset=None,
        widget=forms.RadioSelect,
        required=False,
        blank=True,
        empty_label=_("The organisation that leads the case"),
        help_text=_("It sees the case at once, arranges a guardian and looks after the child’s best interests."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        show_authorities(self.fields["child_protection"])


def show_authorities(field: Any) -> None:
    """The authorities that can protect a child; chosen already where there is only one."""
    field.queryset = child_protection_authorities()
    field.label_from_instance = lambda organisation: organisation.name
    found = list(field.queryset[:2])
    field.initial = found[0].pk if len(found) == 1 else ""


class AgeForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    age_group = forms.ChoiceField(
        label=pgettext_lazy("age", "Age"),
        choices=AgeGroup,
        widget=forms.RadioSelect,
        help_text=_("If you are not sure, say so. The person is then protected as a child until the age is known."),
    )
    child_protection = ProtectForm.base_fields["child_protection"]
    reason = PlainTextField(
        label=_("What you base it on"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "A document, what the person says, an assessment of age. The benefit of the doubt is the person’s."
        ),
    )

    def __init__(self, *args: Any, is_protected: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_protected:
            del self.fields["child_protection"]
        else:
            show_authorities(self.fields["child_protection"])

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class GuardianForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of representation"), choices=GuardianKind, widget=forms.RadioSelect)
    contact = PlainTextField(
        label=_("Who it is and how to reach them"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
        help_text=_("Kept sealed."),
    )
    appointed_on = DayField(label=_("Appointed on"), initial=today)
    is_independent = forms.BooleanField(
        label=_("The guardian is independent"),
        required=False,
        help_text=NOT_INDEPENDENT,
    )

    def clean_is_independent(self) -> bool:
        if not self.cleaned_data["is_independent"]:
            raise ValidationError(_("Confirm that the guardian is independent, or find another one."))
        return True


class BestInterestForm(forms.Form):
    step = forms.ChoiceField(label=_("Which step"), choices=BestInterestStep, widget=forms.RadioSelect)
    childs_view = PlainTextField(
        label=_("What the child says and wants"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In the child’s words as far as you can, or why the child could not be asked."),
    )
    guardian_heard = forms.BooleanField(label=_("The guardian was heard"), required=False)
    finding = forms.ChoiceField(label=_("Finding"), choices=BestInterestFinding, widget=forms.RadioSelect)
    reasons = PlainTextField(
        label=_("Reasons"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Safety, family, health, education, culture, and the conditions where there are any."),
    )


#: Transitions of the track that take more than a reason.
TRACK_STEP_FORMS: Mapping[str, type[StepForm]] = {"protect_as_child": ProtectForm}


class RevealForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why do you need to see it?"), choices=RevealReason, widget=forms.RadioSelect)


class NoteForm(forms.Form):
    body = PlainTextField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 8}))


class RiskForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    level = forms.ChoiceField(label=_("Risk level"), choices=ASSESSED_LEVELS, widget=forms.RadioSelect)
    domains = forms.MultipleChoiceField(
        label=_("What the risk comes from"), choices=RiskDomain, widget=forms.CheckboxSelectMultiple, required=False
    )
    accommodation = forms.ChoiceField(
        label=_("Accommodation"), choices=ASSESSED_ACCOMMODATION, widget=forms.RadioSelect
    )
    account = PlainTextField(label=_("What you base it on"), widget=forms.Textarea(attrs={"rows": 6}), required=False)
    review_on = DayField(label=_("Review on"), allow_future=True, required=False)


class IdentityForm(forms.Form):
    """Who the person is. Lists are one entry a line, so that the form stays one page on a phone."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    given_names = PlainTextField(label=_("Given names"), lines=False, max_length=200, required=False)
    family_names = PlainTextField(label=_("Family names"), lines=False, max_length=200, required=False)
    aliases = PlainTextField(
        label=_("Other names"),
        help_text=_("One on each line."),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    birth = PartialDateField(label=_("Date of birth"), required=False)
    birth_estimated = forms.BooleanField(label=_("This date is an estimate"), required=False)
    citizenships = PlainTextField(
        label=_("Citizenship"),
        help_text=_("Two-letter country codes, one on each line; XX for a stateless person."),
        max_length=100,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    safe_contact_rule = PlainTextField(
        label=_("Safe way to contact"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("When, how and under which name the person may be contacted."),
    )

    def clean_aliases(self) -> tuple[str, ...]:
        return tuple(line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip())[:20]

    def clean_citizenships(self) -> tuple[str, ...]:
        codes = tuple(self.cleaned_data["citizenships"].upper().split())
        if any(len(code) != 2 or not (code.isascii() and code.isalpha()) for code in codes) or len(codes) > 20:
            raise ValidationError(_("Enter two letters for each country, for example AL."))
        return codes


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=_("Document"), choices=DocumentKind, initial=DocumentKind.PASSPORT)
    number = PlainTextField(label=_("Number"), lines=False, max_length=200)
    country = PlainTextField(label=_("Issued by (country code)"), lines=False, max_length=2, required=False)

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).upper()
        if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
            raise ValidationError(_("Enter two letters for each country, for example AL."))
        return code


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label=_("Way of contact"), choices=ContactKind, initial=ContactKind.PHONE)
    value = PlainTextField(label=_("Number or address"), lines=False, max_length=300)
    safe = forms.ChoiceField(label=_("Is it safe?"), choices=Safety, initial=Safety.UNKNOWN)
    note = PlainTextField(label=pgettext_lazy("contact", "When and how"), lines=False, max_length=300, required=False)


#: The empty row at the end has nothing to delete, and untouched it is no entry: its choices start at an initial value.
ROWS: dict[str, Any] = {"extra": 1, "max_num": 20, "absolute_max": 20, "can_delete": True, "can_delete_extra": False}
DocumentForms = forms.formset_factory(DocumentForm, **ROWS)
ContactForms = forms.formset_factory(ContactForm, **ROWS)


def identity_initial(identity: Identity, version: int) -> dict[str, Any]:
    return {
        "version": version,
        "given_names": identity.given_names,
        "family_names": identity.family_names,
        "aliases": "\n".join(identity.aliases),
        "birth": identity.birth or None,
        "birth_estimated": identity.birth_estimated,
        "citizenships": "\n".join(identity.citizenships),
        "safe_contact_rule": identity.safe_contact_rule,
    }


def identity_from(form: IdentityForm, documents: Any, contacts: Any) -> Identity:
    """The identity that the three valid forms describe; emptied or deleted rows fall away."""
    facts = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    facts["birth"] = facts["birth"] or PartialDate()
    return Identity(
        **facts,
        documents=tuple(Document(**row) for row in kept_rows(documents)),
        contacts=tuple(Contact(**row) for row in kept_rows(contacts)),
    )


def kept_rows(formset: Any) -> list[dict[str, Any]]:
    rows = [dict(row) for row in formset.cleaned_data if row and not row.get("DELETE")]
    return [{name: value for name, value in row.items() if name != "DELETE"} for row in rows]
