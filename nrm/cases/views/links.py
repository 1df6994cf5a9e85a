"""The pages on which two cases of one person are linked, and the link is taken away again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases import actions
from nrm.cases.forms.links import LinkForm
from nrm.cases.selectors import case_for
from nrm.cases.steps import case_page_of, form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Link with another case"))
def link(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.LINK_CASES)
    form = LinkForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            typed_code, reason = form.cleaned_data["other"], form.cleaned_data["reason"]
            actions.link_to_code(case, typed_code, by=request.actor, reason=reason)
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, Code.CASE_LINKED, record=case, by=request.actor)
            return form_page(request, "cases/link.html", form, {"case": case}, status)
        messages.success(request, _("The cases are linked."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/link.html", form, {"case": case})


@require_POST
def unlink(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    removed = actions.unlink_cases(link_id, by=request.actor)
    messages.success(request, _("The link is removed."))
    back = removed.second if request.POST.get("case") == removed.second.code else removed.first
    return redirect(case_page_of(back))
