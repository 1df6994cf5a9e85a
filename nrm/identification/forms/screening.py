"""Answering the indicators of a screening, and completing it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.refusals import MovedOn
from nrm.cases.steps import StepForm
from nrm.identification.models import AnswerValue, EvidenceBasis, Incomplete
from nrm.identification.selectors.screening import Question
from nrm.lib.forms import PlainTextField
from workflows.screening import Conclusion

LARGEST_VERSION = 2**31 - 1
SIDE_BY_SIDE = {"class": "choices-inline"}


class AnswerForm(forms.Form):
    """One indicator. Nothing chosen means that nobody asked yet; a note without a choice is not lost but sent back."""

    #: The version after saving.
    saved_version: int | None = None
    #: What a colleague answered while this one was being typed.
    recorded_meanwhile: str | Promise = ""
    #: What the colleague wrote to it.
    noted_meanwhile: str = ""

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
        if question.version != self.cleaned_data["version"]:
            form.recorded_meanwhile = AnswerValue(question.value).label
            form.noted_meanwhile = question.note
        return form


class CompleteForm(StepForm):
    conclusion = forms.ChoiceField(
        label=_("What do you conclude?"),
        choices=Conclusion.choices,
        widget=forms.RadioSelect,
        help_text=_("It closes nothing. Whatever you choose, the person is offered help."),
    )
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

    incomplete_because = forms.MultipleChoiceField(
        label=_("What was in the way?"),
        choices=Incomplete.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("What could not be seen or asked is not known; it does not speak against the person."),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("intent_recorded") and not typed.get("judgement"):
            self.add_error("judgement", _("Write down what shows that exploitation was planned."))
        return typed


#: The conclusion decides which of the two ways of completing it is; the form is the same.
SCREENING_STEP_FORMS: dict[str, type[StepForm]] = {"complete": CompleteForm, "complete_for_other_help": CompleteForm}
