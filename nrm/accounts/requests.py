"""The request as a view behind the second factor sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from nrm.access.actor import Actor
    from nrm.accounts.models import Membership, SessionRecord, User


class SignedInRequest(HttpRequest):
    """`actor` acts in `membership`; both are set by `ActorMiddleware`, which lets nobody else through."""

    actor: Actor
    membership: Membership
    session_record: SessionRecord
    #: Only where a session came that had run out.
    ran_out: SessionRecord
    user: User
    htmx: HtmxDetails
