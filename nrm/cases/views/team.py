"""The pages on which colleagues share the work on a case: take on, add, hand over, leave, stand in, restrict."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.cases import actions
from nrm.cases.forms.team import AbsenceForm, AddMemberForm, HandOverForm, RestrictionForm
from nrm.cases.selectors import case_for, standing_in
from nrm.cases.selectors import team as teams
from nrm.cases.steps import (
    UNPROCESSABLE,
    answer_step,
    called_as_step,
    case_page_of,
    form_page,
    refused_beside_form,
    typed,
)
from nrm.lib.drafting import keeps_draft
from workflows.team import TeamFlow

#: Steps that people take; the others are taken by the clock and by a conflict of interest.
BY_HAND = {"end"}


def onward(request: SignedInRequest, case: Any) -> HttpResponse:
    """To the case, as long as it is still open to whoever acted."""
    sees = standing_in(request.actor, case).may(Permission.SEE_CASE)
    return redirect(case_page_of(case) if sees else reverse("desk:my_work"))


@require_POST
def take_on(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.MANAGE_TEAM)
    actions.take_on(case, by=request.actor)
    messages.success(request, _("You are responsible for this case now."))
    return onward(request, case)


@require_http_methods(["GET", "POST"])
def add_member(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.MANAGE_TEAM)
    form = AddMemberForm(typed(request), colleagues=teams.colleagues_to_add(request.actor, case))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_member(case, by=request.actor, user_id=form.cleaned_data["user"])
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, "team.begin", record=case, by=request.actor)
            return form_page(request, "cases/add_member.html", form, {"case": case}, status)
        messages.success(request, _("Your colleague works on this case now."))
        return onward(request, case)
    return form_page(request, "cases/add_member.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Hand over"))
def hand_over(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.MANAGE_TEAM)
    responsible = teams.responsible_for(case)
    now_responsible = responsible.user_id if responsible else None
    form = HandOverForm(
        typed(request),
        initial={"expected": now_responsible},
        colleagues=teams.colleagues_to_lead(request.actor, case, besides=now_responsible),
    )
    context = {"case": case, "responsible": responsible.user.display_name if responsible else ""}
    if request.method == "POST" and form.is_valid():
        facts = {"stays": form.cleaned_data.get("stays", False), "expected": form.cleaned_data["expected"]}
        try:
            actions.hand_over(case, by=request.actor, to=form.cleaned_data["to"], **facts)
        except (MovedOn, NotYet) as refusal:
            status = refused_beside_form(form, refusal, "team.begin", record=case, by=request.actor)
            return form_page(request, "cases/hand_over.html", form, context, status)
        messages.success(request, _("Your colleague is responsible for this case now."))
        return onward(request, case)
    return form_page(request, "cases/hand_over.html", form, context)


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(TeamFlow))
def team_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    member = teams.member_for(request.actor, pk)
    if transition not in BY_HAND:
        raise NotPermitted
    response = answer_step(
        request,
        flow=TeamFlow,
        record=member,
        transition=transition,
        forms_by_step={},
        take=actions.take_team_step,
        back_to=case_page_of(member.case),
        by=request.actor,
    )
    return onward(request, member.case) if response.status_code == 302 else response


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Restrict to its team"))
def restriction(request: SignedInRequest, code: str) -> HttpResponse:
    """Restrict the case to its team, or end that, each with a reason."""
    case, _standing = case_for(request.actor, code, Permission.RESTRICT_CASE)
    form = RestrictionForm(typed(request), initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        facts = {"reason": form.cleaned_data["reason"], "expected_version": form.cleaned_data["version"]}
        act = actions.lift_restriction if case.is_restricted else actions.restrict_case
        act_code = Code.CASE_UNRESTRICTED if case.is_restricted else Code.CASE_RESTRICTED
        try:
            act(case, by=request.actor, **facts)
        except (MovedOn, NotYet) as refusal:
            status = refused_beside_form(form, refusal, act_code, record=case, by=request.actor)
            return form_page(request, "cases/restriction.html", form, {"case": case}, status)
        messages.success(request, _("The changes were saved."))
        return onward(request, case)
    return form_page(request, "cases/restriction.html", form, {"case": case})


# Standing in for who is away


@require_GET
def absences(request: SignedInRequest) -> HttpResponse:
    return render(request, "cases/absences.html", {"covers": teams.covers_of(request.actor)})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Let a colleague stand in"))
def cover_absence(request: SignedInRequest) -> HttpResponse:
    absent = teams.absent_choices(request.actor)
    form = AbsenceForm(
        typed(request),
        absent=absent,
        colleagues=teams.case_worker_choices(request.actor),
        initial={"absent": str(request.actor.user_id)},
    )
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                made = _arrange(request, form)
            except NotYet as refusal:
                form.add_error(None, str(refusal.sentence))
                told = {"refusal": refusal.code}
                audit.record("team.begin", by=request.actor, outcome=Outcome.REFUSED, data=told)
            else:
                _say_how_many(request, made)
                return redirect("cases:absences")
    return render(request, "cases/absence.html", {"form": form}, status=status)


def _arrange(request: SignedInRequest, form: AbsenceForm) -> int:
    said = form.cleaned_data
    made = actions.cover_absence(
        by=request.actor,
        absent_id=said["absent"],
        colleague_id=said["colleague"],
        until=said["until"],
        reason=said["reason"],
        case_code=said["case_code"],
    )
    return len(made)


def _say_how_many(request: SignedInRequest, count: int) -> None:
    sentence = ngettext(
        "Your colleague stands in for %(count)s case.", "Your colleague stands in for %(count)s cases.", count
    )
    messages.success(request, sentence % {"count": count})


@require_POST
def end_cover(request: SignedInRequest, pk: UUID) -> HttpResponse:
    actions.end_cover(pk, by=request.actor)
    messages.success(request, _("Nobody stands in there any more."))
    return redirect("cases:absences")
