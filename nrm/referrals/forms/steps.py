"""What people fill in with a step of a referral, and how they narrow a list."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.steps import StepForm
from nrm.directory.services import Service
from nrm.lib.forms import PlainTextField
from nrm.referrals.models import DeclineReason, Referral, ReferralOutcome, Urgency
from nrm.referrals.selectors import who_could_help
from workflows.referral import ReferralState


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


class SuggestingForm(StepForm):
    """Says, if the receiver knows, who could help instead. The lead decides whether to ask them."""

    suggested = forms.TypedChoiceField(
        label=_("Who could help instead"),
        coerce=UUID,
        empty_value=None,
        required=False,
        help_text=_("Nothing is sent there. The organisation that leads the case asks the person first."),
    )

    def __init__(self, *args: Any, record: Referral, **options: Any) -> None:
        super().__init__(*args, record=record, **options)
        suggested = self.fields["suggested"]
        assert isinstance(suggested, forms.ChoiceField)  # noqa: S101  # for the type checker
        nobody = [("", _("Nobody in particular"))]
        suggested.choices = [*nobody, *((str(pk), name) for pk, name in who_could_help(record))]
        self.order_fields([*(name for name in self.fields if name not in {"suggested", "reason"}), "reason"])

    def facts(self) -> dict[str, Any]:
        given = super().facts()
        given["suggested_id"] = given.pop("suggested")
        return given


class DeclineForm(SuggestingForm):
    decline_reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason.choices, widget=forms.RadioSelect)
    reason = PlainTextField(
        label=_("In your own words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The other organisation reads this."),
    )


class CompleteForm(SuggestingForm):
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
