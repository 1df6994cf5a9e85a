"""The steps of the status."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.cases import actions as cases
from nrm.cases.selectors import case_for, require
from nrm.cases.steps import answer_step, called_as_step, case_page_of, edge_from_here
from nrm.identification.forms.status import STATUS_STEP_FORMS
from nrm.identification.selectors import deciding
from nrm.lib.drafting import keeps_draft
from workflows.status import NOT_SIGNED, StatusFlow


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(StatusFlow))
def status_step(request: SignedInRequest, code: str, transition: str) -> HttpResponse:
    case, standing = case_for(request.actor, code)
    require(standing, Permission(edge_from_here(StatusFlow, case, transition).permission))
    if transition in deciding.SIGNED_FOR:
        if request.method == "POST":
            raise NotYet(NOT_SIGNED)
        return redirect("identification:propose_decision", case.code)
    return answer_step(
        request,
        flow=StatusFlow,
        record=case,
        transition=transition,
        forms_by_step=STATUS_STEP_FORMS,
        take=cases.take_status_step,
        back_to=case_page_of(case),
        by=request.actor,
    )
