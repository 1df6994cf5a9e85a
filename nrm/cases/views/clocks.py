"""The page on which a time limit is let run longer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nrm.access.refusals import MovedOn, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases import actions
from nrm.cases.forms.clocks import ExtendForm
from nrm.cases.selectors.clocks import limit_for
from nrm.cases.steps import case_page_of, form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Extend a time limit"))
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
