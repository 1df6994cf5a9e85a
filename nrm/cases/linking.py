"""The pages on which two cases of one person are linked, and the link is taken away again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases import actions
from nrm.cases.models import Case, CaseLink, LinkReason
from nrm.cases.selectors import case_for, cases_visible_to
from nrm.cases.steps import case_page_of, form_page, refused_beside_form, typed
from nrm.lib.codes import normalise_code
from nrm.lib.forms import PlainTextField


@dataclass(frozen=True, slots=True)
class Linked:
    """A link as the reader of one of the cases sees it."""

    id: UUID
    code: str
    reason: str | Promise
    at: datetime


def links_shown(case: Case, standing: Standing) -> list[Linked]:
    """The links of the case to cases that the reader sees too."""
    seen = cases_visible_to(standing.actor).values("pk")
    rows = CaseLink.objects.standing().of(case).filter(Q(first__in=seen), Q(second__in=seen))
    return [
        Linked(row.pk, row.other(case).code, LinkReason(row.reason).label, row.linked_at)
        for row in rows.select_related("first", "second")
    ]


class LinkForm(forms.Form):
    other = PlainTextField(label=gettext_lazy("Code of the other case"), lines=False, max_length=60)
    reason = forms.ChoiceField(
        label=gettext_lazy("What shows that it is one person"), choices=LinkReason, widget=forms.RadioSelect
    )


@require_http_methods(["GET", "POST"])
def link(request: SignedInRequest, code: str) -> HttpResponse:
    """Whatever is wrong with the other case is answered alike: nobody learns here which codes exist."""
    case, _standing = case_for(request.actor, code, Permission.LINK_CASES)
    form = LinkForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            _link(request, case, form.cleaned_data["other"], form.cleaned_data["reason"])
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, Code.CASE_LINKED, record=case, by=request.actor)
            return form_page(request, "cases/link.html", form, {"case": case}, status)
        messages.success(request, _("The cases are linked."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/link.html", form, {"case": case})


def _link(request: SignedInRequest, case: Case, code: str, reason: str) -> None:
    try:
        other, _standing = case_for(request.actor, normalise_code(code) or "", Permission.LINK_CASES)
        actions.link_cases(case, other, by=request.actor, reason=reason)
    except (NotPermitted, NotVisible):
        raise NotYet(actions.NOT_TO_BE_LINKED) from None


@require_POST
def unlink(request: SignedInRequest, link_id: UUID) -> HttpResponse:
    removed = actions.unlink_cases(link_id, by=request.actor)
    messages.success(request, _("The link is removed."))
    back = removed.second if request.POST.get("case") == removed.second.code else removed.first
    return redirect(case_page_of(back))
