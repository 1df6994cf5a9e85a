"""What people fill in about support services, appointments, clinical notes and safety alerts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.steps import StepForm
from nrm.directory.services import Service
from nrm.lib.forms import DayField, PlainTextField
from nrm.support.models import AlertLevel, AppointmentState
from nrm.support.selectors import others_to_act
from nrm.vault.fields import opened

CHOOSE = [("", _("Choose"))]
#: Services that somebody gives over time; a report to the police is none.
GIVEN = [(service.value, service.label) for service in Service if service is not Service.INVESTIGATION]
HAPPENED = [
    (state.value, state.label)
    for state in (AppointmentState.TOOK_PLACE, AppointmentState.MISSED, AppointmentState.CANCELLED)
]
ACTIONS_HELP = _("Everybody who works with the person on this case reads this. Leave out what is clinical.")


class PlanForm(forms.Form):
    provider = forms.TypedChoiceField(label=_("Service provider"), coerce=UUID)
    service = forms.ChoiceField(label=_("Service"), choices=[*CHOOSE, *GIVEN])
    goal = PlainTextField(
        label=_("What it is for"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("Only the service provider reads this."),
    )

    def __init__(self, *args: Any, providers: Iterable[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        named = [(str(pk), name) for pk, name in providers]
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)  # noqa: S101  # for the type checker
        provider.choices = named if len(named) == 1 else [*CHOOSE, *named]

    def values(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        given["provider_id"] = given.pop("provider")
        return given


class AppointmentForm(forms.Form):
    on = DayField(label=_("Date"), allow_future=True)
    at = forms.TimeField(label=pgettext_lazy("clock", "Time"), help_text=_("For example 14:30."))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480, initial=50)

    def values(self) -> dict[str, Any]:
        starts = datetime.combine(self.cleaned_data["on"], self.cleaned_data["at"])
        return {"starts_at": timezone.make_aware(starts), "minutes": self.cleaned_data["minutes"]}


class MarkForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    state = forms.ChoiceField(label=_("What happened?"), choices=HAPPENED, widget=forms.RadioSelect)


class ClinicalNoteForm(forms.Form):
    body = PlainTextField(label=_("Clinical note"), widget=forms.Textarea(attrs={"rows": 10}))


class AlertForm(forms.Form):
    level = forms.ChoiceField(label=_("How urgent"), choices=AlertLevel.choices, widget=forms.RadioSelect)
    concern = PlainTextField(
        label=_("What worries you"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Only those who act on the alert read this."),
    )
    actions = PlainTextField(
        label=_("What everybody should do until then"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text=ACTIONS_HELP,
    )


class ManageForm(StepForm):
    """Prefilled with what is there, for whoever may read it: the view checks."""

    plan = PlainTextField(
        label=_("Safety plan"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Warning signs, what helps, whom to call, what was put out of reach. Only those who act read this."
        ),
    )
    actions = PlainTextField(
        label=_("What everybody should do"), widget=forms.Textarea(attrs={"rows": 4}), help_text=ACTIONS_HELP
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("plan", "actions"):
            self.fields[name].initial = opened(self.record.case.person, self.record, name)


class PassOnForm(StepForm):
    to = forms.ChoiceField(label=_("Who acts on it from now on?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)  # noqa: S101  # for the type checker
        to.choices = others = others_to_act(self.record)
        if not others:
            to.help_text = _("Nobody else can act yet. Plan a service with clinicians first.")


ALERT_STEP_FORMS: dict[str, type[StepForm]] = {"manage": ManageForm, "pass_on": PassOnForm}
