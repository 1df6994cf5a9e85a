"""Reading referrals: as the lead that sends them, or as the organisation that was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import RECEIVERS, Standing
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Case, DataCategory, Participation, SharingBasis, reference
from nrm.cases.models.participation import bars_of
from nrm.cases.selectors import cases_visible_to, covered, standing_in
from nrm.lib.paging import Cursor, page_of
from nrm.referrals.models import RUNNING, Message, MessageKind, Referral, ReferralQuerySet
from nrm.tasks.models import Clock
from nrm.vault.fields import opened
from workflows.effects import Party
from workflows.referral import ANSWER_LIMITS, OPEN_REFERRALS, WAITING_FOR_ANSWER, ReferralState

#: The receiver's messages; all others are the sender's.
FROM_RECEIVER = frozenset({MessageKind.QUESTION, MessageKind.DECLINED, MessageKind.COMPLETED})


def referral_for(
    actor: Actor, pk: UUID, permission: Permission = Permission.SEE_OWN_REFERRAL
) -> tuple[Referral, Standing]:
    """The referral and how the actor stands to its case. Whoever is on neither side gets `NotVisible`.

    Seeing needs only a side: the receiver keeps the bare record of a referral that has ended, a former lead that of
    one it sent. Any other permission has to be there now, else `NotPermitted`.
    """
    related = ("case__person", "sender", "receiver")
    with seen_by_the_service():  # The bare record stays when the case is no longer shown; `side_of` decides.
        referral = Referral.objects.select_related(*related).filter(pk=pk).first()
    if referral is None:
        raise NotVisible
    standing = standing_in(actor, referral.case)
    if side_of(referral, standing) is None:
        raise NotVisible
    if permission is not Permission.SEE_OWN_REFERRAL and not narrowed(standing, referral).may(permission):
        raise NotPermitted
    return referral, standing


def side_of(referral: Referral, standing: Standing) -> Party | None:
    """From which side the actor may read: as the lead of the case, as the organisation that sent it when it led the
    case, or as the organisation it was sent to."""
    if standing.may(Permission.SEE_REFERRALS):
        return Party.LEAD
    actor = standing.actor
    if _sent_as_former_lead(referral, standing):
        return Party.SENDER
    was_sent_here = referral.receiver_id == actor.organisation_id and referral.sent_at is not None
    if not was_sent_here or actor.role not in RECEIVERS or standing.is_barred:
        return None
    is_over = referral.state not in OPEN_REFERRALS
    return Party.RECEIVER if is_over or standing.may(Permission.SEE_OWN_REFERRAL) else None


def _sent_as_former_lead(referral: Referral, standing: Standing) -> bool:
    was_ours = referral.sender_id == standing.actor.organisation_id and referral.sent_at is not None
    return was_ours and Relation.LED in standing.relations and standing.may(Permission.SEE_CASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One message of the conversation, opened."""

    kind: str
    is_ours: bool
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReferralPage:
    """What one side sees. The receiver's sight of the text ends with the referral, a former lead's with the lead.
    `is_sender` is for who leads the case now, whoever sent it."""

    referral: Referral
    is_sender: bool
    is_former_lead: bool
    lead: str
    shows_text: bool
    summary: str
    conversation: list[Line]
    marked: list[str]
    covered: list[str]
    answer_due_at: datetime | None
    may_open_case: bool


def referral_page(referral: Referral, standing: Standing) -> ReferralPage:
    side = side_of(referral, standing)
    is_sender, is_former = side is Party.LEAD, side is Party.SENDER
    shows_text = is_sender or (referral.state in OPEN_REFERRALS and not is_former)
    return ReferralPage(
        referral=referral,
        is_sender=is_sender,
        is_former_lead=is_former,
        lead=lead_beside_sender(referral) if is_former or standing.may(Permission.SEE_CASE) else "",
        shows_text=shows_text,
        summary=summary_of(referral) if shows_text else "",
        conversation=conversation(referral, is_sender=is_sender) if shows_text else [],
        marked=labels(marked(referral)),
        covered=labels(covered_now(referral)),
        answer_due_at=answer_due(referral),
        may_open_case=_may_open_case(referral, standing, is_sender=is_sender or is_former),
    )


def _may_open_case(referral: Referral, standing: Standing, *, is_sender: bool) -> bool:
    """Before acceptance the receiver reads this page only; the case opens with the acceptance."""
    if is_sender:
        return True
    return referral.state in {ReferralState.ACCEPTED, ReferralState.IN_SERVICE} and standing.may(Permission.SEE_CASE)


def lead_beside_sender(referral: Referral) -> str:
    """The organisation that leads the case since the sender no longer does; empty where it still does."""
    leads = referral.case.participations.open().filter(relation=Relation.LEADS, user=None)
    named = leads.exclude(organisation=referral.sender_id).values_list("organisation__name", flat=True)
    return named.first() or ""


def summary_of(referral: Referral) -> str:
    return opened(referral.case.person, referral, "summary")


def conversation(referral: Referral, *, is_sender: bool) -> list[Line]:
    """Oldest first."""
    return [
        Line(
            kind=str(MessageKind(message.kind).label),
            is_ours=(message.kind in FROM_RECEIVER) is not is_sender,
            text=opened(referral.case.person, message, "body"),
            at=message.written_at,
        )
        for message in Message.objects.filter(referral=referral)
    ]


