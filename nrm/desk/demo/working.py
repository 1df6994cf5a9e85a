"""Chapters of who works on a case: kept away, restricted, led by others from now on, found to be of one person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

from nrm.cases import actions as cases
from nrm.cases.models import BarReason, Purpose, Transfer
from nrm.cases.models.transfer import SHARED_WITH_A_LEAD
from nrm.desk.demo import seeing
from nrm.desk.demo.life import Life
from nrm.desk.demo.people import World
from nrm.lib.clock import today
from nrm.notices.actions import write_wishes
from nrm.notices.models import Rhythm

Waits = Iterator[timedelta]


def colleague_keeps_away(life: Life) -> Waits:
    """Who knows the family says so."""
    aside = life.colleague
    cases.keep_away(life.case, by=aside, user_id=aside.user_id, reason=BarReason.RELATIVE, note=life.text("conflict"))
    yield life.days(1)


def restricted(life: Life) -> Waits:
    case = life.case
    cases.restrict_case(case, by=life.worker, reason=life.text("restricted"), expected_version=case.version)
    yield life.days(1)


def lead_offered(life: Life) -> Waits:
    """The person moves, and agrees that the others there read what is known."""
    receiver = "bridge" if life.lead == "open_hand" else "open_hand"
    cases.record_consent(
        life.case,
        by=life.worker,
        purpose=Purpose.REFERRAL,
        recipient_id=life.organisation(receiver).pk,
        categories=SHARED_WITH_A_LEAD,
        **life.agreement,
        given_on=today(),
    )
    cases.offer_lead(life.case, by=life.worker, receiver_id=life.organisation(receiver).pk, summary=life.text("moving"))
    yield life.days(1)


def lead_passed_on(life: Life) -> Waits:
    """Offered and accepted; who accepts takes the case on."""
    yield from lead_offered(life)
    offer = Transfer.objects.open().get(case__code=life.code)
    life.lead = next(key for key, one in life.world.organisations.items() if one.pk == offer.receiver_id)
    cases.answer_offer(offer, "accept", by=life.worker, expected_version=offer.version)
    yield life.minutes(10, 60)
    cases.take_on(life.case, by=life.worker)
    yield life.days(1, 2)


def opened_twice(life: Life) -> Waits:
    """Somebody else who meets the person does not know that there is a case; its lead makes one of the two."""
    first = life.code
    life.reporter = "inspector"
    yield from seeing.reported(life)
    yield from seeing.screened(life)
    life.tidy()
    again = life.case
    life.code = first
    cases.merge_cases(again, life.case, by=life.worker, reason=life.text("same_person"), expected_version=again.version)
    yield life.days(1)


def colleague_is_away(world: World) -> Waits:
    """The supervisor has somebody stand in, in all cases."""
    supervisor, absent = world.people["supervisor"], world.people["worker2"]
    cases.cover_absence(
        by=supervisor,
        absent_id=absent.user_id,
        colleague_id=supervisor.user_id,
        until=today() + timedelta(days=9),
        reason=world.texts["absence"][0],
    )
    yield timedelta(days=1)


def mail_is_wished(world: World) -> Waits:
    """One reads it once a day, one also on days off, all others as the service has it."""
    usual = {"digest_at": time(8), "quiet_from": time(20), "quiet_until": time(7), "time_zone": ""}
    write_wishes({**usual, "rhythm": Rhythm.DIGEST, "on_days_off": False}, by=world.people["worker"])
    write_wishes({**usual, "rhythm": Rhythm.AT_ONCE, "on_days_off": True}, by=world.people["clinician"])
    yield timedelta(days=1)
