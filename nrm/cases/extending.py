"""The page on which a time limit is let run longer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nrm.access.refusals import MovedOn, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases import actions
from nrm.cases.limits import limit_for
from nrm.cases.models import ExtensionAuthority
from nrm.cases.steps import case_page_of, form_page, refused_beside_form, typed
from nrm.lib.forms import DayField, PlainTextField


class ExtendForm(forms.Form):
    #: When the limit was due on the page, so that two extensions at once do not undo each other.
    due_at = forms.CharField(widget=forms.HiddenInput)
    due_on = DayField(label=gettext_lazy("New last day"), allow_future=True)
    authority = forms.ChoiceField(
        label=gettext_lazy("Allowed by"), choices=ExtensionAuthority, widget=forms.RadioSelect
    )
    reason = PlainTextField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 4}))

    def clean_due_at(self) -> datetime:
        try:
            return datetime.fromisoformat(self.cleaned_data["due_at"])
        except ValueError:
            raise ValidationError(_("Load the page again.")) from None


@require_http_methods(["GET", "POST"])
def extend_clock(request: SignedInRequest, code: str, pk: UUID) -> HttpResponse:
    case, clock, limit = limit_for(request.actor, code, pk)
    form = ExtendForm(typed(request), initial={"due_at": clock.due_at.isoformat()})
    context = {"case": case, "limit": limit}
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            actions.extend_clock(clock, by=request.actor, expected_due_at=facts.pop("due_at"), **facts)
        except (MovedOn, NotYet) as refusal:
            status = refused_beside_form(form, refusal, Code.CLOCK_EXTENDED, record=case, by=request.actor)
            return form_page(request, "cases/extend.html", form, context, status)
        messages.success(request, _("The time limit is extended."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/extend.html", form, context)
