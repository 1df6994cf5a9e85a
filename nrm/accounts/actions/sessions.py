"""Beginning, switching and ending signed-in browsers."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import auth
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp import login as mark_verified

from nrm.access.actor import Actor
from nrm.access.refusals import NotVisible
from nrm.accounts.models import Membership, Passkey, SessionRecord, TotpDevice
from nrm.accounts.networks import browser_of, network_of
from nrm.accounts.selectors import confirmed_device, memberships_of
from nrm.audit.actions import append, record
from nrm.audit.codes import Code

#: Keys in the session: the id of its record, the device it is setting up, the questions its passkeys were asked, when
#: the second factor was last given, the version of the code of conduct that was accepted, the page the person wanted
#: before a door stood shut, and until the second factor is given, when the password was.
RECORD = "record"
ENROLMENT = "enrolment"
QUESTIONS = "questions"
PROVEN_AT = "proven_at"
PLEDGE = "pledge"
NEXT = "next"
PASSWORD_AT = "password_at"  # noqa: S105  # the name of a time


def subject_of(user_id: UUID) -> str:
    return f"accounts.user:{user_id}"


def actor_of(membership: Membership) -> Actor:
    return Actor(
        user_id=membership.user_id,
        membership_id=membership.pk,
        organisation_id=membership.organisation_id,
        role=membership.as_role,
        is_supervisor=membership.supervises,
    )


def prove_session(request: HttpRequest, device: TotpDevice | Passkey) -> None:
    """The second factor was given just now: a new key. A session once proven by a passkey stays so after a code."""
    if isinstance(device, Passkey) or not is_by_passkey(request):
        mark_verified(request, device)
    request.session.cycle_key()
    request.session[PROVEN_AT] = timezone.now().isoformat()


def is_by_passkey(request: HttpRequest) -> bool:
    """Whether the session was proven by a passkey. Knows nobody yet: no."""
    return isinstance(getattr(request.user, "otp_device", None), Passkey)


def stay_without(request: HttpRequest, passkey_id: int) -> None:
    """The passkey was removed. A session it had proven is from now on one that came in by code."""
    device = request.user.otp_device  # type: ignore[union-attr]  # set by django-otp
    app = confirmed_device(device.user_id) if isinstance(device, Passkey) and device.pk == passkey_id else None
    if app is not None:
        mark_verified(request, app)


def ran_out(since: str | None, limit: timedelta) -> bool:
    return since is None or timezone.now() - datetime.fromisoformat(since) >= limit


def begin_session(request: HttpRequest, device: TotpDevice | Passkey) -> SessionRecord:
    """The second factor was verified: a new key, a record, and the membership when there is only one."""
    prove_session(request, device)
    request.session.pop(PASSWORD_AT, None)
    choice = memberships_of(device.user_id)
    now = timezone.now()
    session = SessionRecord.objects.create(
        user_id=device.user_id,
        membership=choice[0] if len(choice) == 1 else None,
        started_at=now,
        last_seen_at=now,
        browser=browser_of(request),
        network=network_of(request),
    )
    request.session[RECORD] = str(session.pk)
    return session


def switch_membership(session: SessionRecord, *, membership_id: UUID) -> Actor:
    """Act in another of one's own active memberships; anything else does not exist for this person."""
    chosen = next((own for own in memberships_of(session.user_id) if own.pk == membership_id), None)
    if chosen is None:
        raise NotVisible
    with transaction.atomic():
        session.membership = chosen
        session.save(update_fields=["membership"])
        actor = actor_of(chosen)
        append(Code.MEMBERSHIP_SWITCHED, by=actor, subject=subject_of(session.user_id))
    return actor


def end_session(session_id: UUID, *, user_id: UUID, by: Actor | None) -> None:
    """End one of a person's sessions: its browser is out at the next request."""
    with transaction.atomic():
        open_one = SessionRecord.objects.select_for_update().filter(pk=session_id, user=user_id, ended_at=None).first()
        if open_one is None:
            raise NotVisible
        open_one.ended_at = timezone.now()
        open_one.save(update_fields=["ended_at"])
        append(Code.SESSION_ENDED, by=by, subject=subject_of(user_id), data={"session": session_id})


def end_sessions_of(user_id: UUID, *, by: Actor | None, spare: UUID | None = None) -> int:
    """End all of a person's sessions but one to spare; how many were ended."""
    with transaction.atomic():
        ended = close_sessions(user_id, spare=spare)
        append(Code.SESSION_ENDED, by=by, subject=subject_of(user_id), data={"count": ended})
    return ended


def close_sessions(user_id: UUID, *, spare: UUID | None = None) -> int:
    """The same as part of a greater act, which is what the audit then tells of."""
    open_ones = SessionRecord.objects.filter(user=user_id, ended_at=None)
    if spare is not None:
        open_ones = open_ones.exclude(pk=spare)
    return open_ones.update(ended_at=timezone.now())


def leave(request: HttpRequest) -> None:
    """End this browser's session and close its record, without an event."""
    if session_id := request.session.get(RECORD):
        SessionRecord.objects.filter(pk=session_id, ended_at=None).update(ended_at=timezone.now())
    auth.logout(request)


def sign_out(request: HttpRequest, *, by: Actor | None) -> None:
    user_id = request.user.pk
    leave(request)
    if user_id is not None:
        record(Code.SIGN_OUT, by=by, subject=subject_of(user_id))
