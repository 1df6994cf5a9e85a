"""The pages on which the lead is offered, and the offer answered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.cases import actions
from nrm.cases.forms.transfer import OfferForm
from nrm.cases.selectors import case_for
from nrm.cases.selectors.merge import has_earlier
from nrm.cases.selectors.transfer import possible_leads, transfer_for
from nrm.cases.steps import answer_step, called_as_step, case_page_of, form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft
from workflows.transfer import TransferFlow


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Offer the lead"))
def offer_lead(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.TRANSFER_LEAD)
    leads = possible_leads(case, besides=request.actor.organisation_id)
    form = OfferForm(typed(request), leads=leads)
    context = {"case": case, "has_earlier": has_earlier(case)}
    if request.method == "POST" and form.is_valid():
        receiver, summary = UUID(form.cleaned_data["receiver"]), form.cleaned_data["summary"]
        try:
            actions.offer_lead(case, by=request.actor, receiver_id=receiver, summary=summary)
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, "transfer.begin", record=case, by=request.actor)
            return form_page(request, "cases/offer_lead.html", form, context, status)
        messages.success(request, _("The lead is offered. Until it is accepted, the case stays with you."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/offer_lead.html", form, context)


#: In place of what the machine declares step by step, for who is about to lead.
ACCEPTED = (
    gettext_lazy("You lead the case with everything that is open in it, and read all its records."),
    gettext_lazy("Its open tasks are yours. Its time limits go on as they run."),
    gettext_lazy("The organisation that led it keeps sight of the stage and of what it did."),
)
RESTRICTED = gettext_lazy("The case is restricted: you become responsible for it, and it is open to you alone.")


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(TransferFlow))
def answer_offer(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    """Whoever declines sees the case no more."""
    transfer, _standing = transfer_for(request.actor, pk)
    accepted = [*ACCEPTED, RESTRICTED] if transfer.case.is_restricted else ACCEPTED
    return answer_step(
        request,
        flow=TransferFlow,
        record=transfer,
        transition=transition,
        forms_by_step={},
        take=actions.answer_offer,
        back_to=case_page_of(transfer.case),
        afterwards=reverse("desk:my_work") if transition == "decline" else "",
        in_words=accepted if transition == "accept" else None,
        by=request.actor,
    )
