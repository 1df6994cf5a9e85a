"""A form that was posted after its session had run out is kept before its author is sent to sign in.

Stands before `ActorMiddleware`, whose door sends away, and after the check of the form's token. What makes it safe is
said in decision 0023: the cookie opens a session that no more than its time has ended, the token of the page is right,
and the signed slip names the very membership of that session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from nrm.accounts.actions.sessions import actor_of
from nrm.accounts.doors import is_marked
from nrm.accounts.middleware import is_current
from nrm.accounts.models import SessionRecord
from nrm.accounts.requests import SignedInRequest
from nrm.drafts import actions, slips
from nrm.drafts.contents import Contents

#: Tells the script of the page that nothing is lost by following.
KEPT = "X-Draft-Kept"


class RanOutMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        record: SessionRecord | None = getattr(request, "ran_out", None)
        if record is None or request.method != "POST" or is_marked(view, "open_door"):
            return None
        return kept_and_sent_to_sign_in(cast(SignedInRequest, request), record)


def kept_and_sent_to_sign_in(request: SignedInRequest, record: SessionRecord) -> HttpResponse | None:
    """Nothing where there is nothing to keep: the door answers then as to everybody."""
    slip = slips.read(request.POST.get(slips.SLIP))
    membership = record.membership
    if slip is None or membership is None or not slip.is_of(membership.pk) or not may_still_act(record):
        return None
    contents = Contents.posted(request.POST, slip)
    if actions.rescue(slip, contents, by=actor_of(membership)) is None:
        return None
    address = f"{reverse('accounts:sign_in')}?{urlencode({'next': slip.page})}"
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address, KEPT: "yes"})
    return HttpResponseRedirect(address)


def may_still_act(record: SessionRecord) -> bool:
    return record.membership is not None and is_current(record.membership) and record.user.is_active
