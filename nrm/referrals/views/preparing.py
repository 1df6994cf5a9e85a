"""Referring a person: who fits, what is shared, what the other organisation will see, and sending it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases.selectors import case_for
from nrm.cases.steps import refused_beside_form, typed, warn_of_names
from nrm.directory.services import Service
from nrm.lib.drafting import keeps_draft, of_case
from nrm.referrals import actions, selectors
from nrm.referrals.forms import InterpreterForm, NeedForm, RecipientsForm, ReferralForm
from nrm.referrals.forms.preparing import SERVICES
from nrm.referrals.views.reading import DONE_ALREADY, record_reading

UNPROCESSABLE = 422
CHANGED_SINCE = _("You changed something since you looked. Look at it once more, then send it.")


@require_safe
def choose(request: SignedInRequest, code: str) -> HttpResponse:
    """From the case to whoever can help: first what is needed, then who offers it, the best fitting first."""
    case, _standing = case_for(request.actor, code, Permission.SEND_REFERRAL)
    form = NeedForm(request.GET, case=case)
    is_valid = not form.is_bound or form.is_valid()
    asked = request.GET.get("service", "")
    service = asked if asked in dict(SERVICES) else ""
    previous = selectors.carried_on(request.actor, case, request.GET.get("previous", ""))
    if service == Service.INVESTIGATION:
        return redirect(f"{reverse('referrals:prepare', args=[case.code])}?{urlencode({'service': service})}")
    need = selectors.need_of(case, {**form.asked(), "service": service})
    matches = selectors.matches_for(request.actor, need) if service else []
    kept = {"previous": previous.pk} if previous else {}
    context = {
        "case": case,
        "form": form,
        "service": service,
        "service_name": Service(service).label if service else "",
        "services": [(name, f"?{urlencode({'service': value, **kept})}") for value, name in SERVICES],
        "matches": matches,
        "nothing_fits": bool(service) and not any(match.fits for match in matches),
        "previous": previous,
        "others_url": f"{reverse('referrals:prepare', args=[case.code])}?{urlencode({'service': service, **kept})}",
        "clear_url": f"?{urlencode({'service': service, **kept})}",
    }
    return render(request, "referrals/choose.html", context, status=200 if is_valid else UNPROCESSABLE)


@require_POST
def count_gap(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.SEND_REFERRAL)
    service = request.POST.get("service", "")
    if service not in dict(SERVICES):
        raise NotVisible
    actions.count_gap(case, by=request.actor, service=service)
    messages.success(request, _("The coordinator sees now that this is missing. The case is not named."))
    return redirect(f"{reverse('referrals:choose', args=[case.code])}?{urlencode({'service': service})}")


@require_http_methods(["GET", "POST"])
@keeps_draft(_("Prepare a referral"))
def prepare(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.SEND_REFERRAL)
    previous = selectors.carried_on(request.actor, case, request.GET.get("previous", ""))
    if previous is not None and request.method == "GET":
        record_reading(request, previous)
    form = ReferralForm(
        typed(request),
        case=case,
        actor=request.actor,
        receivers=selectors.receivers_for(request.actor),
        listings=selectors.chosen_listings(request.actor, request.GET.getlist("to")),
        initial=first_filled_in(request.GET, case, previous),
    )
    context = {
        "heading": _("Prepare a referral"),
        "cancel_url": f"{reverse('referrals:choose', args=[case.code])}",
        "previous": previous,
    }
    return answer_form(request, form, case, context, previous=previous)


def first_filled_in(asked: Mapping[str, str], case: Any, previous: Any) -> dict[str, Any]:
    """From what goes before. What is shared is asked anew: the person has to agree to it for every organisation."""
    given = {"service": asked.get("service", ""), "to": asked.getlist("to")}  # type: ignore[attr-defined]
    if case.needs_interpreter and case.spoken_language:
        given |= {"language_help": "interpreter", "spoken": case.spoken_language}
    if previous is not None:
        same = ("service", "urgency", "language_help", "spoken")
        given |= {name: getattr(previous, name) for name in same}
        given |= {"receiver": previous.suggested_id, "summary": selectors.summary_of(previous)}
    return given


@require_http_methods(["GET", "POST"])
@keeps_draft(_("Ask for an interpreter"))
def interpreter(request: SignedInRequest, code: str) -> HttpResponse:
    """A referral like others, with a short form; whoever comes learns when, where and in which language."""
    case, _standing = case_for(request.actor, code, Permission.SEND_REFERRAL)
    previous = selectors.carried_on(request.actor, case, request.GET.get("previous", ""))
    need = selectors.need_of(case, {"service": Service.INTERPRETATION.value})
    form = InterpreterForm(
        typed(request),
        case=case,
        actor=request.actor,
        receivers=selectors.receivers_for(request.actor),
        listings=[match.listing for match in selectors.matches_for(request.actor, need)],
        initial={"spoken": case.spoken_language, "receiver": previous.suggested_id if previous else None},
    )
    context = {
        "heading": _("Ask for an interpreter"),
        "cancel_url": reverse("desk:case_page", args=[case.code]),
        "previous": previous,
    }
    return answer_form(request, form, case, context, previous=previous)


def answer_form(
    request: SignedInRequest, form: RecipientsForm, case: Any, context: dict[str, Any], *, previous: Any
) -> HttpResponse:
    """Shows the form; on POST also what the others will see, or sends it, or keeps it as a draft."""
    warn_of_names(form, case)
    wanted, status, previews = request.POST.get("do", ""), 422 if form.is_bound else 200, []
    if form.is_bound and form.is_valid():
        is_as_seen = wanted != "send" or request.POST.get("seen") == form.seen()
        if wanted == "preview" or not is_as_seen:
            previews, status = previews_of(request, form, case), 200
            context["notice"] = "" if is_as_seen else CHANGED_SINCE
        else:
            try:
                return made(request, form, case, previous=previous, send=wanted == "send")
            except NotYet as refusal:
                status = refused_beside_form(form, refusal, "referral.begin", record=case, by=request.actor)
    shown = {**context, "form": form, "case": case, "previews": previews, "seen": form.seen() if previews else ""}
    return render(request, "referrals/prepare.html", shown, status=status)


def made(request: SignedInRequest, form: RecipientsForm, case: Any, *, previous: Any, send: bool) -> HttpResponse:
    """To what the form made: now, or when it was sent before."""
    key = form.form_key()
    before = selectors.referrals_of_form(case, key, request.actor) if key else []
    found = before or actions.prepare_referrals(
        case,
        by=request.actor,
        recipients=form.recipients(),
        key=key,
        previous=previous,
        send=send,
        **form.values(),
    )
    if before:
        messages.info(request, DONE_ALREADY)
    elif send:
        messages.success(request, _("The changes were saved."))
    if len(found) == 1:
        return redirect("referrals:page", found[0].pk)
    return redirect(f"{reverse('desk:case_page', args=[case.code])}#referrals")


def previews_of(request: SignedInRequest, form: RecipientsForm, case: Any) -> list[dict[str, Any]]:
    """For each organisation, what it will see, and what is missing before it can be sent."""
    values = form.values()
    found = []
    for recipient in form.recipients():
        referral = actions.sketch(case, by=request.actor, recipient=recipient, **values)
        is_new_basis = values["basis"] != "consent"
        is_covered = is_new_basis or referral.is_covered()
        preview = selectors.preview_of(referral, values["summary"])
        due_at = selectors.would_be_due(referral)
        found.append({"preview": preview, "name": form.name_of(recipient), "is_covered": is_covered, "due_at": due_at})
    return found


@require_http_methods(["GET", "POST"])
@keeps_draft(_("Change the referral"))
def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A draft, before it is sent. The form opens its summary, so showing it is a reading."""
    referral, _standing = selectors.referral_for(request.actor, pk, Permission.SEND_REFERRAL)
    of_case(referral.case.code)
    if request.method == "GET":
        record_reading(request, referral)
    kind: Callable[..., RecipientsForm] = (
        InterpreterForm if referral.service == Service.INTERPRETATION else ReferralForm
    )
    form = kind(
        typed(request),
        case=referral.case,
        actor=request.actor,
        receivers=selectors.receivers_for(request.actor),
        initial=as_typed(referral),
    )
    warn_of_names(form, referral.case)
    status = UNPROCESSABLE if form.is_bound else 200
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"] or 0
        receiver_id = form.cleaned_data["receiver"]
        listing_id = referral.listing_id if receiver_id == referral.receiver_id else None
        whom = {"receiver_id": receiver_id, "listing_id": listing_id}
        try:
            actions.change_draft(referral, by=request.actor, expected_version=version, **whom, **form.values())
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, Code.REFERRAL_CHANGED, record=referral, by=request.actor)
        else:
            return redirect("referrals:page", referral.pk)
    context = {
        "form": form,
        "case": referral.case,
        "heading": _("Change the referral"),
        "cancel_url": reverse("referrals:page", args=[referral.pk]),
        "is_draft": True,
    }
    return render(request, "referrals/prepare.html", context, status=status)


def as_typed(referral: Any) -> dict[str, Any]:
    columns = ("version", "service", "urgency", "basis", "categories", "language_help", "spoken", "meeting")
    given = {name: getattr(referral, name) for name in (*columns, "needed_minutes", "preferred")}
    given |= {"receiver": referral.receiver_id, "summary": selectors.summary_of(referral)}
    if referral.needed_at is not None:
        local = timezone.localtime(referral.needed_at, timezone.get_default_timezone())
        given |= {"on": local.date(), "at": local.time()}
    return given
