"""The pages on the way in and out."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from nrm.access.roles import Role
from nrm.accounts import actions, selectors
from nrm.accounts.actions.sessions import NEXT, RECORD
from nrm.accounts.actions.sign_in import PasswordAnswer
from nrm.accounts.doors import before_membership, before_second_factor, open_door, safe_next
from nrm.accounts.factors import PasskeyAct
from nrm.accounts.forms import BackupCodeForm, CodeForm, SignInForm, WelcomeForm
from nrm.accounts.fresh import take_question
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.telling import warnings_for

#: Key in the session: the id of the invitation whose link was opened. The token itself is kept nowhere.
INVITATION = "invitation"
REFUSED, TOO_MANY = 422, 429


@open_door
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and request.user.is_authenticated:
        return onward(cast(SignedInRequest, request))
    form = SignInForm(request.POST if request.method == "POST" else None)
    wanted = safe_next(request, request.POST.get("next") or request.GET.get("next") or "")
    status = 200
    if request.method == "POST":
        status = REFUSED
        if form.is_valid():
            answer = actions.accept_password(request, **form.cleaned_data)
            if answer is PasswordAnswer.ACCEPTED:
                request.session[NEXT] = wanted
                return second_step(cast(SignedInRequest, request))
            status = TOO_MANY if answer is PasswordAnswer.LOCKED else REFUSED
            form.add_error(None, sentence_for(answer))
    return render(request, "accounts/sign_in.html", {"form": form, "next": wanted}, status=status)


def sentence_for(answer: PasswordAnswer) -> str:
    if answer is PasswordAnswer.LOCKED:
        return _("Too many attempts. Wait 15 minutes, then try again.")
    return _("The e-mail address or the password is not right.")


def onward(request: SignedInRequest) -> HttpResponse:
    """The next shut door of somebody whose password was accepted, or the page they wanted."""
    return landing(request) if request.session_record else second_step(request)


def second_step(request: SignedInRequest) -> HttpResponse:
    return redirect("accounts:sign_in_code" if selectors.has_second_factor(request.user.pk) else "accounts:enrol")


def landing(request: SignedInRequest) -> HttpResponse:
    """Where work begins: the page that was wanted, or the first page of the role."""
    session = selectors.session_record(request.session.get("record"), user_id=request.user.pk)
    if session is None or session.membership is None:
        return redirect("accounts:memberships")
    if wanted := request.session.pop(NEXT, ""):
        return HttpResponseRedirect(wanted)
    if session.membership.role == Role.ADMINISTRATOR:
        return redirect("accounts:people")
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


def tell_last_sign_in(request: SignedInRequest) -> None:
    """Once, on the page after signing in, so that somebody else's sign-in is noticed."""
    session = selectors.session_record(request.session.get(RECORD), user_id=request.user.pk)
    before = selectors.sign_in_before(session) if session else None
    if before is not None:
        sentence = _("Your last sign-in before this one: %(when)s. If that was not you, tell an administrator at once.")
        messages.info(request, sentence % {"when": date_format(localtime(before.started_at), "DATETIME_FORMAT")})
    for warning in warnings_for(request.user.pk):
        messages.warning(request, warning)


@before_second_factor
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_code(request: SignedInRequest) -> HttpResponse:
    if request.session_record is not None or not selectors.has_second_factor(request.user.pk):
        return onward(request)
    answer = request.POST.get("passkey", "")
    form = CodeForm(request.POST if request.method == "POST" and not answer else None)
    if is_second_factor_right(request, form, answer):
        tell_last_sign_in(request)
        return landing(request)
    context = {
        "form": form,
        "has_passkey": selectors.has_passkey(request.user.pk),
        "is_passkey_refused": bool(answer),
        "is_for_administrators": settings.NRM_DEMO and selectors.administers(request.user.pk),
    }
    status = REFUSED if request.method == "POST" else 200
    return render(request, "accounts/sign_in_code.html", context, status=status)


def is_second_factor_right(request: SignedInRequest, form: CodeForm, answer: str) -> bool:
    if answer:
        question = take_question(request, PasskeyAct.SIGN_IN)
        return actions.accept_passkey(request, challenge_id=question, answer=answer)
    if not form.is_valid():
        return False
    if actions.accept_second_factor(request, code=form.cleaned_data["code"]):
        return True
    form.add_error("code", _("This code is not right. Wait for the next one and try again."))
    return False


@before_second_factor
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_backup_code(request: SignedInRequest) -> HttpResponse:
    if request.session_record is not None or not selectors.has_second_factor(request.user.pk):
        return onward(request)
    form = BackupCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if actions.accept_second_factor(request, backup_code=form.cleaned_data["backup_code"]):
            tell_last_sign_in(request)
            left = selectors.backup_codes_left(request.user.pk)
            messages.info(
                request, _("Backup codes left: %(count)d. You can make new ones on this page.") % {"count": left}
            )
            return redirect("accounts:account") if left <= 2 else landing(request)
        form.add_error("backup_code", _("This code is not right or was used before."))
    status = REFUSED if form.is_bound else 200
    return render(request, "accounts/sign_in_backup_code.html", {"form": form}, status=status)


@open_door
@require_http_methods(["POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    actions.sign_out(request, by=request.actor)  # type: ignore[attr-defined]
    response = redirect("accounts:sign_in")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@open_door
@never_cache
@require_http_methods(["GET"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address at once: no later request, referrer or log line carries it.

    Uses nothing up, so that a mail scanner cannot spend the link.
    """
    request.session[INVITATION] = str(selectors.open_invitation(token).pk)
    return redirect("accounts:choose_password")


@open_door
@never_cache
@sensitive_post_parameters("new_password", "new_password_again")
@require_http_methods(["GET", "POST"])
def choose_password(request: HttpRequest) -> HttpResponse:
    link = selectors.open_invitation_with(selectors.as_id(request.session.get(INVITATION, "")))
    form = WelcomeForm(
        request.POST if request.method == "POST" else None,
        person=link.user,
        known_words=tuple(selectors.organisation_names(link.user.pk)),
        initial={"language": link.user.language},
    )
    if form.is_valid():
        actions.accept_invitation(
            link.pk, password=form.cleaned_data["new_password"], language=form.cleaned_data["language"]
        )
        del request.session[INVITATION]
        messages.success(request, _("Your password is set. Sign in with it now."))
        return redirect("accounts:sign_in")
    status = REFUSED if form.is_bound else 200
    return render(request, "accounts/invitation.html", {"form": form, "invitation": link}, status=status)


@before_membership
@require_http_methods(["GET"])
def memberships(request: SignedInRequest) -> HttpResponse:
    context = {"memberships": selectors.memberships_of(request.user.pk)}
    return render(request, "accounts/memberships.html", context)


@before_membership
@require_http_methods(["POST"])
def switch_membership(request: SignedInRequest) -> HttpResponse:
    actions.switch_membership(request.session_record, membership_id=selectors.as_id(request.POST.get("membership", "")))
    return landing(request)


def address_of_link(request: HttpRequest, token: str) -> str:
    return request.build_absolute_uri(reverse("accounts:invitation", args=[token]))
