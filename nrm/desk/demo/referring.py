"""Chapters between organisations: a referral from its draft to its end, and what the person says of the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from nrm.cases import actions as cases
from nrm.cases.models import Basis, DataCategory, Purpose
from nrm.desk.demo.life import Life
from nrm.desk.demo.supporting import at
from nrm.directory.models import Listing
from nrm.directory.services import Service
from nrm.lib.clock import today
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.referrals import actions as referrals
from nrm.referrals.models import (
    Channel,
    DeclineReason,
    LanguageHelp,
    Meeting,
    Opinion,
    Preferred,
    Referral,
    ReferralOutcome,
    Urgency,
)

Waits = Iterator[timedelta]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is asked for a service, who answers there, and what it is called in the directory, if it stands there."""

    organisation: str
    answers: str
    service: Service
    offer: str = ""


TALKS = Receiver("quiet_room", "clinician", Service.MHPSS, "talks")
CALM = Receiver("health", "doctor", Service.MHPSS, "calm")
DOCTOR = Receiver("health", "doctor", Service.HEALTH, "doctor")
LANGUAGES = Receiver("bridge", "worker3", Service.INTERPRETATION, "languages")
RECEIVERS = (
    TALKS,
    DOCTOR,
    Receiver("centre", "worker4", Service.DOCUMENTS, "papers"),
    Receiver("bridge", "worker3", Service.LEGAL, "advice"),
    Receiver("open_hand", "worker", Service.MENTORING, "company"),
    Receiver("prosecution", "prosecution", Service.INVESTIGATION),
)
SHARED = (DataCategory.IDENTITY, DataCategory.RISK)
#: Those who are not content are few.
OPINIONS = (*[Opinion.YES] * 5, *[Opinion.PARTLY] * 2, Opinion.NO)


def referral_begun(life: Life) -> Waits:
    life.step("start_referral")
    yield life.minutes(30, 120)


def lately(life: Life) -> Waits:
    """Nothing more until an hour and a half ago."""
    yield life.world.until_before_end(timedelta(minutes=90))


def days_ago(life: Life) -> Waits:
    """Nothing more until three days ago."""
    yield life.world.until_before_end(timedelta(days=3))


# Prepared and sent


def referral_drafted(life: Life) -> Waits:
    """Consent for one recipient, then the summary without a name."""
    possible = [one for one in RECEIVERS if one.organisation != life.lead]
    named = [one for one in possible if one.organisation == life.traits.receiver]
    receiver = life.rng.choice(named or possible)
    yield from _drafted(life, receiver)


def _drafted(life: Life, receiver: Receiver) -> Waits:
    life.answers = receiver.answers
    recipient = _recipient(life, receiver)
    _agrees(life, recipient.organisation_id)
    [life.referral] = _prepare(life, [recipient], service=receiver.service)
    yield life.minutes(10, 25)


def _recipient(life: Life, receiver: Receiver) -> referrals.Recipient:
    listing_id = life.world.offers[receiver.offer] if receiver.offer else None
    return referrals.Recipient(life.organisation(receiver.organisation).pk, listing_id)


def _outside(life: Life, offer: str, channel: str) -> referrals.Recipient:
    """An organisation of the directory in which nobody has an account."""
    listing = Listing.objects.get(pk=life.world.offers[offer])
    return referrals.Recipient(listing.organisation_id, listing.pk, channel)


def _agrees(life: Life, organisation_id: UUID) -> None:
    """To what is shared with this one."""
    consent = cases.record_consent(
        life.case,
        by=life.worker,
        purpose=Purpose.REFERRAL,
        recipient_id=organisation_id,
        categories=SHARED,
        **life.agreement,
        given_on=today(),
    )
    life.consents.append(consent)


def _prepare(life: Life, recipients: Sequence[referrals.Recipient], *, service: Service, **more: Any) -> list[Referral]:
    values = {"basis": Basis.CONSENT, "categories": SHARED, "summary": life.text("summary"), "urgency": life.urgency}
    return referrals.prepare_referrals(
        life.case, by=life.worker, recipients=recipients, service=service, **{**values, **more}
    )


