"""The inbox of referrals, the page of one, preparing one, and every step of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.selectors import organisations_taking_referrals
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.lifecycle import narrowed
from nrm.cases.selectors import case_for
from nrm.cases.steps import answer_step, called_as_step, edge_from_here, refused_beside_form, step_links, warn_of_names
from nrm.lib.drafting import keeps_draft
from nrm.lib.paging import Cursor, next_url
from nrm.referrals import actions, selectors
from nrm.referrals.forms import STEP_FORMS, InboxForm, ReferralForm
from nrm.referrals.outside.selectors import card_for
from workflows.referral import ReferralFlow, ReferralState

#: Steps back: always possible, never the page's one clear action.
QUIET = {"withdraw"}
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
            {"url": f"?{urlencode({'box': key})}", "name": name, "count": counts.get(key), "is_here": key == box}
            for key, name in BOX_NAMES.items()
        ],
        "rows": [
            {"referral": row, "other": other_side(row, request), "due_at": page.due.get(row.pk)} for row in page.rows
        ],
        "filtered": wanted,
        "clear_url": f"?{urlencode({'box': box})}",
        "pages": pages(box, wanted, page, after),
    }
    return render(request, "referrals/inbox.html", context, status=200 if is_valid else 422)


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
    context = {
        "page": shown,
        "outside": card_for(referral, standing),
        "referral": referral,
        "case": referral.case,
        "is_draft": is_draft,
        "may_change": is_draft and narrowed(standing, referral).may(Permission.SEND_REFERRAL),
        "links": [link for link in links if link.name not in QUIET],
        "quiet_links": [link for link in links if link.name in QUIET],
    }
    return render(request, "referrals/referral.html", context)


@require_http_methods(["GET", "POST"])
@keeps_draft(_("Prepare a referral"))
def prepare(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.SEND_REFERRAL)
    form = ReferralForm(request.POST if request.method == "POST" else None, receivers=receivers(request), case=case)
    warn_of_names(form, case)
    if form.is_bound and form.is_valid():
        try:
            referral = actions.prepare_referral(case, by=request.actor, **form.values())
            return redirect("referrals:page", referral.pk)
        except NotYet as refusal:
            refused_beside_form(form, refusal, "referral.begin", record=case, by=request.actor)
    context = {
        "form": form,
        "case": case,
        "heading": _("Prepare a referral"),
        "cancel_url": reverse("desk:case_page", args=[case.code]),
    }
    return render(request, "referrals/prepare.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
@keeps_draft(_("Change the referral"))
def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A draft, before it is sent. The form opens its summary, so showing it is a reading."""
    referral, _standing = selectors.referral_for(request.actor, pk, Permission.SEND_REFERRAL)
    if request.method == "GET":
        record_reading(request, referral)
    form = ReferralForm(
        request.POST if request.method == "POST" else None,
        receivers=receivers(request),
        case=referral.case,
        initial=as_typed(referral),
    )
    warn_of_names(form, referral.case)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.change_draft(referral, by=request.actor, expected_version=version, **form.values())
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, Code.REFERRAL_CHANGED, record=referral, by=request.actor)
        else:
            return redirect("referrals:page", referral.pk)
    context = {
        "form": form,
        "case": referral.case,
        "heading": _("Change the referral"),
        "cancel_url": reverse("referrals:page", args=[referral.pk]),
    }
    return render(request, "referrals/prepare.html", context, status=status)


def record_reading(request: SignedInRequest, referral: Any) -> None:
    subject = f"referrals.referral:{referral.pk}"
    audit.record(Code.REFERRAL_READ, by=request.actor, case_code=referral.case.code, subject=subject)


def as_typed(referral: Any) -> dict[str, Any]:
    columns = ("version", "service", "urgency", "basis", "categories")
    typed = {name: getattr(referral, name) for name in columns}
    return {**typed, "receiver": referral.receiver_id, "summary": selectors.summary_of(referral)}


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ReferralFlow))
def step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    referral, standing = selectors.referral_for(request.actor, pk)
    if not narrowed(standing, referral).may(edge_from_here(ReferralFlow, referral, transition).permission):
        raise NotPermitted
    return answer_step(
        request,
        flow=ReferralFlow,
        record=referral,
        transition=transition,
        forms_by_step=STEP_FORMS,
        take=actions.take_step,
        back_to=reverse("referrals:page", args=[referral.pk]),
        by=request.actor,
    )


def receivers(request: SignedInRequest) -> list[tuple[UUID, str]]:
    return [(row.pk, row.name) for row in organisations_taking_referrals(besides=request.actor.organisation_id)]
