"""Passkeys: set up, named, removed, and asked for."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nrm.access.refusals import NotYet
from nrm.accounts import actions, selectors
from nrm.accounts.actions.sessions import is_by_passkey, prove_session, stay_without
from nrm.accounts.doors import before_membership, before_second_factor, safe_next
from nrm.accounts.factors import PasskeyAct
from nrm.accounts.forms import PasskeyForm, ProofForm
from nrm.accounts.fresh import (
    NOT_FRESH,
    PROOF,
    ask_again,
    fresh_second_factor,
    keep_question,
    note_refused,
    take_question,
)
from nrm.accounts.networks import browser_of
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.views.sign_in import REFUSED, landing


@before_membership
@require_GET
def passkeys(request: SignedInRequest) -> HttpResponse:
    return passkeys_with(request)


def passkeys_with(request: SignedInRequest, *, refusal: NotYet | None = None) -> HttpResponse:
    context = {
        "passkeys": selectors.passkeys_of(request.user.pk),
        "refusal": refusal.sentence if refusal else "",
        "is_for_administrators": selectors.administers(request.user.pk),
    }
    return render(request, "accounts/passkeys.html", context, status=refusal.status if refusal else 200)


@before_membership
@never_cache
@require_http_methods(["GET", "POST"])
@fresh_second_factor
def add_passkey(request: SignedInRequest) -> HttpResponse:
    """A name and what the new passkey answered. It proves this session too: somebody was there and unlocked it."""
    form = PasskeyForm(request.POST if request.method == "POST" else None, initial={"name": browser_of(request)})
    is_first_of_an_administrator = selectors.must_set_up_passkey(request.user.pk)
    if form.is_valid():
        passkey = actions.add_passkey(
            request.user.pk,
            challenge_id=take_question(request, PasskeyAct.ENROLMENT),
            answer=request.POST.get("passkey", ""),
            name=form.cleaned_data["name"],
            spare=request.session_record.pk,
        )
        if passkey is not None:
            prove_session(request, passkey)
            messages.success(request, _("The passkey is set up. All other sessions were ended."))
            return landing(request) if is_first_of_an_administrator else redirect("accounts:passkeys")
        form.add_error(None, _("The passkey was not set up. Try again."))
    context = {"form": form, "is_needed": is_first_of_an_administrator}
    return render(request, "accounts/add_passkey.html", context, status=REFUSED if form.is_bound else 200)


@before_membership
@require_http_methods(["GET", "POST"])
def rename_passkey(request: SignedInRequest, passkey_id: int) -> HttpResponse:
    passkey = selectors.own_passkey(passkey_id, user_id=request.user.pk)
    form = PasskeyForm(request.POST if request.method == "POST" else None, initial={"name": passkey.name})
    if form.is_valid():
        actions.rename_passkey(passkey_id, user_id=request.user.pk, name=form.cleaned_data["name"])
        messages.success(request, _("The changes were saved."))
        return redirect("accounts:passkeys")
    return render(request, "accounts/rename_passkey.html", {"form": form}, status=REFUSED if form.is_bound else 200)


@before_membership
@require_POST
@fresh_second_factor
def remove_passkey(request: SignedInRequest, passkey_id: int) -> HttpResponse:
    """Whoever came in with this very passkey stays, as somebody who came in by code."""
    try:
        actions.remove_passkey(passkey_id, user_id=request.user.pk, spare=request.session_record.pk)
    except NotYet as refusal:
        note_refused(request, refusal.code, refusal.status)
        return passkeys_with(request, refusal=refusal)
    stay_without(request, passkey_id)
    messages.success(request, _("The passkey was removed. All other sessions were ended."))
    return redirect("accounts:passkeys")


@before_second_factor
@before_membership
@require_POST
def ask_passkey(request: SignedInRequest) -> HttpResponse:
    """What the browser asks the passkey: to sign in, or to show again who is there."""
    act = PasskeyAct.PROOF if request.session_record else PasskeyAct.SIGN_IN
    return keep_question(request, act, actions.ask_passkey(request.user.pk, act))


@before_membership
@require_POST
@fresh_second_factor
def ask_new_passkey(request: SignedInRequest) -> HttpResponse:
    return keep_question(request, PasskeyAct.ENROLMENT, actions.ask_new_passkey(request.user.pk))


@before_membership
@require_POST
@fresh_second_factor
def confirm(request: SignedInRequest) -> HttpResponse:
    """Where the page that asks again sends to when somebody only opened a page: on to that page."""
    return HttpResponseRedirect(safe_next(request, request.POST.get("next", "")) or reverse("accounts:account"))


@before_membership
@require_GET
def passkey_first(request: SignedInRequest) -> HttpResponse:
    """Where administrators are led who came in by code: to their passkey, or to setting one up."""
    if is_by_passkey(request) or not selectors.administers(request.user.pk):
        return landing(request)
    if not selectors.has_passkey(request.user.pk):
        return redirect("accounts:add_passkey")
    here = reverse("accounts:passkey_first")
    return ask_again(request, ProofForm(prefix=PROOF), status=NOT_FRESH, come_back=here)
