"""The inbox of referrals, the page of one, and every step of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import MovedOn, NotPermitted
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.lifecycle import narrowed
from nrm.cases.steps import answer_step, called_as_step, edge_from_here, step_links
from nrm.directory.services import Service
from nrm.lib.drafting import keeps_draft
from nrm.lib.paging import Cursor, next_url
from nrm.referrals import actions, selectors
from nrm.referrals.forms import STEP_FORMS, InboxForm
from nrm.referrals.outside.selectors import card_for
from workflows.referral import ReferralFlow, ReferralState

#: Steps back: always possible, never the page's one clear action.
QUIET = {"withdraw"}
#: What is said to whoever sends the same thing once more: a double click, the back button, a slow network.
DONE_ALREADY = _("This was done already. Nothing happened twice.")
BOX_NAMES = {
    "waiting": pgettext_lazy("referrals", "Waiting for us"),
    "running": pgettext_lazy("referrals", "Running with us"),
    "sent": pgettext_lazy("referrals", "Sent by us"),
    "ended": pgettext_lazy("referrals", "Ended"),
}


@require_safe
def inbox(request: SignedInRequest) -> HttpResponse:
    form = InboxForm(request.GET)
    is_valid = form.is_valid()
    box, wanted = form.chosen_box(), form.wanted()
    after = Cursor.read(request.GET.get("after", ""))
    page = selectors.inbox_page(request.actor, box, wanted, after=after)
    counts = selectors.inbox_counts(request.actor)
    audit.record(Code.CASE_LISTED, by=request.actor, data={"list": "referrals", "box": box, "shown": len(page.rows)})
    context = {
        "form": form,
        "box": box,
        "box_name": BOX_NAMES[box],
        "tabs": [
            {
                "url": f"?{urlencode({'box': key})}",
                "name": name,
                "count": counted(counts.get(key)),
                "is_here": key == box,
            }
            for key, name in BOX_NAMES.items()
        ],
        "rows": [
            {
                "referral": row,
                "other": other_side(row, request),
                "due_at": page.due.get(row.pk),
                "taker": page.takers.get(row.pk),
            }
            for row in page.rows
        ],
        "filtered": wanted,
        "may_see_sums": allows(request.actor, Permission.SEE_COUNTRY),
        "clear_url": f"?{urlencode({'box': box})}",
        "pages": pages(box, wanted, page, after),
    }
    return render(request, "referrals/inbox.html", context, status=200 if is_valid else 422)


def counted(count: int | None) -> str:
    """As many as one can act on in a day; what is more is not counted out."""
    return f"{count - 1}+" if count == selectors.MOST_COUNTED else str(count or "")


def other_side(referral: Any, request: SignedInRequest) -> Any:
    return referral.sender if referral.receiver_id == request.actor.organisation_id else referral.receiver


def pages(box: str, wanted: dict[str, str], page: selectors.InboxPage, after: Any) -> dict[str, str]:
    """Where the pager leads: on, and back to the newest."""
    here = {"box": box, **wanted}
    return {
        "next_url": next_url(page.after, here),
        "previous_url": f"?{urlencode(here)}" if after else "",
    }


@require_safe
def page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    referral, standing = selectors.referral_for(request.actor, pk)
    shown = selectors.referral_page(referral, standing)
    record_reading(request, referral)
    is_draft = referral.state == ReferralState.DRAFT
    links = step_links(ReferralFlow, referral, standing, "referrals:step", referral.pk)
    may_send = narrowed(standing, referral).may(Permission.SEND_REFERRAL)
    context = {
        **ways_on(referral),
        "may_refer": may_send,
        "page": shown,
        "outside": card_for(referral, standing),
        "referral": referral,
        "case": referral.case,
        "is_draft": is_draft,
        "may_change": is_draft and may_send,
        "links": [link for link in links if link.name not in QUIET],
        "quiet_links": [link for link in links if link.name in QUIET],
    }
    return render(request, "referrals/referral.html", context)


def ways_on(referral: Any) -> dict[str, str]:
    """Where a referral that ended without the service is carried on: with whom was suggested, or with somebody else."""
    if referral.service == Service.INTERPRETATION:
        own = reverse("referrals:interpreter", args=[referral.case.code])
        return {"go_on_url": own, "elsewhere_url": f"{own}?"}
    return {
        "go_on_url": reverse("referrals:prepare", args=[referral.case.code]),
        "elsewhere_url": f"{reverse('referrals:choose', args=[referral.case.code])}?service={referral.service}&",
    }


def record_reading(request: SignedInRequest, referral: Any) -> None:
    subject = f"referrals.referral:{referral.pk}"
    audit.record(Code.REFERRAL_READ, by=request.actor, case_code=referral.case.code, subject=subject)


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ReferralFlow))
def step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    referral, standing = selectors.referral_for(request.actor, pk)
    if sent_again(request, referral, transition):
        messages.info(request, DONE_ALREADY)
        return redirect("referrals:page", pk)
    if not narrowed(standing, referral).may(edge_from_here(ReferralFlow, referral, transition).permission):
        raise NotPermitted
    return answer_step(
        request,
        flow=ReferralFlow,
        record=referral,
        transition=transition,
        forms_by_step=STEP_FORMS,
        take=take_once,
        back_to=reverse("referrals:page", args=[referral.pk]),
        by=request.actor,
    )


def sent_again(request: SignedInRequest, referral: Any, transition: str) -> bool:
    version = request.POST.get("version", "")
    if request.method != "POST" or not version.isascii() or not version.isdigit() or len(version) > LONGEST_VERSION:
        return False
    return selectors.was_taken(referral, transition, by=request.actor, version=int(version))


#: Digits; a longer number is the version of no page.
LONGEST_VERSION = 9


def take_once(referral: Any, transition: str, **given: Any) -> Any:
    """The same form sent twice at once: the second waits for the first and finds it done."""
    try:
        return actions.take_step(referral, transition, **given)
    except MovedOn:
        if selectors.was_taken(referral, transition, by=given["by"], version=given["expected_version"]):
            return referral
        raise
