"""The pages on which two cases of one person are merged, and the merge undone."""

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
from nrm.cases import actions
from nrm.cases.forms.merge import MergeForm
from nrm.cases.selectors.merge import merge_for, two_cases
from nrm.cases.steps import answer_step, called_as_step, case_page_of, form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft
from workflows.merge import MergeFlow


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Merge two cases"))
def merge(request: SignedInRequest, code: str, other: str) -> HttpResponse:
    sides = two_cases(request.actor, code, other)
    form = MergeForm(typed(request), sides=sides)
    context = {"case": sides[0].case, "sides": sides}
    if request.method == "POST" and form.is_valid():
        number = 1 if form.cleaned_data["stays"] == sides[0].case.code else 0
        merged, stays = sides[number].case, sides[1 - number].case
        facts = {"reason": form.cleaned_data["reason"], "expected_version": form.version_of(number)}
        try:
            actions.merge_cases(merged, stays, by=request.actor, **facts)
        except (MovedOn, NotYet) as refusal:
            status = refused_beside_form(form, refusal, "merge.begin", record=merged, by=request.actor)
            return form_page(request, "cases/merge.html", form, context, status)
        messages.success(request, _("The cases are merged."))
        return redirect(case_page_of(stays))
    return form_page(request, "cases/merge.html", form, context)


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(MergeFlow))
def merge_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    found, _standing = merge_for(request.actor, pk)
    was_open = found.before is not None
    again, as_it_was = _("The case is open again, as it was before."), _("The case stays closed, as it was before.")
    return answer_step(
        request,
        flow=MergeFlow,
        record=found,
        transition=transition,
        forms_by_step={},
        take=actions.undo_merge,
        back_to=case_page_of(found.case),
        in_words=[again if was_open else as_it_was],
        by=request.actor,
    )
