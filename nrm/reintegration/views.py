"""The reintegration plan, its goals and reviews, and follow-up contacts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.lifecycle import narrowed
from nrm.cases.selectors import case_for
from nrm.cases.steps import (
    answer_step,
    called_as_step,
    case_page_of,
    edge_from_here,
    form_page,
    refused_beside_form,
    typed,
)
from nrm.lib.drafting import keeps_draft
from nrm.reintegration import actions, forms, selectors
from workflows.reintegration import ReintegrationFlow


@require_http_methods(["GET", "POST"])
def start_plan(request: SignedInRequest, code: str) -> HttpResponse:
    """One button: an empty draft, to which goals are added on its own page."""
    case, _standing = case_for(request.actor, code, Permission.WRITE_PLAN)
    if request.method == "POST":
        plan = actions.start_plan(case, by=request.actor)
        return redirect("reintegration:plan", plan.pk)
    return form_page(request, "reintegration/start.html", Form(), {"case": case})


@require_safe
def plan(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, standing = selectors.plan_for(request.actor, pk)
    page = selectors.plan_page(record, standing)
    audit.record(
        Code.PLAN_READ, by=request.actor, case_code=record.case.code, subject=f"reintegration.plan:{record.pk}"
    )
    return render(request, "reintegration/plan.html", {"plan": record, "case": record.case, "page": page})


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ReintegrationFlow))
def step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    record, standing = selectors.plan_for(request.actor, pk)
    if not narrowed(standing, record).may(edge_from_here(ReintegrationFlow, record, transition).permission):
        raise NotPermitted
    return answer_step(
        request,
        flow=ReintegrationFlow,
        record=record,
        transition=transition,
        forms_by_step=forms.STEP_FORMS,
        take=actions.take_step,
        back_to=_plan_page(record.pk),
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add a goal"))
def add_goal(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, standing = selectors.plan_for(request.actor, pk)
    if not standing.may(Permission.WRITE_PLAN):
        raise NotPermitted
    form = forms.GoalForm(typed(request))
    context = {"case": record.case, "plan": record}
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_goal(record, by=request.actor, **form.cleaned_data)
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, Code.GOAL_ADDED, record=record, by=request.actor)
            return form_page(request, "reintegration/goal.html", form, context, status)
        return redirect(_plan_page(record.pk))
    return form_page(request, "reintegration/goal.html", form, context)


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Review the goal"))
def review_goal(request: SignedInRequest, pk: UUID) -> HttpResponse:
    goal, _standing = selectors.goal_for(request.actor, pk)
    form = forms.ReviewForm(typed(request), initial={"version": goal.version, "outcome": goal.outcome})
    line = selectors.goals_opened(goal.plan.case, [goal])[0]
    context = {"case": goal.plan.case, "plan": goal.plan, "line": line}
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            actions.review_goal(goal, by=request.actor, expected_version=facts.pop("version"), **facts)
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, Code.REVIEW_RECORDED, record=goal, by=request.actor)
            return form_page(request, "reintegration/review.html", form, context, status)
        return redirect(_plan_page(goal.plan_id))
    return form_page(request, "reintegration/review.html", form, context)


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Record a contact"))
def follow_up(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.WRITE_PLAN)
    form = forms.FollowUpForm(typed(request))
    if request.method == "POST" and form.is_valid():
        actions.record_follow_up(case, by=request.actor, **form.cleaned_data)
        messages.success(request, _("The contact is recorded."))
        return redirect(case_page_of(case))
    return form_page(request, "reintegration/follow_up.html", form, {"case": case})


def _plan_page(pk: UUID) -> str:
    return reverse("reintegration:plan", args=[pk])
