"""The inbox of an organisation: what waits, runs, was sent and is over, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import RECEIVERS
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.cases.models import Participation
from nrm.cases.models.participation import bars_of
from nrm.cases.selectors import cases_visible_to
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
    return _visible(actor).filter(_waits_for(actor))


def referrals_running(actor: Actor) -> ReferralQuerySet:
    return _visible(actor).filter(_received(actor), state__in=RUNNING)


def referrals_sent(actor: Actor) -> ReferralQuerySet:
    """Those of the cases that the actor leads, whoever sent them, and the bare record of those that a former lead
    sent."""
    return _visible(actor).filter(_led(actor) | _sent_before(actor))


def referrals_ended(actor: Actor) -> ReferralQuerySet:
    """What was asked of the organisation and is over: the bare record, without the case."""
    over = Q(sent_at__isnull=False, state__in=ENDED)
    kept_away = Exists(bars_of(actor).filter(case=OuterRef("case")))
    return Referral.objects.filter(over, _received(actor)).exclude(kept_away)


def _parts(actor: Actor, box: str) -> list[ReferralQuerySet]:
    """A box in parts that share no row, each of which the database reads in order from an index of its own; together
    they would be sorted whole, and row-level security asked of every row. Whoever leads a case, or led it, sees it."""
    rows, own = Referral.objects.all(), Q(sender=actor.organisation_id)
    parts = {
        "waiting": [
            _visible(actor).filter(_received(actor), state=ReferralState.SENT),
            rows.filter(_led(actor), state=ReferralState.MORE_INFO),
        ],
        "running": [referrals_running(actor)],
        "sent": [rows.filter(own, _led(actor) | _sent_before(actor)), rows.filter(~own, _led(actor))],
        "ended": [referrals_ended(actor)],
    }
    return parts[box]


def inbox_page(actor: Actor, box: str, wanted: Mapping[str, Any], *, after: Cursor | None = None) -> InboxPage:
    """A page of one box, newest first, narrowed by columns."""
    parts = [part.filter(**wanted).select_related("case", "sender", "receiver") for part in _parts(actor, box)]
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
    own, led = Q(sender=actor.organisation_id), Referral.objects.all().open().filter(_led(actor))
    return {
        "waiting": _count(_parts(actor, "waiting")),
        "running": _count(_parts(actor, "running")),
        "sent": _count([led.filter(own), led.filter(~own)]),
    }


def _count(parts: list[ReferralQuerySet]) -> int:
    return min(sum(part.order_by()[:MOST_COUNTED].count() for part in parts), MOST_COUNTED)


def _visible(actor: Actor) -> ReferralQuerySet:
    """Of cases that the actor takes part in now."""
    return Referral.objects.filter(case__in=cases_visible_to(actor))


def _waits_for(actor: Actor) -> Q:
    asked = _received(actor) & Q(state=ReferralState.SENT)
    return asked | (_led(actor) & Q(state=ReferralState.MORE_INFO))


def _received(actor: Actor) -> Q:
    """Nothing for roles that no referral is sent to."""
    if actor.role not in RECEIVERS:
        return Q(pk__in=())
    return Q(receiver=actor.organisation_id, sent_at__isnull=False)


def _led(actor: Actor) -> Q:
    """Of cases that the actor leads now: what their referrals wait for is theirs to do."""
    return Q(case__in=cases_visible_to(actor, Permission.SEE_REFERRALS))


def _sent_before(actor: Actor) -> Q:
    if actor.role is not Role.CASE_WORKER:
        return Q(pk__in=())
    led = Participation.objects.open().of(actor).filter(relation=Relation.LED)
    return Q(sender=actor.organisation_id, sent_at__isnull=False, case__in=led.values("case"))
