"""One's own account: second factor, password, sessions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nrm.accounts import actions, conduct, selectors
from nrm.accounts.actions.sessions import ENROLMENT, PLEDGE, prove_session
from nrm.accounts.actions.sign_in import complete_sign_in
from nrm.accounts.doors import before_membership, before_pledge, before_second_factor
from nrm.accounts.forms import ChangePasswordForm, CodeForm, PledgeForm
from nrm.accounts.fresh import fresh_second_factor
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.views.sign_in import REFUSED, landing, onward, tell_last_sign_in
from nrm.audit.selectors import EventFilter, as_sequence, events_page


@before_membership
@require_http_methods(["GET"])
def account(request: SignedInRequest) -> HttpResponse:
    context = {
        "device": selectors.confirmed_device(request.user.pk),
        "passkey_count": len(selectors.passkeys_of(request.user.pk)),
        "backup_codes_left": selectors.backup_codes_left(request.user.pk),
        "previous": selectors.sign_in_before(request.session_record),
        "session_count": selectors.live_sessions(request.user.pk).count(),
        "pledge": selectors.pledge_of(request.user.pk),
    }
    return render(request, "accounts/account.html", context)


@before_second_factor
@before_membership
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@fresh_second_factor
def enrol(request: SignedInRequest) -> HttpResponse:
    """Set up an authenticator app: first of all, or in place of another."""
    is_first = not selectors.has_second_factor(request.user.pk)
    if not is_first and request.session_record is None:
        return redirect("accounts:sign_in_code")
    if request.method == "POST" and request.POST.get("step") == "start":
        request.session[ENROLMENT] = actions.start_enrolment(request.user.pk)
        return redirect("accounts:enrol")
    enrolment = selectors.waiting_enrolment(request.user, request.session.get(ENROLMENT))
    if enrolment is None:
        return render(request, "accounts/enrol_start.html", {"is_first": is_first})
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if codes := confirm_enrolment(request, form.cleaned_data["code"]):
            return render(request, "accounts/backup_codes.html", {"codes": codes})
        form.add_error("code", _("This code is not right. Wait for the next one and try again."))
    context = {"form": form, "enrolment": enrolment, "picture": picture_of(enrolment.address)}
    return render(request, "accounts/enrol.html", context, status=REFUSED if form.is_bound else 200)


def confirm_enrolment(request: SignedInRequest, code: str) -> list[str]:
    """The backup codes when the code was right. A first factor signs in; a new one ends all other sessions."""
    spare = request.session_record.pk if request.session_record else None
    device_id = request.session.get(ENROLMENT, 0)
    confirmed = actions.confirm_enrolment(request.user.pk, device_id=device_id, code=code, spare=spare)
    if confirmed is None:
        return []
    del request.session[ENROLMENT]
    device, codes = confirmed
    if request.session_record is None:
        complete_sign_in(request, device, factor="app")
        tell_last_sign_in(request)
    else:
        prove_session(request, device)
    return codes


def picture_of(address: str) -> SafeString:
    """The QR code as inline SVG: attributes only, no style, so that the strict policy holds."""
    svg = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr-code")
    return mark_safe(svg)  # noqa: S308  # drawn by segno, holds no text of anybody


@before_membership
@never_cache
@require_http_methods(["GET", "POST"])
@fresh_second_factor
def backup_codes(request: SignedInRequest) -> HttpResponse:
    """New codes, shown in this answer only."""
    if request.method == "POST":
        return render(request, "accounts/backup_codes.html", {"codes": actions.make_backup_codes(request.user.pk)})
    return render(request, "accounts/backup_codes_start.html")


@before_membership
@never_cache
@sensitive_post_parameters("password", "new_password", "new_password_again")
@require_http_methods(["GET", "POST"])
@fresh_second_factor
def password(request: SignedInRequest) -> HttpResponse:
    form = ChangePasswordForm(
        request.POST if request.method == "POST" else None,
        person=selectors.person(request.user.pk),
        known_words=tuple(selectors.organisation_names(request.user.pk)),
    )
    if form.is_valid() and is_own_password(request, form):
        user = actions.change_password(
            request.user.pk,
            password=form.cleaned_data["new_password"],
            spare=request.session_record.pk,
            by=request.actor,
        )
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed. All other sessions were ended."))
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form}, status=REFUSED if form.is_bound else 200)


def is_own_password(request: SignedInRequest, form: ChangePasswordForm) -> bool:
    if actions.prove_password(request.user.pk, form.cleaned_data["password"]):
        return True
    form.add_error("password", _("This password is not right. Try again in a moment."))
    return False


@before_membership
@require_http_methods(["GET"])
def sessions(request: SignedInRequest) -> HttpResponse:
    return render(request, "accounts/sessions.html", {"sessions": selectors.live_sessions(request.user.pk)})


@before_membership
@require_http_methods(["POST"])
def end_session(request: SignedInRequest, session_id: UUID) -> HttpResponse:
    actions.end_session(session_id, user_id=request.user.pk, by=request.actor)
    messages.success(request, _("The session was ended."))
    return redirect("accounts:sessions")


@before_membership
@require_http_methods(["POST"])
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    actions.end_sessions_of(request.user.pk, by=request.actor, spare=request.session_record.pk)
    messages.success(request, _("All other sessions were ended."))
    return redirect("accounts:sessions")


@before_membership
@require_http_methods(["GET"])
def onward_from_codes(request: SignedInRequest) -> HttpResponse:
    """Where the page of backup codes leads on to."""
    return onward(request)


@before_pledge
@require_http_methods(["GET", "POST"])
def pledge(request: SignedInRequest) -> HttpResponse:
    """The code of conduct: accepted before the first case, and read again at any time."""
    accepted = selectors.pledge_of(request.user.pk)
    form = PledgeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        actions.accept_pledge(version=form.cleaned_data["version"], by=request.actor)
        request.session[PLEDGE] = conduct.CURRENT.version
        return landing(request)
    context: dict[str, Any] = {
        "form": form,
        "pledge": conduct.CURRENT,
        "accepted": accepted,
        **({} if accepted else {"navigation": []}),
        "is_new_version": accepted is None and selectors.has_promised_before(request.user.pk),
    }
    return render(request, "accounts/pledge.html", context, status=REFUSED if form.is_bound else 200)


@require_http_methods(["GET"])
def activity(request: SignedInRequest) -> HttpResponse:
    """What the service recorded of this person, newest first: the same as the auditor sees, without anybody else."""
    before = as_sequence(request.GET.get("before", ""))
    page = events_page(EventFilter(user_id=request.user.pk), reader=request.user.pk, before=before)
    pager = {
        "previous_url": reverse("accounts:activity") if before else "",
        "next_url": f"?before={page.older_than}" if page.older_than else "",
    }
    context = {"lines": page.lines, "withholds": page.withholds, "pager": pager}
    return render(request, "accounts/activity.html", context)
