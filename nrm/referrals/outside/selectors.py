"""Reading links, visits, and what an organisation without an account may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.access.relations import Relation
from nrm.access.rows import seen_by_the_service
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Case
from nrm.cases.models.participation import Participation
from nrm.cases.selectors import standing_in
from nrm.cases.steps import StepLink, step_links
from nrm.directory.models import Listing
from nrm.lib.clock import now
from nrm.referrals.models import Channel, Referral
from nrm.referrals.outside.actors import spoken_for, visitor
from nrm.referrals.outside.models import OutsideLink, ToldAnswer, WrongCode
from nrm.referrals.outside.secrets import digest_of
from nrm.vault.fields import opened
from workflows.referral import WAITING_FOR_ANSWER, ReferralFlow, ReferralState

#: A link lives as long as the answer is waited for, and no longer than this.
LONGEST = timedelta(days=7)
WRONG_CODES = 5
#: Wrong codes from one network within the time after which it waits, whichever links they were for.
WRONG_CODES_OF_A_NETWORK = 20
NETWORK_WAITS = timedelta(minutes=15)
#: A visit ends after this without a page, and after an hour in any case.
VISIT_IDLE, VISIT = timedelta(minutes=15), timedelta(hours=1)
#: What a visitor may do, in this order.
STEPS = ("accept", "ask", "decline")
#: What is still shown in a visit after the answer.
SHOWN_IN = (*WAITING_FOR_ANSWER, ReferralState.ACCEPTED, ReferralState.IN_SERVICE)


def is_open(link: OutsideLink, at: datetime) -> bool:
    """Whether link and code would open the referral. Withdrawn, expired and answered ones close by themselves."""
    unused = link.opened_at is None and link.ended_at is None and link.locked_at is None
    return unused and link.expires_at > at and link.referral.state in WAITING_FOR_ANSWER


def is_visited(link: OutsideLink, at: datetime) -> bool:
    """Whether the visit that the link opened still runs."""
    if link.opened_at is None or link.seen_at is None or link.ended_at is not None:
        return False
    in_time = at - link.seen_at < VISIT_IDLE and at - link.opened_at < VISIT
    return in_time and link.referral.state in SHOWN_IN


def visit_of(key: str) -> OutsideLink:
    """The link whose visit this browser holds the key of; `NotVisible` for every other key and when it is over."""
    with seen_by_the_service():  # The key decides; only then it is known for whom rows are shown.
        related = ("referral__case__person", "referral__sender", "referral__receiver")
        link = OutsideLink.objects.select_related(*related).filter(visit_digest=digest_of(key)).first()
    if link is None or not is_visited(link, now()):
        raise NotVisible
    return link


def is_slowed_down(network: str) -> bool:
    recent = WrongCode.objects.filter(network=network, at__gt=now() - NETWORK_WAITS)
    return recent.count() >= WRONG_CODES_OF_A_NETWORK


def link_of(referral: Referral) -> OutsideLink | None:
    """The newest, whatever became of it."""
    return OutsideLink.objects.filter(referral=referral).select_related("referral").first()


@dataclass(frozen=True, slots=True)
class Told:
    """Who told what, for the record of the lead."""

    step: str
    by: str
    means: str
    answer: ToldAnswer


@dataclass(frozen=True, slots=True)
class OutsideCard:
    """What the lead sees and can do about a referral that goes to an organisation without an account."""

    referral: Referral
    link: OutsideLink | None
    link_is_open: bool
    is_waiting: bool
    may_act: bool
    steps: list[StepLink]
    told: list[Told]


def card_for(referral: Referral, standing: Standing) -> OutsideCard | None:
    """For who leads the case, of one that was sent outside; nothing for anybody else."""
    if not goes_outside(referral) or not standing.may(Permission.SEE_REFERRALS):
        return None
    link = link_of(referral)
    may_act = narrowed(standing, referral).may(Permission.SEND_REFERRAL)
    return OutsideCard(
        referral=referral,
        link=link,
        link_is_open=link is not None and is_open(link, now()),
        is_waiting=referral.state in WAITING_FOR_ANSWER,
        may_act=may_act,
        steps=_told_links(referral, standing) if may_act else [],
        told=told_about(referral),
    )


def _told_links(referral: Referral, standing: Standing) -> list[StepLink]:
    """What the other organisation could have told; the same steps that somebody there would take inside."""
    theirs = standing_in(spoken_for(standing.actor, referral), referral.case)
    return step_links(ReferralFlow, referral, theirs, "referrals:record_told", referral.pk)


def told_about(referral: Referral) -> list[Told]:
    """Oldest first."""
    labels = {edge.name: str(edge.label) for edge in ReferralFlow.edges()}
    return [
        Told(
            step=labels.get(row.transition, row.transition),
            by=opened(referral.case.person, row, "told_by"),
            means=row.get_means_display(),
            answer=row,
        )
        for row in ToldAnswer.objects.filter(referral=referral)
    ]


def standing_of_visitor(link: OutsideLink) -> Standing:
    return standing_in(visitor(link), link.referral.case)


def lead_of(case: Case) -> Any:
    """The organisation that leads the case now."""
    leads = Participation.objects.open().filter(case=case, relation=Relation.LEADS, user=None)
    part = leads.select_related("organisation").first()
    return part.organisation if part else None


def phone_of(organisation: Any) -> str:
    """The number for professionals that the directory has for it; empty where it has none."""
    if organisation is None:
        return ""
    listings = Listing.objects.standing().filter(organisation=organisation).exclude(contact_phone="")
    return listings.order_by("service", "id").values_list("contact_phone", flat=True).first() or ""


def goes_outside(referral: Referral) -> bool:
    return referral.channel != Channel.INSIDE and referral.sent_at is not None
