"""Default deny: every view asks for a verified second factor and an active membership unless it is marked open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from nrm.access.roles import Role
from nrm.access.rows import seen_by
from nrm.accounts import conduct
from nrm.accounts.actions.sessions import NEXT, PASSWORD_AT, PLEDGE, RECORD, actor_of, is_by_passkey, leave, ran_out
from nrm.accounts.doors import is_marked
from nrm.accounts.fresh import note_refused
from nrm.accounts.models import Membership, SessionRecord
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.selectors import has_second_factor, pledge_of, session_record

#: How long a given password waits for its second factor.
PASSWORD_WAITS = timedelta(minutes=10)
#: Being seen is written down at most this often, to spare the database a write per request.
SEEN_EVERY = timedelta(seconds=30)
SAFE = ("GET", "HEAD", "OPTIONS")


class ActorMiddleware:
    """Sets `request.actor`, for whom alone the database then shows rows, or sends the person to the door that is still
    shut."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        admit(cast(SignedInRequest, request))
        with seen_by(request.actor):  # type: ignore[attr-defined]
            response = self.get_response(request)
        if request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if is_marked(view, "open_door"):
            return None
        if request.actor is not None:  # type: ignore[attr-defined]
            signed_in = cast(SignedInRequest, request)
            return passkey_first(signed_in, view) or pledge_first(signed_in, view)
        return closed_door(cast(SignedInRequest, request), view)


def admit(request: SignedInRequest) -> None:
    """Attach the session's record, and the actor when the chosen membership is still active. Ends what ran out."""
    request.session_record = None  # type: ignore[assignment]
    if not request.user.is_authenticated:
        return
    if not request.user.is_verified():  # type: ignore[attr-defined]
        if ran_out(request.session.get(PASSWORD_AT), PASSWORD_WAITS):
            leave(request)
        return
    record = session_record(request.session.get(RECORD), user_id=request.user.pk)
    if record is None or is_over(record, timezone.now()):
        note_ran_out(request, record)
        leave(request)
        return
    request.session_record = record
    note_seen(record)
    if record.membership is not None and is_current(record.membership):
        request.membership = record.membership
        request.actor = actor_of(record.membership)


def is_over(record: SessionRecord, now: datetime) -> bool:
    return (
        record.ended_at is not None
        or now - record.last_seen_at >= timedelta(minutes=settings.NRM_SESSION_IDLE_MINUTES)
        or now - record.started_at >= timedelta(hours=settings.NRM_SESSION_HOURS)
    )


def note_ran_out(request: SignedInRequest, record: SessionRecord | None) -> None:
    """What is posted from a session that nobody ended, only its time, may still be kept (`nrm.drafts`)."""
    if record is not None and record.ended_at is None:
        request.ran_out = record


def is_current(membership: Membership) -> bool:
    return membership.ended_at is None and membership.organisation.is_active


def note_seen(record: SessionRecord) -> None:
    now = timezone.now()
    if now - record.last_seen_at >= SEEN_EVERY:
        SessionRecord.objects.filter(pk=record.pk).update(last_seen_at=now)
        record.last_seen_at = now


def closed_door(request: SignedInRequest, view: Callable[..., HttpResponse]) -> HttpResponse | None:
    """Where to go instead, or nothing when this very view is the next door."""
    if not request.user.is_authenticated:
        return sent_to("accounts:sign_in", request, come_back=True)
    if request.session_record is None:
        if is_marked(view, "before_second_factor"):
            return None
        return sent_to("accounts:sign_in_code" if has_second_factor(request.user.pk) else "accounts:enrol", request)
    if is_marked(view, "before_membership"):
        return None
    return sent_to("accounts:memberships", request)


def passkey_first(request: SignedInRequest, view: Callable[..., HttpResponse]) -> HttpResponse | None:
    """An administrator who came in by code is sent to their passkey first, and comes back afterwards. What they send
    is refused by `RefusalMiddleware`."""
    if request.method not in SAFE or not is_passkey_due(request, view):
        return None
    remember(request)
    note_refused(request, "passkey_needed", 302)
    return sent_to("accounts:passkey_first", request)


def is_passkey_due(request: SignedInRequest, view: Callable[..., HttpResponse]) -> bool:
    """Whether this view is shut to an administrator until they use a passkey. Their own account stays open to them."""
    if not settings.NRM_PASSKEY_FOR_ADMINISTRATORS or is_by_passkey(request):
        return False
    is_own = is_marked(view, "open_door") or is_marked(view, "before_membership")
    return request.actor is not None and request.actor.role is Role.ADMINISTRATOR and not is_own


def remember(request: SignedInRequest) -> None:
    """Where to come back to."""
    if request.method == "GET" and not request.htmx and request.path != "/":
        request.session[NEXT] = request.get_full_path()


def pledge_first(request: SignedInRequest, view: Callable[..., HttpResponse]) -> HttpResponse | None:
    """Whoever opens a page before accepting the code of conduct is sent to it first, and comes back afterwards. What
    they send is refused by `RefusalMiddleware`."""
    if request.method not in SAFE or not is_pledge_due(request, view):
        return None
    remember(request)
    return sent_to("accounts:pledge", request)


def is_pledge_due(request: SignedInRequest, view: Callable[..., HttpResponse]) -> bool:
    """Whether this view is shut to this person until they accept the code of conduct as it stands. At most one query,
    and none once the session knows."""
    if any(is_marked(view, mark) for mark in ("open_door", "before_membership", "before_pledge")):
        return False
    if request.actor is None or request.session.get(PLEDGE) == conduct.CURRENT.version:
        return False
    if pledge_of(request.user.pk) is None:
        return True
    request.session[PLEDGE] = conduct.CURRENT.version
    return False


def sent_to(name: str, request: SignedInRequest, *, come_back: bool = False) -> HttpResponse:
    """A redirect; htmx gets it as a header, so that the whole page moves and not a fragment."""
    address = reverse(name)
    if come_back and request.method == "GET" and not request.htmx and request.path != "/":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