def _refer(life: Life, transition: str, *, sender: bool = False, reason: str = "", **facts: Any) -> None:
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


def several_asked(life: Life) -> Waits:
    """Three for the same need; who answers first is the one that the others wait beside."""
    asked = [_recipient(life, TALKS), _recipient(life, CALM), _outside(life, "porch", Channel.LINK)]
    for recipient in asked:
        _agrees(life, recipient.organisation_id)
    sent = _prepare(life, asked, service=Service.MHPSS, urgency=Urgency.ROUTINE, send=True)
    yield life.minutes(60, 240)
    life.referral, life.answers = sent[0], TALKS.answers
    _refer(life, "accept")
    yield life.days(1)


def ask_outside(life: Life, offer: str, channel: str, service: Service) -> None:
    """It has no account; the directory knows what it offers."""
    recipient = _outside(life, offer, channel)
    _agrees(life, recipient.organisation_id)
    [life.referral] = _prepare(life, [recipient], service=service, urgency=Urgency.ROUTINE, send=True)


def interpreter_asked(life: Life) -> Waits:
    """For a talk this week: when and in which language, and nothing of what happened."""
    life.answers = LANGUAGES.answers
    recipient = _recipient(life, LANGUAGES)
    _agrees(life, recipient.organisation_id)
    spoken = life.who.spoken if life.who.from_abroad else SpokenLanguage.ROMANI
    [life.referral] = _prepare(
        life,
        [recipient],
        service=LANGUAGES.service,
        categories=[],
        summary=life.text("interpreting"),
        urgency=Urgency.ROUTINE,
        language_help=life.rng.choice(LanguageHelp.values),
        spoken=spoken,
        meeting=Meeting.ON_SITE,
        needed_at=at(12, life.world.end + timedelta(days=2)),
        needed_minutes=60,
        preferred=Preferred.WOMAN,
        send=True,
    )
    yield life.minutes(60, 240)


# Asked, answered, declined


def question_asked(life: Life) -> Waits:
    _refer(life, "ask", reason="question")
    yield life.minutes(60, 240)


def question_answered(life: Life) -> Waits:
    _refer(life, "answer", sender=True, reason="answer")
    yield life.minutes(60, 240)


def referral_declined(life: Life) -> Waits:
    """With an idea who could help instead."""
    other, reason = life.organisation(CALM.organisation).pk, DeclineReason.NO_CAPACITY
    _refer(life, "decline", reason="declined", decline_reason=reason, suggested_id=other)
    yield life.days(1)


def carried_onward(life: Life) -> Waits:
    """To whom the other one suggested; the person is asked first."""
    recipient, life.answers = _recipient(life, CALM), CALM.answers
    _agrees(life, recipient.organisation_id)
    [life.referral] = _prepare(life, [recipient], service=CALM.service, previous=life.referral, send=True)
    yield life.minutes(60, 240)


def referral_withdrawn(life: Life) -> Waits:
    _refer(life, "withdraw", sender=True, reason="withdrawn")
    yield life.days(1)


def referral_unanswered(life: Life) -> Waits:
    """The time limit runs out at night."""
    yield life.days(5)


def referral_accepted(life: Life) -> Waits:
    _refer(life, "accept")
    yield life.days(1)


# Served


def service_begun(life: Life) -> Waits:
    _refer(life, "start_service")
    yield life.days(5, 9)


def service_done(life: Life) -> Waits:
    _refer(life, "complete", reason="completed", outcome=ReferralOutcome.PROVIDED)
    yield life.days(1)


def seen_by_a_doctor(life: Life) -> Waits:
    """From the referral to what the person says of it, in a few days."""
    yield from _drafted(life, DOCTOR)
    _refer(life, "send", sender=True)
    yield life.minutes(30, 90)
    yield from referral_accepted(life)
    _refer(life, "start_service")
    yield life.minutes(60, 200)
    yield from service_done(life)
    answers = {name: life.rng.choice(OPINIONS) for name in ("helped", "felt_safe", "respected", "would_return")}
    referrals.record_feedback(life.referral, by=life.worker, words=life.text("opinion"), **answers)
    yield life.minutes(10, 30)
