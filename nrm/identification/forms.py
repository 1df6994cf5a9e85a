"""What is asked when a case is opened, when indicators are answered, and when the status changes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.refusals import MovedOn
from nrm.accounts.models import Organisation
from nrm.accounts.selectors import organisations_that_can_lead
from nrm.cases.models import AgeGroup, Sex
from nrm.cases.steps import StepForm
from nrm.identification.models import AnswerValue, EvidenceBasis, SafeToTalk, Suspected
from nrm.identification.selectors import Question
from nrm.lib.forms import PlainTextField
from nrm.lib.spoken_languages import SpokenLanguage
from workflows.lifecycle import Edge
from workflows.status import LegalBasis

LARGEST_VERSION = 2**31 - 1
SIDE_BY_SIDE = {"class": "choices-inline"}


def cards(label: Any, choices: Any, **options: Any) -> forms.ChoiceField:
    """One answer out of a few, as large cards under a thumb."""
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **options)


# Opening a case, one idea a page


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


# Answering


class AnswerForm(forms.Form):
    """One indicator. Nothing chosen means that nobody asked yet; a note without a choice is not lost but sent back."""

    #: The version after saving.
    saved_version: int | None = None
    #: What a colleague answered while this one was being typed.
    recorded_meanwhile: str | Promise = ""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=LARGEST_VERSION)
    value = forms.ChoiceField(choices=AnswerValue.choices, required=False, widget=forms.RadioSelect(attrs=SIDE_BY_SIDE))
    basis = forms.ChoiceField(
        label=_("How do you know?"),
        choices=[("", pgettext_lazy("basis", "As answered")), *EvidenceBasis.choices],
        required=False,
    )
    note = PlainTextField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, question: Question, data: Any = None) -> None:
        initial = {name: getattr(question, name) for name in ("version", "value", "basis", "note")}
        super().__init__(data, prefix=question.code, initial=initial)
        self.question = question
        self.fields["value"].label = question.label

    def clean(self) -> dict[str, Any]:
        typed = self.cleaned_data
        if not typed.get("value") and (typed.get("note") or typed.get("basis")):
            self.add_error("value", _("Choose an answer too, so that the note can be kept with it."))
        return typed

    @property
    def is_answered(self) -> bool:
        return bool(self.cleaned_data.get("value"))

    @property
    def is_open(self) -> bool:
        """Whether the note is shown without being asked for."""
        return bool(self.question.note or self.question.basis or self.errors)

    @property
    def sent_with(self) -> str:
        """Names of the controls that are saved together."""
        return ",".join(self.add_prefix(name) for name in self.fields)

    @property
    def version_now(self) -> Any:
        """The version the next change of this answer starts from."""
        return self["version"].value() if self.saved_version is None else self.saved_version

    @property
    def sentences(self) -> list[str]:
        return [str(sentence) for several in self.errors.values() for sentence in several]

    def overtaken(self, question: Question, refusal: MovedOn) -> AnswerForm:
        """The same typed answer beside what a colleague recorded meanwhile; sent again, it replaces that knowingly."""
        typed = dict(self.data.items()) | {self.add_prefix("version"): str(question.version)}
        form = AnswerForm(question, typed)
        form.add_error("value", str(refusal.sentence))
        form.recorded_meanwhile = AnswerValue(question.value).label if question.value else ""
        return form


# Steps


class CompleteForm(StepForm):
    judgement = PlainTextField(
        label=_("Your professional judgement"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What worries you, in your own words. It counts as much as the signs."),
    )
    intent_recorded = forms.BooleanField(
        label=_("Exploitation was planned but had not begun"),
        required=False,
        help_text=_("For a person who was stopped early, for example at a border."),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("intent_recorded") and not typed.get("judgement"):
            self.add_error("judgement", _("Write down what shows that exploitation was planned."))
        return typed


class JudgementForm(StepForm):
    def __init__(self, *args: Any, edge: Edge, record: Any, **options: Any) -> None:
        super().__init__(*args, edge=edge, record=record, **options)
        self.fields["reason"].label = _("Your professional judgement")
        self.fields["reason"].help_text = _("What you saw and heard, and why it is enough for you.")


class DecisionForm(StepForm):
    status_basis = forms.ChoiceField(
        label=_("Legal basis"), choices=[("", _("Choose")), *LegalBasis.choices], widget=forms.Select
    )

    def __init__(self, *args: Any, edge: Edge, record: Any, **options: Any) -> None:
        super().__init__(*args, edge=edge, record=record, **options)
        self.fields["reason"].label = _("Reasons")
        self.fields["reason"].help_text = _("Readers of the screening see them too.")


SCREENING_STEP_FORMS: dict[str, type[StepForm]] = {"complete": CompleteForm}
STATUS_STEP_FORMS: dict[str, type[StepForm]] = {
    "presume_on_judgement": JudgementForm,
    "identify": DecisionForm,
    "not_identify": DecisionForm,
    "withdraw": DecisionForm,
}
#: The pages of opening a case, in order.
OPENING: dict[str, type[forms.Form]] = {
    "age": AgeForm,
    "sex": SexForm,
    "suspected": SuspectedForm,
    "safety": SafetyForm,
    "language": LanguageForm,
    "lead": LeadForm,
}
