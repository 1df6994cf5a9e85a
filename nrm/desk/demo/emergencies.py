"""Chapters of an emergency: somebody who has no part in a case opens it for an hour, and its lead looks at that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from nrm.cases import actions as cases
from nrm.cases.models import EmergencyAccess, EmergencyReason
from nrm.cases.selectors import standing_in
from nrm.desk.demo.life import Life

Waits = Iterator[timedelta]

#: From then on it would run out in the night before anybody ends it.
EVENING = 18


def person_missing(life: Life) -> Waits:
    """A house where the person once asked for help hears that nobody can reach them."""
    yield from _opened(life, "worker3", EmergencyReason.MISSING)


def person_collapsed(life: Life) -> Waits:
    """A clinic that does not know the person takes them in."""
    yield from _opened(life, "doctor", EmergencyReason.HEALTH)


def _opened(life: Life, by: str, reason: str) -> Waits:
    """Only by who has no part in the case, and once at a time: until it is reviewed, the next is refused."""
    if timezone.localtime().hour >= EVENING:
        yield timedelta(hours=14)
    actor = life.actor(by)
    if (
        standing_in(actor, life.case).relations
        or EmergencyAccess.objects.unreviewed().filter(user=actor.user_id).exists()
    ):
        return
    access = cases.break_glass(by=actor, code=life.code, reason=reason, account=life.text("emergency"))
    yield life.minutes(10, 40)
    cases.end_emergency(access, by=actor)
    yield life.minutes(30, 90)


def emergency_reviewed(life: Life) -> Waits:
    for access in EmergencyAccess.objects.unreviewed().select_related("case__person").filter(case=life.case):
        cases.review_emergency(
            access,
            by=life.colleague,
            is_justified=True,
            note=life.text("emergency_review"),
            expected_version=access.version,
        )
    yield life.minutes(10, 30)
