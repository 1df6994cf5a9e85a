"""The address from which programs fetch somebody's calendar. No session: the token in the address is the key."""

from __future__ import annotations

from contextlib import suppress

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from nrm.access.refusals import NotVisible
from nrm.access.rows import seen_by
from nrm.accounts.actions.sessions import actor_of
from nrm.accounts.doors import open_door
from nrm.accounts.networks import network_of
from nrm.desk.calendar import calendar_of
from nrm.notices.calendar_links import TooOften, fetch

#: How many wrong addresses a network may ask a web process for, and in how many seconds.
WRONG, WITHIN = 30, 600
TOO_MANY = 429


@open_door
@require_http_methods(["GET", "HEAD"])
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Sees as the owner sees in the role the link belongs to."""
    network = f"calendar:{network_of(request)}"
    if cache.get(network, 0) >= WRONG:
        return too_many()
    try:
        membership = fetch(token)
    except TooOften:
        return too_many()
    if membership is None:
        cache.add(network, 0, WITHIN)
        with suppress(ValueError):  # it ran out this very moment
            cache.incr(network)
        raise NotVisible
    actor = actor_of(membership)
    with seen_by(actor):
        content = calendar_of(actor, membership.user.language)
    return HttpResponse(
        content,
        headers={
            "Content-Type": "text/calendar; charset=utf-8",
            "Content-Disposition": 'attachment; filename="calendar.ics"',
            "Cache-Control": "no-store",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )


def too_many() -> HttpResponse:
    return HttpResponse(status=TOO_MANY, headers={"Retry-After": str(WITHIN), "Cache-Control": "no-store"})
