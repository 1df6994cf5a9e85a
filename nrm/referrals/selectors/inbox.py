"""The inbox of an organisation: what waits, runs, was sent and is over, page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.lookups import IsNull

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import RECEIVERS, relations_that_grant
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.cases.models import Participation
from nrm.cases.models.participation import bars_of
from nrm.cases.selectors import is_of_visible_case
from nrm.lib.paging import PAGE, Cursor, page_of
from nrm.referrals.models import ENDED, RUNNING, Referral, ReferralQuerySet
from nrm.referrals.selectors.beside import takers
from nrm.referrals.selectors.one import answers_due
from workflows.referral import ReferralState

#: Nobody needs to know how many more there are, and counting them would take as long as reading them.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class InboxPage:
    rows: list[Referral]
    due: Mapping[UUID, datetime]
    #: Who of the reader's organisation is on it.
    takers: Mapping[UUID, str]
    after: Cursor | None


def referrals_waiting_for(actor: Actor) -> ReferralQuerySet:
    """Those on which the actor's organisation has the next word: to answer, or to answer a question about."""
    answered = _received(actor) & Q(state=ReferralState.SENT) & is_of_visible_case(actor)
    return Referral.objects.filter(answered | (_led(actor) & Q(state=ReferralState.MORE_INFO)))


def referrals_running(actor: Actor) -> ReferralQuerySet:
    return Referral.objects.filter(_received(actor), is_of_visible_case(actor), state__in=RUNNING)


def referrals_sent(actor: Actor) -> ReferralQuerySet:
    """Those of the cases that the actor leads, whoever sent them, and the bare record of those that a former lead
    sent."""
    return Referral.objects.filter(_led(actor) | _sent_before(actor))


def referrals_ended(actor: Actor) -> ReferralQuerySet:
    """What was asked of the organisation and is over: the bare record, without the case."""
    over = Q(sent_at__isnull=False, state__in=ENDED)
    kept_away = Exists(bars_of(actor).filter(case=OuterRef("case")))
    return Referral.objects.filter(over, _received(actor)).exclude(kept_away)


# A box is read in parts that share no row, each in order from an index of its own: together they would be sorted whole,
# and row-level security asked of every row. Whoever leads a case, or led it, sees it.


def _waiting(actor: Actor) -> list[ReferralQuerySet]:
    rows = Referral.objects.all()
    asked = rows.filter(_received(actor), is_of_visible_case(actor), state=ReferralState.SENT)
    return [asked, rows.filter(_led(actor), state=ReferralState.MORE_INFO)]


def _sent(actor: Actor) -> list[ReferralQuerySet]:
    own = Referral.objects.filter(_led(actor) | _sent_before(actor), sender=actor.organisation_id)
    return [own, _sent_by_others(actor)]


def _sent_by_others(actor: Actor) -> ReferralQuerySet:
    """Of the referrals of a whole country few are of cases that the actor leads: from the cases."""
    relations = relations_that_grant(actor.role, Permission.SEE_REFERRALS)
    led = Participation.objects.open().of(actor).filter(relation__in=relations)
    rows = Referral.objects.exclude(sender=actor.organisation_id)
    return rows.filter(case__in=led.values("case")) if relations else rows.none()


BOXES: Mapping[str, Callable[[Actor], list[ReferralQuerySet]]] = {
    "waiting": _waiting,
    "running": lambda actor: [referrals_running(actor)],
    "sent": _sent,
    "ended": lambda actor: [referrals_ended(actor)],
}


def inbox_page(actor: Actor, box: str, wanted: Mapping[str, Any], *, after: Cursor | None = None) -> InboxPage:
    """A page of one box, newest first, narrowed by columns."""
    parts = [part.filter(**wanted).select_related("case", "sender", "receiver") for part in BOXES[box](actor)]
    with seen_by_the_service() if box == "ended" else nullcontext():  # What is over is a bare record of one's own.
        pages = [page_of(part, "prepared_at", after=after, newest_first=True) for part in parts]
    found = sorted(
        (row for page in pages for row in page.rows), key=lambda row: (row.prepared_at, row.pk), reverse=True
    )
    rows, goes_on = found[:PAGE], len(found) > PAGE or any(page.after for page in pages)
    further = Cursor(rows[-1].prepared_at, rows[-1].pk) if goes_on else None
    return InboxPage(rows, answers_due(rows), takers(rows, actor.organisation_id), further)


def inbox_counts(actor: Actor) -> dict[str, int]:
    """How many wait, run, and are sent and still open; each up to `MOST_COUNTED`."""
    sent = Referral.objects.filter(_led(actor), sender=actor.organisation_id)
    return {
        "waiting": _count(_waiting(actor)),
        "running": _count([referrals_running(actor)]),
        "sent": _count([sent.open(), _sent_by_others(actor).open()]),
    }


def _count(parts: list[ReferralQuerySet]) -> int:
    """No part is asked once there are enough."""
    found = 0
    for part in parts:
        if found < MOST_COUNTED:
            found += part.order_by()[: MOST_COUNTED - found].count()
    return found


def _received(actor: Actor) -> Q:
    """Nothing for roles that no referral is sent to."""
    if actor.role not in RECEIVERS:
        return Q(pk__in=())
    return Q(receiver=actor.organisation_id, sent_at__isnull=False)


def _led(actor: Actor) -> Q:
    """Of cases that the actor leads now: what their referrals wait for is theirs to do."""
    return is_of_visible_case(actor, Permission.SEE_REFERRALS)


def _sent_before(actor: Actor) -> Q:
    if actor.role is not Role.CASE_WORKER:
        return Q(pk__in=())
    led = Participation.objects.open().of(actor).filter(relation=Relation.LED, case=OuterRef("case"))
    is_led = IsNull(Subquery(led.values("pk")[:1]), False)
    return Q(is_led, sender=actor.organisation_id, sent_at__isnull=False)
