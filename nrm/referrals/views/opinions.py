"""What people say of services, and what the coordinator sees of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.steps import form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft
from nrm.referrals import actions, selectors
from nrm.referrals.forms import FeedbackForm
from nrm.referrals.views.reading import DONE_ALREADY


@require_http_methods(["GET", "POST"])
@keeps_draft(_("What the person says"))
def feedback(request: SignedInRequest, pk: UUID) -> HttpResponse:
    referral, _standing = selectors.referral_for(request.actor, pk, Permission.SEND_REFERRAL)
    if referral.receiver_id == request.actor.organisation_id:
        raise NotPermitted
    place = selectors.feedback_place(referral, request.actor)
    form, status = FeedbackForm(typed(request)), 0
    if place is not None and place.is_recorded:
        messages.info(request, DONE_ALREADY)
        return redirect("referrals:page", referral.pk)
    if form.is_bound and form.is_valid():
        try:
            actions.record_feedback(referral, by=request.actor, **form.answers())
            messages.success(request, _("The changes were saved."))
            return redirect("referrals:page", referral.pk)
        except NotYet as refusal:
            code = Code.REFERRAL_FEEDBACK_RECORDED
            status = refused_beside_form(form, refusal, code, record=referral, by=request.actor)
    context = {
        "case": referral.case,
        "referral": referral,
        "cancel_url": reverse("referrals:page", args=[referral.pk]),
    }
    return form_page(request, "referrals/feedback.html", form, context, status)


@require_safe
def services(request: SignedInRequest) -> HttpResponse:
    """For the coordinator: sums of what people say of services, and what was looked for and not found."""
    sums, gaps = selectors.feedback_sums(request.actor), selectors.gaps_in_country(request.actor)
    audit.record(Code.REFERRAL_SUMS_READ, by=request.actor, data={"services": len(sums), "gaps": len(gaps)})
    return render(request, "referrals/services.html", {"sums": sums, "gaps": gaps})
