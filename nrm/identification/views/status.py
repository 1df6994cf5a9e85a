"""The status: its steps, and the docket of the identifying body."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from nrm.access.permissions import Permission
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import actions as cases
from nrm.cases.selectors import case_for, require
from nrm.cases.steps import answer_step, case_page_of, edge_from_here
from nrm.identification import actions, selectors
from nrm.identification import status as protection
from nrm.identification.forms.status import STATUS_STEP_FORMS
from workflows.status import StatusFlow


@require_http_methods(["GET", "POST"])
def status_step(request: SignedInRequest, code: str, transition: str) -> HttpResponse:
    case, standing = case_for(request.actor, code)
    require(standing, Permission(edge_from_here(StatusFlow, case, transition).permission))
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


@require_http_methods(["GET"])
def docket(request: SignedInRequest) -> HttpResponse:
    """What waits for the identifying body."""
    found = protection.docket_of(request.actor, after=request.GET.get("after", ""))
    audit.record(Code.CASE_LISTED, by=request.actor, data={"list": "docket", "shown": len(found.rows)})
    return render(request, "identification/docket.html", {"docket": found})


@require_http_methods(["GET"])
def decision(request: SignedInRequest, code: str) -> HttpResponse:
    """The file a decision is made on: screenings with their results, risk level, history of the status."""
    case, standing = case_for(request.actor, code, Permission.DECIDE_STATUS)
    actions.record_reading(case, Code.CASE_READ, by=request.actor)
    return render(request, "identification/decision.html", selectors.decision_file(case, standing))
