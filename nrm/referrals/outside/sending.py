"""What the lead does about a referral to an organisation without an account: link, letter, and what was told."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nrm.access.permissions import Permission
from nrm.access.refusals import NotVisible, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases.steps import UNPROCESSABLE, answer_step, called_as_step, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft
from nrm.referrals.outside import actions, selectors
from nrm.referrals.outside.actors import spoken_for
from nrm.referrals.outside.forms import TOLD_FORMS, LetterForm
from nrm.referrals.outside.letters import address_of
from nrm.referrals.outside.letters import make_letter as make
from nrm.referrals.outside.secrets import in_groups
from nrm.referrals.selectors import referral_for
from workflows.referral import ReferralFlow


def outside_referral(request: SignedInRequest, pk: UUID) -> Any:
    """For the lead; one that goes inside has no such pages."""
    referral, _standing = referral_for(request.actor, pk, Permission.SEND_REFERRAL)
    if not selectors.goes_outside(referral):
        raise NotVisible
    return referral


def page_of(referral: Any) -> str:
    return reverse("referrals:page", args=[referral.pk])


@never_cache
@require_http_methods(["GET", "POST"])
def make_link(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Link and code are shown in the answer to this one POST, and never again."""
    referral = outside_referral(request, pk)
    context: dict[str, Any] = {"referral": referral, "case": referral.case, "back_to": page_of(referral)}
    if request.method == "GET":
        context["link"] = selectors.link_of(referral)
        return render(request, "referrals/outside/make_link.html", context)
    issued = actions.issue_link(referral, by=request.actor)
    context |= {"address": address_of(issued.token), "code": in_groups(issued.code), "link": issued.link}
    return render(request, "referrals/outside/link.html", context)


@require_http_methods(["POST"])
def end_link(request: SignedInRequest, pk: UUID) -> HttpResponse:
    referral = outside_referral(request, pk)
    actions.end_link(referral, by=request.actor)
    messages.success(request, _("The link opens nothing any more."))
    return redirect(page_of(referral))


@never_cache
@require_http_methods(["GET", "POST"])
def make_letter(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The password, and the code for a link in the letter, are shown in the answer to this one POST."""
    referral = outside_referral(request, pk)
    known = {"language": get_language(), "phone": selectors.phone_of(selectors.lead_of(referral.case))}
    form = LetterForm(typed(request), initial=known)
    context: dict[str, Any] = {"form": form, "referral": referral, "case": referral.case, "back_to": page_of(referral)}
    status = UNPROCESSABLE if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            made = make(referral, by=request.actor, **form.cleaned_data)
        except NotYet as refusal:
            code = Code.REFERRAL_LETTER_MADE
            status = refused_beside_form(form, refusal, code, record=referral, by=request.actor)
        else:
            context |= {
                "document": made.document,
                "password": in_groups(made.password),
                "code": in_groups(made.code),
            }
            return render(request, "referrals/outside/letter.html", context)
    return render(request, "referrals/outside/make_letter.html", context, status=status)


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ReferralFlow))
def record_told(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    """The step of the other organisation, as somebody there told it."""
    referral = outside_referral(request, pk)
    if transition not in actions.TOLD_STEPS:
        raise NotVisible

    def take(record: Any, name: str, *, by: Any, **given: Any) -> Any:
        return actions.record_told(record, name, by=request.actor, **given)

    return answer_step(
        request,
        flow=ReferralFlow,
        record=referral,
        transition=transition,
        forms_by_step=TOLD_FORMS,
        take=take,
        back_to=page_of(referral),
        by=spoken_for(request.actor, referral),
    )
