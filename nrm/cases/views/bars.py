"""The pages on which somebody says that they must not see a case, and on which others are kept away from it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.cases import actions
from nrm.cases.forms.team import ConflictForm, KeepAwayForm
from nrm.cases.selectors import case_for
from nrm.cases.selectors.team import bar_for, people_who_see
from nrm.cases.steps import answer_step, called_as_step, case_page_of, form_page, refused_beside_form, typed
from nrm.cases.views.team import onward
from nrm.lib.drafting import keeps_draft
from workflows.bar import BarFlow


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("I must not see this case"))
def declare_conflict(request: SignedInRequest, code: str) -> HttpResponse:
    """Of oneself, at once: the next request for this case is one for a missing page."""
    case, _standing = case_for(request.actor, code, Permission.DECLARE_CONFLICT)
    form = ConflictForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.keep_away(case, by=request.actor, user_id=request.actor.user_id, **form.cleaned_data)
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, "bar.begin", record=case, by=request.actor)
            return form_page(request, "cases/conflict.html", form, {"case": case}, status)
        messages.success(request, _("Thank you for saying so. This case is closed to you from now on."))
        return redirect("desk:my_work")
    return form_page(request, "cases/conflict.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Keep somebody away"))
def keep_away(request: SignedInRequest, code: str) -> HttpResponse:
    """The answer is the same whether anybody uses the service with the address that was typed."""
    case, _standing = case_for(request.actor, code, Permission.SEE_CONFLICTS)
    form = KeepAwayForm(typed(request), people=people_who_see(case))
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        person, address = said.pop("person"), said.pop("address")
        try:
            if person:
                actions.keep_away(case, by=request.actor, user_id=person, **said)
            else:
                actions.keep_away_address(case, by=request.actor, address=address, **said)
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, "bar.begin", record=case, by=request.actor)
            return form_page(request, "cases/keep_away.html", form, {"case": case}, status)
        messages.success(request, _("Nothing opens this case to that person any more."))
        return onward(request, case)
    return form_page(request, "cases/keep_away.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(BarFlow))
def bar_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    bar = bar_for(request.actor, pk)
    return answer_step(
        request,
        flow=BarFlow,
        record=bar,
        transition=transition,
        forms_by_step={},
        take=actions.lift_bar,
        back_to=case_page_of(bar.case),
        by=request.actor,
    )
