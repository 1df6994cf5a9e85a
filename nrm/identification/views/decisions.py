"""The identifying body at work: its docket, the file, a proposal and its signatures; what a court said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.selectors import case_for
from nrm.cases.steps import answer_step, called_as_step, case_page_of, form_page, refused_beside_form, typed
from nrm.identification import actions
from nrm.identification.actions import decisions
from nrm.identification.forms.decisions import CapacityForm, CourtViewForm, ProposeForm
from nrm.identification.selectors import deciding
from nrm.identification.selectors import docket as reading
from nrm.lib.drafting import keeps_draft
from workflows.decision import DecisionFlow, DecisionState


@require_http_methods(["GET"])
def docket(request: SignedInRequest) -> HttpResponse:
    """What waits for the identifying body."""
    found = reading.docket_of(request.actor, after=request.GET.get("after", ""))
    audit.record(Code.CASE_LISTED, by=request.actor, data={"list": "docket", "shown": found.shown})
    return render(request, "identification/docket.html", {"docket": found})


@require_http_methods(["GET"])
def decision(request: SignedInRequest, code: str) -> HttpResponse:
    """The file a decision is made on: screenings with their results, risk level, history of the status."""
    case, standing = case_for(request.actor, code, Permission.DECIDE_STATUS)
    actions.record_reading(case, Code.CASE_READ, by=request.actor)
    return render(request, "identification/decision.html", reading.decision_file(case, standing))


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Propose a decision"))
def propose_decision(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.DECIDE_STATUS)
    if request.method == "GET" and deciding.is_proposed(case):
        return redirect("identification:decision", case.code)
    needed = deciding.signatures_needed(case)
    outcomes = deciding.outcomes_from_here(case)
    form = ProposeForm(typed(request), version=case.version, capacities=needed, outcomes=outcomes)
    status = 0
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            made = decisions.propose_decision(case, by=request.actor, expected_version=facts.pop("version"), **facts)
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, "decision.begin", record=case, by=request.actor)
        else:
            return _after_signing(request, made)
    context = {
        "case": case,
        "body": reading.identifying_body(),
        "needed": [capacity.label for capacity in needed],
        "nothing_to_decide": not outcomes,
        "unmet": deciding.SCREENED_BY_READER if case.was_screened_by(request.actor.user_id) else "",
    }
    return form_page(request, "identification/propose_decision.html", form, context, status)


def _after_signing(request: SignedInRequest, made: Any) -> HttpResponse:
    if made.state == DecisionState.EFFECTIVE:
        messages.success(request, _("The decision has taken effect."))
    else:
        messages.success(request, _("You have signed. The decision takes effect with the last signature."))
    return redirect("identification:decision", made.case.code)


@require_http_methods(["GET", "POST"])
def sign_decision(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found, _standing = reading.decision_for(request.actor, pk)
    if request.method == "GET" and found.state != DecisionState.PROPOSED:
        return redirect("identification:decision", found.case.code)
    actions.record_reading(found.case, Code.CASE_READ, by=request.actor)
    form = CapacityForm(typed(request), version=found.version, capacities=deciding.open_capacities(found))
    status = 0
    if request.method == "POST" and form.is_valid():
        capacity, version = form.cleaned_data["capacity"], form.cleaned_data["version"]
        try:
            made = decisions.sign_decision(found, by=request.actor, expected_version=version, capacity=capacity)
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, Code.DECISION_SIGNED, record=found, by=request.actor)
        else:
            return _after_signing(request, made)
    context = {
        "case": found.case,
        "body": reading.identifying_body(),
        "proposal": reading.proposal_of(found, request.actor),
    }
    return form_page(request, "identification/sign_decision.html", form, context, status)


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(DecisionFlow, "take_back"))
def take_back_decision(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found, _standing = reading.decision_for(request.actor, pk)
    return answer_step(
        request,
        flow=DecisionFlow,
        record=found,
        transition="take_back",
        forms_by_step={},
        take=decisions.take_decision_step,
        back_to=reading.page_of(found.case),
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("What prosecution and courts say"))
def record_court_view(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.RECORD_COURT_VIEW)
    form = CourtViewForm(typed(request))
    if request.method == "POST" and form.is_valid():
        decisions.record_court_view(case, by=request.actor, **form.cleaned_data)
        messages.success(request, _("It is recorded. The status stays as it is."))
        return redirect(case_page_of(case))
    return form_page(request, "identification/court_view.html", form, {"case": case})
