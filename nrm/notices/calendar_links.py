"""The secret addresses of calendars: shown once, one for each role of a person, ended with the role."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.refusals import NotPermitted
from nrm.access.roles import Role
from nrm.accounts.actions.sessions import subject_of
from nrm.accounts.models import Membership
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.lib.clock import now
from nrm.notices.models import CalendarLink

TOKEN_BYTES = 32
#: Whose work has no due dates.
WITHOUT = frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.CLOCK})
#: How often a calendar may be fetched in an hour. Programs come every few minutes at most.
FETCHES, PER = 60, timedelta(hours=1)


class TooOften(Exception):
    """A calendar is fetched more often than any program needs."""


def make_calendar(*, by: Actor) -> str:
    """A new secret for the address, in place of the last one. Locks the membership."""
    if by.role in WITHOUT:
        raise NotPermitted
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with transaction.atomic():
        Membership.objects.select_for_update(no_key=True).get(pk=by.membership_id)
        at = now()
        CalendarLink.objects.filter(membership=by.membership_id, ended_at=None).update(ended_at=at)
        link = CalendarLink.objects.create(membership_id=by.membership_id, token_digest=digest_of(token), made_at=at)
        _record(Code.CALENDAR_MADE, link, by)
    return token


def end_calendar(*, by: Actor) -> bool:
    """False when there is none. Locks the link."""
    with transaction.atomic():
        link = CalendarLink.objects.select_for_update().filter(membership=by.membership_id, ended_at=None).first()
        if link is None:
            return False
        _end(link, by)
    return True


def end_calendars_of_leavers(at: datetime) -> int:
    """For good: whoever comes back makes a new one. How many. Until it is done here, they are refused all the same.
    Locks each link; another run passes by."""
    gone = Q(membership__ended_at__isnull=False) | Q(membership__user__is_active=False)
    with transaction.atomic():
        left = CalendarLink.objects.filter(gone | Q(membership__organisation__is_active=False), ended_at=None)
        links = list(left.select_for_update(skip_locked=True, of=("self",)))
        for link in links:
            _end(link, THE_SERVICE)
    return len(links)


def _end(link: CalendarLink, by: Actor) -> None:
    link.ended_at = now()
    link.save(update_fields=["ended_at"])
    _record(Code.CALENDAR_ENDED, link, by)


def fetch(token: str) -> Membership | None:
    """Whose calendar it is, and that it was fetched; None for an address that is not or no longer one. `TooOften`
    above the limit. The first fetch of a day is recorded. Locks the link."""
    with transaction.atomic():
        found = CalendarLink.objects.select_for_update(of=("self",)).select_related(
            "membership__organisation", "membership__user"
        )
        link = found.filter(
            token_digest=digest_of(token),
            ended_at=None,
            membership__ended_at=None,
            membership__user__is_active=True,
            membership__organisation__is_active=True,
        ).first()
        if link is None:
            return None
        at, before = now(), link.fetched_at
        _count(link, at)
        if before is None or before.date() != at.date():
            _record(Code.CALENDAR_READ, link, None)
        return link.membership


def _count(link: CalendarLink, at: datetime) -> None:
    if link.counted_since is None or at - link.counted_since >= PER:
        link.counted_since, link.count = at, 0
    if link.count >= FETCHES:
        raise TooOften
    link.count, link.fetched_at = link.count + 1, at
    link.save(update_fields=["counted_since", "count", "fetched_at"])


def digest_of(token: str) -> bytes:
    return sha256(token.encode()).digest()


def link_of(membership_id: UUID) -> CalendarLink | None:
    return CalendarLink.objects.filter(membership=membership_id, ended_at=None).first()


def _record(code: Code, link: CalendarLink, by: Actor | None) -> None:
    data = {"membership": link.membership_id}
    audit.append(code, by=by, subject=subject_of(link.membership.user_id), data=data)
