"""The pages of an organisation without an account: the code, the referral, its answer.

Nothing here needs or uses a session of a user. Opening the link shows a form and uses nothing up, so that a preview of
the link, or a scanner of mails, opens nothing; whatever the token is, page and answer are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.access.rows import seen_by
from nrm.accounts.doors import open_door
from nrm.accounts.networks import network_of
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.cases.lifecycle import narrowed
from nrm.cases.steps import UNPROCESSABLE, StepForm, edge_from_here, refused_beside_form, typed
from nrm.referrals import selectors as referrals
from nrm.referrals.outside import actions, selectors
from nrm.referrals.outside.actors import visitor
from nrm.referrals.outside.forms import VISITOR_FORMS, CodeForm
from nrm.referrals.outside.secrets import KNOCK, VISIT, carried, carry, digest_of, drop
from workflows.referral import WAITING_FOR_ANSWER, ReferralFlow

TOO_MANY = 429
ROBOTS = "noindex, nofollow, noarchive, nosnippet, noimageindex"
NOT_RIGHT = _("This link and this code open nothing. Ask the organisation that wrote to you for new ones.")
SLOW_DOWN = _("Too many attempts. Wait 15 minutes, then try again.")
STEP_LABELS = {
    "accept": _("We can help"),
    "ask": _("We have a question"),
    "decline": _("We cannot help"),
}
View = Callable[..., HttpResponse]


def outside(view: View) -> View:
    """Open to nobody in particular, found by no search engine, kept by no cache."""

    @open_door
    @never_cache
    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response = view(request, **kwargs)
        response.headers["X-Robots-Tag"] = ROBOTS
        return response

    return answered


def visit(view: View) -> View:
    """Only while a visit runs; the database shows what its organisation may see and no more. Every page of it lets it
    go on for a while. Whatever is wrong, the answer is the same page."""

    @wraps(view)
    def visited(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            link = selectors.visit_of(carried(request, VISIT))
            with seen_by(visitor(link)):
                actions.note_seen(link)
                return view(request, link, **kwargs)
        except NotVisible:
            return closed(request)

    return visited


def closed(request: HttpRequest) -> HttpResponse:
    """What was asked for is written down as any refusal; the answer is the same for all."""
    match = request.resolver_match
    audit.record(
        Code.REQUEST_REFUSED,
        by=None,
        outcome=Outcome.REFUSED,
        data={
            "route": match.view_name if match else "",
            "method": str(request.method),
            "status": NotVisible.status,
            "refusal": NotVisible.code,
        },
    )
    return render(request, "referrals/outside/closed.html", status=NotVisible.status)


@outside
@require_http_methods(["GET"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the token out of the address at once: no later request, referrer or log line carries it."""
    response = redirect("referrals:outside_code")
    carry(response, KNOCK, digest_of(token).hex())
    return response


@outside
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    form = CodeForm(typed(request))
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if selectors.is_slowed_down(network_of(request)):
            status = TOO_MANY
            form.add_error(None, str(SLOW_DOWN))
        elif form.is_valid():
            if key := opened(request, form.cleaned_data["code"]):
                response = redirect("referrals:outside_read")
                carry(response, VISIT, key)
                return response
            form.add_error(None, str(NOT_RIGHT))
    return render(request, "referrals/outside/code.html", {"form": form}, status=status)


def opened(request: HttpRequest, given: str) -> str | None:
    """A browser without a link is one with a link that opens nothing."""
    digest = bytes.fromhex(carried(request, KNOCK)) or digest_of("")
    return actions.open_link(digest, given, network=network_of(request))


@outside
@require_http_methods(["GET"])
@visit
def read(request: HttpRequest, link: Any) -> HttpResponse:
    referral, standing = link.referral, selectors.standing_of_visitor(link)
    page = referrals.referral_page(referral, standing)
    is_waiting = referral.state in WAITING_FOR_ANSWER
    audit.record(
        Code.REFERRAL_READ,
        by=visitor(link),
        case_code=referral.case.code,
        subject=f"referrals.referral:{referral.pk}",
    )
    lead = selectors.lead_of(referral.case) or referral.sender
    context = {
        "referral": referral,
        "case": referral.case,
        "page": page,
        "is_waiting": is_waiting,
        "steps": steps_of(referral, standing) if is_waiting else [],
        "lead": lead.name,
        "phone": selectors.phone_of(lead),
    }
    return render(request, "referrals/outside/read.html", context)


def steps_of(referral: Any, standing: Any) -> list[dict[str, Any]]:
    possible = {button.name: button for button in ReferralFlow(referral, narrowed(standing, referral)).buttons()}
    return [
        {
            "name": name,
            "label": STEP_LABELS[name],
            "url": reverse("referrals:outside_step", args=[name]),
            "unmet": possible[name].unmet,
            "is_possible": not possible[name].unmet,
        }
        for name in selectors.STEPS
        if name in possible
    ]


@outside
@require_http_methods(["GET", "POST"])
@visit
def step(request: HttpRequest, link: Any, transition: str) -> HttpResponse:
    """The machine's own step, under the name of the link."""
    referral = link.referral
    if transition not in selectors.STEPS:
        raise NotVisible
    edge = edge_from_here(ReferralFlow, referral, transition)
    form = VISITOR_FORMS.get(transition, StepForm)(typed(request), edge=edge, record=referral)
    status = UNPROCESSABLE if request.method == "POST" else 200
    if form.is_bound and form.is_valid():
        version, reason = form.cleaned_data["version"], form.cleaned_data.get("reason", "")
        try:
            actions.answer_through_link(link, transition, expected_version=version, reason=reason, **form.facts())
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, edge.code, record=referral, by=visitor(link))
        else:
            return redirect("referrals:outside_done" if transition == "decline" else "referrals:outside_read")
    context = {"form": form, "referral": referral, "case": referral.case, "label": STEP_LABELS[transition]}
    return render(request, "referrals/outside/step.html", context, status=status)


@outside
@require_http_methods(["GET", "POST"])
def done(request: HttpRequest) -> HttpResponse:
    """Ends the visit, and says so whether there was one or not."""
    if request.method == "POST":
        leave(request)
        response: HttpResponse = redirect("referrals:outside_done")
        drop(response)
        return response
    return render(request, "referrals/outside/done.html")


def leave(request: HttpRequest) -> None:
    """Ends the visit of this browser, if it has one. The quick exit calls it too."""
    if key := carried(request, VISIT):
        try:
            actions.end_visit(selectors.visit_of(key))
        except NotVisible:
            return
