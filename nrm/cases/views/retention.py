"""The pages on which it is decided how long a case is kept."""

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
from nrm.accounts.fresh import fresh_second_factor
from nrm.accounts.requests import SignedInRequest
from nrm.cases import actions
from nrm.cases.forms.retention import KeepForm, ProposeForm
from nrm.cases.selectors import case_for
from nrm.cases.selectors.retention import retention_for
from nrm.cases.steps import answer_step, called_as_step, case_page_of, form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft
from workflows.retention import RetentionFlow

FORMS = {"keep": KeepForm}


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(RetentionFlow))
def retention_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    return answer(request, pk, transition)


@require_http_methods(["GET", "POST"])
@fresh_second_factor
@keeps_draft(called_as_step(RetentionFlow, "erase"))
def erase(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Nobody can undo it, so whoever does it shows again who they are."""
    return answer(request, pk, "erase")


def answer(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    proposal = retention_for(request.actor, pk)
    forever = [_("Nobody can read again who the person is or what was written about them. It cannot be undone.")]
    return answer_step(
        request,
        flow=RetentionFlow,
        record=proposal,
        transition=transition,
        forms_by_step=FORMS,
        take=actions.take_retention_step,
        back_to=case_page_of(proposal.case),
        in_words=forever if transition == "erase" else None,
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Propose to erase the case"))
def propose_erasure(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.PROPOSE_RETENTION)
    form = ProposeForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose_erasure(case, by=request.actor, grounds=form.cleaned_data["grounds"])
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, "retention.begin", record=case, by=request.actor)
            return form_page(request, "cases/propose_erasure.html", form, {"case": case}, status)
        messages.success(request, _("The changes were saved."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/propose_erasure.html", form, {"case": case})
