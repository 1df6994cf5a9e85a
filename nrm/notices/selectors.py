"""Reading the outbox: what people wish, what comes back, and for the administrator whether it empties. Nothing here
tells of a case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DateTimeField, F, Max, Min, Q, QuerySet, When

from nrm.accounts.models import User
from nrm.lib.clock import now
from nrm.notices.models import BouncingAddress, MailPreference, Notice, Rhythm
from nrm.notices.moments import Wishes, usual, wishes_in

#: How far back the administrator looks at what was dropped or came back, and how many people a page shows.
LOOKED_BACK = timedelta(days=30)
SHOWN = 100
IS_WAITING = Q(sent_at=None, dropped_at=None)
IS_DROPPED = Q(dropped_at__isnull=False) & ~Q(last_error_code="recipient_left")


@dataclass(frozen=True, slots=True)
class Outbox:
    waiting: int
    failing: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """How mail to one person fares; never what it is about."""

    user: User
    waiting: int
    failing: int
    dropped: int
    bounced: int
    oldest: datetime | None
    last_sent_at: datetime | None
    bounces_since: datetime | None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The page of the administrator. `has_more`: only the worst are shown."""

    waiting: int
    failing: int
    dropped: int
    bounced: int
    oldest: datetime | None
    recipients: list[Recipient]
    has_more: bool


def outbox() -> Outbox:
    found = Notice.objects.waiting().aggregate(
        waiting=Count("id"), failing=Count("id", filter=~Q(last_error_code="")), oldest=Min("created_at")
    )
    return Outbox(**found)


def outgoing() -> Outgoing:
    """Everybody to whom something waits, was dropped or came back within a month, the worst first; four queries."""
    recent = Notice.objects.filter(IS_WAITING | Q(created_at__gte=now() - LOOKED_BACK))
    total = recent.aggregate(**_counts())
    rows = list(_by_recipient(recent)[: SHOWN + 1])
    users = User.objects.in_bulk([row["recipient"] for row in rows])
    marks = BouncingAddress.objects.filter(user__in=users, lifted_at=None, email=F("user__email"))
    since = dict(marks.values_list("user_id", "since"))
    recipients = [
        Recipient(user=users[row.pop("recipient")], bounces_since=since.get(row.pop("pk")), **row)
        for row in ({**row, "pk": row["recipient"]} for row in rows[:SHOWN])
    ]
    return Outgoing(**total, recipients=recipients, has_more=len(rows) > SHOWN)


def _counts() -> dict[str, Any]:
    oldest = Case(When(IS_WAITING, then="created_at"), output_field=DateTimeField())
    return {
        "waiting": Count("id", filter=IS_WAITING),
        "failing": Count("id", filter=IS_WAITING & ~Q(last_error_code="")),
        "dropped": Count("id", filter=IS_DROPPED),
        "bounced": Count("id", filter=Q(bounced_at__isnull=False)),
        "oldest": Min(oldest),
    }


def _by_recipient(recent: QuerySet[Notice]) -> QuerySet[Notice, Any]:
    of_one: Any = recent.values("recipient").annotate(**_counts(), last_sent_at=Max("sent_at"))
    troubled = of_one.filter(Q(waiting__gt=0) | Q(dropped__gt=0) | Q(bounced__gt=0))
    worst_first: QuerySet[Notice, Any] = troubled.order_by("-bounced", "-dropped", "-failing", "-waiting", "recipient")
    return worst_first


def own_preference(user_id: UUID) -> dict[str, Any]:
    """By the names of the form: what was chosen, else what is usual."""
    row = MailPreference.objects.filter(user=user_id).first()
    wishes = wishes_in(row) if row else usual()
    start, end = wishes.quiet or (None, None)
    return {
        "rhythm": Rhythm.DIGEST if wishes.is_digest else Rhythm.AT_ONCE,
        "digest_at": wishes.digest_at,
        "on_days_off": wishes.on_days_off,
        "quiet_from": start,
        "quiet_until": end,
        "time_zone": row.time_zone if row else "",
    }


def wishes_of(user_ids: Collection[UUID]) -> dict[UUID, Wishes]:
    """Of those who have chosen something; one query."""
    return {row.user_id: wishes_in(row) for row in MailPreference.objects.filter(user__in=user_ids)}


def bouncing(user_id: UUID) -> BouncingAddress | None:
    """The mark on the address that the account has now."""
    return BouncingAddress.objects.filter(user=user_id, lifted_at=None, email=F("user__email")).first()


def told_already(keys: Collection[str]) -> set[str]:
    """Which of these are out: somebody was told of them once."""
    return set(Notice.objects.filter(once__in=keys).values_list("once", flat=True))
