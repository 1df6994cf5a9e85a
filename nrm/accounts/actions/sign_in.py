"""The way in: password first, then the second factor. Every outcome is audited."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from django.contrib import auth
from django.http import HttpRequest
from django.utils import timezone

from nrm.access.actor import Actor
from nrm.accounts.actions.passkeys import use_passkey
from nrm.accounts.actions.second_factor import start_enrolment, use_backup_code, use_code
from nrm.accounts.actions.sessions import ENROLMENT, PASSWORD_AT, actor_of, begin_session, subject_of
from nrm.accounts.factors import PasskeyAct
from nrm.accounts.models import Passkey, SessionRecord, TotpDevice, User
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.selectors import has_second_factor
from nrm.accounts.throttling import digest_of_email, normal_email
from nrm.audit.actions import record
from nrm.audit.codes import Code, Outcome


class PasswordAnswer(Enum):
    ACCEPTED = "accepted"
    WRONG = "wrong"
    LOCKED = "locked"


def accept_password(request: HttpRequest, *, email: str, password: str) -> PasswordAnswer:
    """Check a password. An unknown address costs the same time and leaves the same traces as a wrong password."""
    user = auth.authenticate(request, username=normal_email(email), password=password)
    if user is None:
        return refused(request, email)
    auth.login(request, user)
    request.session[PASSWORD_AT] = timezone.now().isoformat()
    if not has_second_factor(user.pk):
        request.session[ENROLMENT] = start_enrolment(user.pk)
    record(Code.SIGN_IN_PASSWORD_ACCEPTED, by=None, subject=subject_of(user.pk))
    return PasswordAnswer.ACCEPTED


def refused(request: HttpRequest, email: str) -> PasswordAnswer:
    is_locked = bool(getattr(request, "axes_locked_out", False))
    known = User.objects.filter(email=normal_email(email)).values_list("pk", flat=True).first()
    record(
        Code.SIGN_IN_LOCKED if is_locked else Code.SIGN_IN_FAILED,
        by=None,
        subject=subject_of(known) if known else "",
        outcome=Outcome.REFUSED if is_locked else Outcome.FAILED,
        data={"address": digest_of_email(email)},
    )
    return PasswordAnswer.LOCKED if is_locked else PasswordAnswer.WRONG


def accept_second_factor(request: SignedInRequest, *, code: str = "", backup_code: str = "") -> bool:
    """The code of the app, or one backup code. Signs in, or counts a failure on the device."""
    user_id = request.user.pk
    device = use_backup_code(user_id, backup_code) if backup_code else use_code(user_id, code)
    if device is None:
        return False
    complete_sign_in(request, device, factor="backup_code" if backup_code else "app")
    return True


def accept_passkey(request: SignedInRequest, *, challenge_id: UUID, answer: str) -> bool:
    device = use_passkey(request.user.pk, challenge_id=challenge_id, answer=answer, act=PasskeyAct.SIGN_IN)
    if device is None:
        return False
    complete_sign_in(request, device, factor="passkey")
    return True


def complete_sign_in(request: HttpRequest, device: TotpDevice | Passkey, *, factor: str) -> SessionRecord:
    session = begin_session(request, device)
    actor: Actor | None = actor_of(session.membership) if session.membership else None
    record(
        Code.SIGN_IN_SUCCEEDED,
        by=actor,
        subject=subject_of(device.user_id),
        data={"factor": factor, "session": session.pk},
    )
    return session