def marked(referral: Referral) -> list[DataCategory]:
    """The categories that the sender marked to be shared after acceptance."""
    return [category for category in DataCategory if category.value in referral.categories]


def covered_now(referral: Referral) -> list[DataCategory]:
    """Those of them that are covered today: the same that `cases.selectors.standing_in` opens."""
    return [DataCategory(category) for category in covered(referral.case, referral)]


def basis_covering(case: Case, basis: str, receiver_id: UUID, categories: Iterable[str]) -> SharingBasis | None:
    """The newest legal basis of this kind in force that covers all of this for the receiver."""
    found: SharingBasis | None = case.sharing_bases.covering(receiver_id, categories).filter(basis=basis).first()
    return found


def labels(categories: list[DataCategory]) -> list[str]:
    return [str(category.label) for category in categories]


def answer_due(referral: Referral) -> datetime | None:
    return answers_due([referral]).get(referral.pk)


def answers_due(referrals: list[Referral]) -> Mapping[UUID, datetime]:
    """Until when each is to be answered; one query."""
    waiting = {reference(row): row.pk for row in referrals if row.state in WAITING_FOR_ANSWER}
    clocks = Clock.objects.filter(key__in=ANSWER_LIMITS, stopped_at=None, subject__in=list(waiting))
    return {waiting[clock.subject]: clock.due_at for clock in clocks}


def referrals_overdue(now: datetime) -> list[Referral]:
    """Those still unanswered after their time limit, longest first."""
    waiting = {reference(row): row for row in Referral.objects.waiting_for_answer().select_related("case")}
    clocks = Clock.objects.filter(
        key__in=ANSWER_LIMITS, stopped_at=None, due_at__lte=now, subject__in=list(waiting)
    ).order_by("due_at", "id")
    return [waiting[clock.subject] for clock in clocks]


# The inbox


@dataclass(frozen=True, slots=True)
class InboxPage:
    rows: list[Referral]
    due: Mapping[UUID, datetime]
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
    over = Q(sent_at__isnull=False) & ~Q(state__in=OPEN_REFERRALS)
    kept_away = Exists(bars_of(actor).filter(case=OuterRef("case")))
    return Referral.objects.filter(over, _received(actor)).exclude(kept_away)


BOXES = {
    "waiting": referrals_waiting_for,
    "running": referrals_running,
    "sent": referrals_sent,
    "ended": referrals_ended,
}


def inbox_page(actor: Actor, box: str, wanted: Mapping[str, Any], *, after: Cursor | None = None) -> InboxPage:
    """A page of one box, newest first, narrowed by columns."""
    rows = BOXES[box](actor).filter(**wanted).select_related("case", "sender", "receiver")
    with seen_by_the_service() if box == "ended" else nullcontext():  # What is over is a bare record of one's own.
        page = page_of(rows, "prepared_at", after=after, newest_first=True)
    return InboxPage(page.rows, answers_due(page.rows), page.after)


def inbox_counts(actor: Actor) -> dict[str, int]:
    """How many wait, run, and are sent and still open; one query."""
    counts = _visible(actor).aggregate(
        waiting=Count("pk", filter=_waits_for(actor)),
        running=Count("pk", filter=_received(actor) & Q(state__in=RUNNING)),
        sent=Count("pk", filter=_led(actor) & Q(state__in=OPEN_REFERRALS)),
    )
    return dict(counts)


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


# The case page


def block_for(case: Case, standing: Standing, actor: Actor) -> dict[str, Any] | None:
    """The referrals of a case for its page: all for the lead, their own for the others, nothing for the rest. A
    former lead's own are those it sent."""
    is_lead, has_led = standing.may(Permission.SEE_REFERRALS), Relation.LED in standing.relations
    if not is_lead and not has_led and not standing.may(Permission.SEE_OWN_REFERRAL):
        return None
    rows = Referral.objects.filter(case=case).select_related("sender", "receiver")
    if not is_lead:
        ours = Q(receiver=actor.organisation_id) | (Q(sender=actor.organisation_id) if has_led else Q())
        rows = rows.filter(ours, sent_at__isnull=False)
    found = list(rows)
    due = answers_due(found)
    return {
        "case": case,
        "rows": [
            {
                "referral": row,
                "due_at": due.get(row.pk),
                "waits": _waits(row, actor, is_lead=is_lead),
                "other": _other(row, actor),
            }
            for row in found
        ],
        "may_prepare": standing.may(Permission.SEND_REFERRAL),
        "is_lead": is_lead,
    }


def _waits(referral: Referral, actor: Actor, *, is_lead: bool) -> bool:
    """Whether the next word is with the actor's organisation."""
    if referral.state == ReferralState.SENT:
        return referral.receiver_id == actor.organisation_id
    return is_lead and referral.state in {ReferralState.DRAFT, ReferralState.MORE_INFO}


def _other(referral: Referral, actor: Actor) -> str:
    """The organisation on the other side."""
    return referral.sender.name if referral.receiver_id == actor.organisation_id else referral.receiver.name
