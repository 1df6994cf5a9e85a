"""What people fill in about a referral."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.actions import missing_of_basis
from nrm.cases.models import Basis, Case, DataCategory
from nrm.cases.steps import StepForm
from nrm.directory.services import Service
from nrm.lib.forms import PlainTextField
from nrm.referrals.actions import NOTHING_SHARED, Grounds
from nrm.referrals.models import DeclineReason, ReferralOutcome, Urgency
from nrm.referrals.selectors import basis_covering
from workflows.referral import ReferralState

CHOOSE = [("", _("Choose"))]


class ReferralForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    receiver = forms.TypedChoiceField(label=_("Receiving organisation"), coerce=UUID)
    service = forms.ChoiceField(label=_("Service"), choices=[*CHOOSE, *Service.choices])
    urgency = forms.ChoiceField(
        label=_("Urgency"), choices=Urgency.choices, widget=forms.RadioSelect, initial=Urgency.ROUTINE
    )
    basis = forms.ChoiceField(
        label=_("Sharing rests on"), choices=Basis.choices, widget=forms.RadioSelect, initial=Basis.CONSENT
    )
    categories = forms.MultipleChoiceField(
        label=_("Marked to be shared after acceptance"),
        choices=DataCategory.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_(
            "Share as little as the service needs. Identity and account open only as far as consent covers them."
        ),
    )
    grounds = PlainTextField(
        label=_("Why it may be shared without consent"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_("May stay empty where a legal basis that covers this is recorded already and in force."),
    )
    was_told = forms.BooleanField(label=_("The person was told"), required=False)
    told = PlainTextField(
        label=_("What the person was told"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=_(
            "Or why they could not be told yet. Only where life is in danger may this stay empty: a task then reminds "
            "you to tell the person."
        ),
    )
    summary = PlainTextField(
        label=_("Summary without identity"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What the organisation has to know to answer. No names, places or dates by which the person could be "
            "recognised."
        ),
    )

    def __init__(self, *args: Any, receivers: Iterable[tuple[UUID, str]], case: Case, **options: Any) -> None:
        super().__init__(*args, **options)
        self.case = case
        for name in ("grounds", "told"):
            self.fields[name].depends_on_answer = True  # type: ignore[attr-defined]
        receiver = self.fields["receiver"]
        assert isinstance(receiver, forms.ChoiceField)  # noqa: S101  # for the type checker
        receiver.choices = [*CHOOSE, *((str(pk), name) for pk, name in receivers)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("basis") in {None, Basis.CONSENT} or "receiver" not in cleaned or "categories" not in cleaned:
            return cleaned
        if not cleaned["categories"]:
            self.add_error("categories", NOTHING_SHARED)
        elif cleaned.get("grounds") or not basis_covering(
            self.case, cleaned["basis"], cleaned["receiver"], cleaned["categories"]
        ):
            self._require_grounds(cleaned)
        return cleaned

    def _require_grounds(self, cleaned: dict[str, Any]) -> None:
        written = {"reason": cleaned.get("grounds", ""), "told": cleaned.get("told", "")}
        missing = missing_of_basis(cleaned["basis"], was_told=cleaned.get("was_told", False), **written)
        for name, sentence in missing.items():
            self.add_error("grounds" if name == "reason" else name, str(sentence))

    def values(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        given["receiver_id"] = given.pop("receiver")
        reason, told, was_told = (given.pop(name) for name in ("grounds", "told", "was_told"))
        return {**given, "grounds": Grounds(reason, told, was_told)}


class AskForm(StepForm):
    reason = PlainTextField(
        label=pgettext_lazy("message", "Question"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other organisation reads this."),
    )


class AnswerForm(StepForm):
    reason = PlainTextField(
        label=pgettext_lazy("message", "Answer"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other organisation reads this. Write nothing by which the person could be recognised."),
    )


class DeclineForm(StepForm):
    decline_reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    reason = PlainTextField(
        label=_("In your own words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other organisation reads this."),
    )


class CompleteForm(StepForm):
    outcome = forms.ChoiceField(label=_("Outcome"), choices=ReferralOutcome.choices, widget=forms.RadioSelect)
    reason = PlainTextField(
        label=_("In your own words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other organisation reads this."),
    )


class WithdrawForm(StepForm):
    reason = PlainTextField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other organisation reads this."),
    )


STEP_FORMS: dict[str, type[StepForm]] = {
    "ask": AskForm,
    "answer": AnswerForm,
    "decline": DeclineForm,
    "complete": CompleteForm,
    "withdraw": WithdrawForm,
}

ANY = [("", _("All"))]


class InboxForm(forms.Form):
    """Box and filters of the inbox; they live in the address."""

    box = forms.ChoiceField(
        choices=[(box, box) for box in ("waiting", "running", "sent", "ended")],
        widget=forms.HiddenInput,
        required=False,
    )
    service = forms.ChoiceField(label=_("Service"), choices=[*ANY, *Service.choices], required=False)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=[*ANY, *Urgency.choices], required=False)
    state = forms.ChoiceField(label=_("State"), choices=[*ANY, *ReferralState.choices], required=False)

    def chosen_box(self) -> str:
        return self.cleaned_data.get("box") or "waiting"

    def wanted(self) -> dict[str, str]:
        """Of a form that is not valid, what is."""
        given = {name: self.cleaned_data.get(name) for name in ("service", "urgency", "state")}
        return {name: value for name, value in given.items() if value}
