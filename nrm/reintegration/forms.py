"""What people fill in about a reintegration plan and the contacts after it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.steps import StepForm
from nrm.lib.clock import today
from nrm.lib.forms import DayField, PlainTextField
from nrm.reintegration.models import ContactHow, GoalArea, GoalOutcome

CHOOSE = [("", _("Choose"))]


class GoalForm(forms.Form):
    area = forms.ChoiceField(label=_("Area"), choices=[*CHOOSE, *GoalArea.choices])
    description = PlainTextField(
        label=_("What the person wants to reach"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In the person’s own words where you can."),
    )
    target_on = DayField(label=_("Target date"), required=False, allow_future=True)


class ReviewForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(label=_("How far is it?"), choices=GoalOutcome.choices, widget=forms.RadioSelect)
    reviewed_on = DayField(label=_("Reviewed on"), initial=today)
    note = PlainTextField(label=_("What was said"), widget=forms.Textarea(attrs={"rows": 4}), required=False)


class AgreeForm(StepForm):
    """Guardian and view are asked for where the person may be a child."""

    agreed_on = DayField(label=_("Agreed on"), initial=today)
    guardian_agreed = forms.BooleanField(label=_("The guardian agreed"), required=False)
    childs_view = PlainTextField(
        label=_("What the child says about the plan"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.record.is_for_a_child():
            del self.fields["guardian_agreed"], self.fields["childs_view"]


class FollowUpForm(forms.Form):
    on = DayField(label=_("Date"), initial=today)
    how = forms.ChoiceField(
        label=pgettext_lazy("follow-up", "How"), choices=ContactHow.choices, widget=forms.RadioSelect
    )
    account = PlainTextField(label=_("How the person is"), widget=forms.Textarea(attrs={"rows": 5}), required=False)
    next_on = DayField(label=_("Next contact"), required=False, allow_future=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        on, next_on = given.get("on"), given.get("next_on")
        if on and next_on and next_on <= on:
            self.add_error("next_on", _("The next contact has to come after this one."))
        return given


STEP_FORMS: dict[str, type[StepForm]] = {"agree": AgreeForm}
