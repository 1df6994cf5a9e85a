"""Acts before which the second factor is asked for again, unless it was given a few minutes ago."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nrm.accounts import actions, selectors
from nrm.accounts.actions.passkeys import Question
from nrm.accounts.actions.sessions import PROVEN_AT, QUESTIONS, is_by_passkey, prove_session, ran_out, subject_of
from nrm.accounts.factors import Passkey, PasskeyAct
from nrm.accounts.forms import ProofForm
from nrm.accounts.requests import SignedInRequest
from nrm.audit.actions import record
from nrm.audit.codes import Code, Outcome

P = ParamSpec("P")

#: How long a given second factor is fresh.
FRESH_FOR = timedelta(minutes=5)
#: What the fields of the page that asks begin with, so that they meet no field of the page it stands before.
PROOF = "proof"
PASSKEY = f"{PROOF}-passkey"
NOT_FRESH, WRONG = 403, 422


def fresh_second_factor(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponse],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponse]:
    """Asks again before `view`, on one page, and goes on to it afterwards with everything that was typed; a file
    would have to be chosen again.

    Stands below `administration`, so that only those are asked who may. Somebody on the way in, without a session yet,
    is not asked here: the doors before it have their own rules.
    """

    @wraps(view)
    def asked_again(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.session_record is None or is_fresh(request):
            return view(request, *args, **kwargs)
        answered = any(name.startswith(f"{PROOF}-") for name in request.POST)
        form = ProofForm(request.POST if answered and not request.POST.get(PASSKEY) else None, prefix=PROOF)
        if answered and is_given_again(request, form):
            return view(request, *args, **kwargs)
        if not answered:
            note_refused(request, "not_fresh", NOT_FRESH)
        return ask_again(request, form, status=WRONG if answered else NOT_FRESH)

    asked_again.fresh_second_factor = True  # type: ignore[attr-defined]
    return cast(Callable[Concatenate[SignedInRequest, P], HttpResponse], asked_again)


def is_fresh(request: SignedInRequest) -> bool:
    if ran_out(request.session.get(PROVEN_AT), FRESH_FOR):
        return False
    return is_by_passkey(request) or not selectors.proves_by_passkey_only(request.user.pk)


def is_given_again(request: SignedInRequest, form: ProofForm) -> bool:
    """By passkey, else by password and code where those are enough."""
    if request.POST.get(PASSKEY):
        passkey = passkey_that_answered(request, PASSKEY, PasskeyAct.PROOF)
        if passkey is None:
            return False
        prove_session(request, passkey)
    elif selectors.proves_by_passkey_only(request.user.pk) or not is_proven(request, form):
        return False
    record(Code.SECOND_FACTOR_GIVEN_AGAIN, by=request.actor, subject=subject_of(request.user.pk))
    return True


def is_proven(request: SignedInRequest, form: ProofForm) -> bool:
    """Password and code once more; a wrong one is told without saying which."""
    if not form.is_valid():
        return False
    if actions.prove(request.user.pk, password=form.cleaned_data["password"], code=form.cleaned_data["code"]):
        device = selectors.confirmed_device(request.user.pk)
        if device is not None:
            prove_session(request, device)
            return True
    form.add_error(None, _("The password or the code is not right. Wait for the next code and try again."))
    return False


def ask_again(request: SignedInRequest, form: ProofForm, *, status: int, come_back: str = "") -> HttpResponse:
    """The page that asks. What was typed before waits in it, passwords apart, and goes where it was meant to."""
    is_typed = request.method == "POST" and not come_back
    context = {
        "form": form,
        "action": request.get_full_path() if is_typed else reverse("accounts:confirm"),
        "carried": typed_before(request) if is_typed else [("next", come_back or request.get_full_path())],
        "has_passkey": selectors.has_passkey(request.user.pk),
        "is_passkey_needed": selectors.proves_by_passkey_only(request.user.pk),
        "is_passkey_refused": bool(request.POST.get(PASSKEY)),
    }
    return render(request, "accounts/confirm.html", context, status=status)


def typed_before(request: SignedInRequest) -> list[tuple[str, str]]:
    left_out = ("csrfmiddlewaretoken",)
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name not in left_out and not name.startswith(f"{PROOF}-") and "password" not in name
        for value in values
    ]


def note_refused(request: SignedInRequest, why: str, status: int) -> None:
    match = request.resolver_match
    told = {"route": match.view_name if match else "", "method": str(request.method), "status": status, "refusal": why}
    record(Code.REQUEST_REFUSED, by=request.actor, outcome=Outcome.REFUSED, data=told)


# Questions to a passkey: the session keeps which one it was asked last for each act


def keep_question(request: SignedInRequest, act: PasskeyAct, question: Question) -> HttpResponse:
    """The answer to a script that asks what to ask the passkey."""
    request.session[QUESTIONS] = {**request.session.get(QUESTIONS, {}), act.value: str(question.challenge_id)}
    return HttpResponse(question.options, content_type="application/json")


def take_question(request: SignedInRequest, act: PasskeyAct) -> UUID:
    """Once; without one, the id of nothing."""
    asked = dict(request.session.get(QUESTIONS, {}))
    taken = UUID(asked.pop(act.value, "0" * 32))
    request.session[QUESTIONS] = asked
    return taken


def passkey_that_answered(request: SignedInRequest, field: str, act: PasskeyAct) -> Passkey | None:
    answer = request.POST.get(field, "")
    return actions.use_passkey(request.user.pk, challenge_id=take_question(request, act), answer=answer, act=act)
