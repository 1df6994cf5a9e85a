"""Reading the outbox: for the person, what they were told; for the operator, whether it empties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from nrm.notices.models import Notice


@dataclass(frozen=True, slots=True)
class Outbox:
    waiting: int
    failing: int
    oldest: datetime | None


def outbox() -> Outbox:
    found = Notice.objects.waiting().aggregate(
        waiting=Count("id"), failing=Count("id", filter=Q(attempts__gt=0)), oldest=Min("created_at")
    )
    return Outbox(**found)
