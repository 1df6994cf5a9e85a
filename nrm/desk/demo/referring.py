"""Chapters between organisations: a referral from its draft to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nrm.cases import actions as cases
from nrm.cases.models import Basis, DataCategory, Purpose
from nrm.desk.demo.life import Life
from nrm.directory.services import Service
from nrm.lib.clock import today
from nrm.referrals import actions as referrals
from nrm.referrals.models import DeclineReason, ReferralOutcome, Urgency

Waits = Iterator[timedelta]

#: Who is asked for a service: organisation, who answers there, service.
RECEIVERS = (
    ("quiet_room", "clinician", Service.MHPSS),
    ("health", "doctor", Service.HEALTH),
    ("centre", "worker4", Service.DOCUMENTS),
    ("bridge", "worker3", Service.LEGAL),
    ("prosecution", "prosecution", Service.INVESTIGATION),
)


def referral_begun(life: Life) -> Waits:
    life.step("start_referral")
    yield life.minutes(30, 120)


def referral_drafted(life: Life) -> Waits:
    """Consent for one recipient, then the summary without a name."""
    choices = [one for one in RECEIVERS if one[0] != life.lead]
    receiver, answers, service = life.rng.choice(choices)
    life.answers = answers
    shared = [DataCategory.IDENTITY, DataCategory.RISK]
    consent = cases.record_consent(
        life.case,
        by=life.worker,
        purpose=Purpose.REFERRAL,
        recipient_id=life.organisation(receiver).pk,
        categories=shared,
        **life.agreement,
        given_on=today(),
    )
    life.consents.append(consent)
    life.referral = referrals.prepare_referral(
        life.case,
        by=life.worker,
        receiver_id=life.organisation(receiver).pk,
        service=service,
        urgency=life.rng.choice(Urgency.values),
        basis=Basis.CONSENT,
        summary=life.text("summary"),
        categories=shared,
    )
    yield life.minutes(10, 40)


def _refer(life: Life, transition: str, *, sender: bool = False, reason: str = "", **facts: str) -> None:
    life.referral = referrals.take_step(
        life.referral,
        transition,
        by=life.worker if sender else life.actor(life.answers),
        expected_version=life.referral.version,
        reason=life.text(reason) if reason else "",
        **facts,
    )


def referral_sent(life: Life) -> Waits:
    yield from referral_drafted(life)
    _refer(life, "send", sender=True)
    yield life.minutes(60, 240)


def question_asked(life: Life) -> Waits:
    _refer(life, "ask", reason="question")
    yield life.minutes(60, 240)


def question_answered(life: Life) -> Waits:
    _refer(life, "answer", sender=True, reason="answer")
    yield life.minutes(60, 240)


def referral_declined(life: Life) -> Waits:
    _refer(life, "decline", reason="declined", decline_reason=DeclineReason.NO_CAPACITY)
    yield life.days(1)


def referral_withdrawn(life: Life) -> Waits:
    _refer(life, "withdraw", sender=True, reason="withdrawn")
    yield life.days(1)


def referral_unanswered(life: Life) -> Waits:
    """The time limit runs out at night."""
    yield life.days(5)


def referral_accepted(life: Life) -> Waits:
    _refer(life, "accept")
    yield life.days(1)


def service_begun(life: Life) -> Waits:
    _refer(life, "start_service")
    yield life.days(5, 9)


def service_done(life: Life) -> Waits:
    _refer(life, "complete", reason="completed", outcome=ReferralOutcome.PROVIDED)
    yield life.days(1)
