"""What people fill in about a referral."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.models import Basis, DataCategory
from nrm.cases.services import Service
from nrm.cases.steps import StepForm
from nrm.lib.forms import PlainTextField
from nrm.referrals.models import DeclineReason, ReferralOutcome, Urgency
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
    summary = PlainTextField(
        label=_("Summary without identity"),
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "What the organisation has to know to answer. No names, places or dates by which the person could be "
            "recognised."
        ),
    )

    def __init__(self, *args: Any, receivers: Iterable[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        receiver = self.fields["receiver"]
        assert isinstance(receiver, forms.ChoiceField)  # noqa: S101  # for the type checker
        receiver.choices = [*CHOOSE, *((str(pk), name) for pk, name in receivers)]

    def values(self) -> dict[str, Any]:
        given = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        given["receiver_id"] = given.pop("receiver")
        return given


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
