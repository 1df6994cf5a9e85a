"""Chapters of help: referrals, a place to stay, support, safety."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from nrm.cases import actions as cases
from nrm.cases.models import AgeGroup, Basis, DataCategory, Purpose, RiskLevel, Sex
from nrm.cases.services import Service
from nrm.desk.demo.life import Life
from nrm.lib.clock import now, today
from nrm.placements import actions as placements
from nrm.placements.models import Ending
from nrm.referrals import actions as referrals
from nrm.referrals.models import DeclineReason, ReferralOutcome, Urgency
from nrm.support import actions as support
from nrm.support.models import AlertLevel, AppointmentState

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
        given_how=life.given_how,
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


# A place to stay


def placement_begun(life: Life) -> Waits:
    life.step("arrange_placement")
    yield life.minutes(10, 30)


def place_requested(life: Life) -> Waits:
    women_or_children = life.sex == Sex.WOMAN or life.traits.age == AgeGroup.CHILD
    life.shelter = "linden" if women_or_children else "ridge"
    life.placement = placements.request_placement(
        life.case,
        by=life.worker,
        shelter_id=life.world.shelter_id(life.shelter),
        needed_from=today(),
        needs=life.text("needs"),
    )
    yield life.minutes(60, 200)


def _stay(life: Life, transition: str, *, lead: bool = False, reason: str = "", **facts: Any) -> None:
    life.placement = placements.take_step(
        life.placement,
        transition,
        by=life.worker if lead else life.actor(life.shelter),
        expected_version=life.placement.version,
        reason=life.text(reason) if reason else "",
        **facts,
    )


def place_reserved(life: Life) -> Waits:
    _stay(life, "offer", **_fitting(life))
    yield life.minutes(30, 120)


def place_kept(life: Life) -> Waits:
    """Reserved for longer than usual: the person comes from far away."""
    _stay(life, "offer", **_fitting(life), reserved_until=now() + timedelta(days=5))
    yield life.days(1)


def _fitting(life: Life) -> dict[str, Any]:
    """The free place that fits best, and why it is right where it does not fit."""
    unit = life.free_unit(life.shelter)
    return {"unit": unit, "override_reason": life.text("override") if unit.mismatches(life.case) else ""}


def place_declined(life: Life) -> Waits:
    _stay(life, "decline", reason="no_place")
    yield life.days(1)


def place_cancelled(life: Life) -> Waits:
    _stay(life, "cancel", lead=True, reason="cancelled")
    yield life.days(1)


def reservation_lapsed(life: Life) -> Waits:
    """Nobody came; the reservation ends at night."""
    yield life.days(3)


def admitted(life: Life) -> Waits:
    """At high risk a second person approves first."""
    if life.traits.risk == RiskLevel.HIGH:
        _stay(life, "approve", lead=True)
        yield life.minutes(10, 40)
    _stay(life, "admit")
    yield life.days(1)


def sheltered(life: Life) -> Waits:
    """From the request to the stay."""
    yield from placement_begun(life)
    yield from place_requested(life)
    yield from place_reserved(life)
    yield from admitted(life)


def away(life: Life) -> Waits:
    _stay(life, "leave", reason="leave")
    yield life.days(3)


def returned(life: Life) -> Waits:
    _stay(life, "come_back")
    yield life.days(2, 4)


def stay_ended(life: Life) -> Waits:
    _stay(life, "end", reason="stay_ended", ending=life.rng.choice([Ending.MOVED_ON, Ending.FAMILY]))
    yield life.days(1, 3)


# Support


def support_begun(life: Life) -> Waits:
    life.step("begin_support")
    yield life.days(1)


def support_planned(life: Life) -> Waits:
    life.is_treated = True
    life.episode = support.plan_service(
        life.case,
        by=life.worker,
        provider_id=life.organisation("quiet_room").pk,
        service=Service.MHPSS,
        goal=life.text("goal"),
    )
    yield life.days(1, 2)


def _support(life: Life, transition: str, *, reason: str = "") -> None:
    life.episode = support.take_step(
        life.episode,
        transition,
        by=life.actor("clinician"),
        expected_version=life.episode.version,
        reason=life.text(reason) if reason else "",
    )


def support_started(life: Life) -> Waits:
    yield from support_planned(life)
    _support(life, "start")
    yield life.minutes(20, 60)


def met(life: Life) -> Waits:
    """An appointment, mostly kept, and the note that only clinicians read."""
    clinician = life.actor("clinician")
    appointment = support.add_appointment(life.episode, by=clinician, starts_at=_at_ten(days=5), minutes=50)
    yield life.days(5)
    state = life.rng.choice([*[AppointmentState.TOOK_PLACE] * 8, AppointmentState.MISSED, AppointmentState.CANCELLED])
    support.mark_appointment(appointment, by=clinician, expected_version=appointment.version, state=state)
    if state == AppointmentState.TOOK_PLACE:
        support.add_clinical_note(life.episode, by=clinician, body=life.text("clinical"))
    yield life.days(1, 2)


def next_meeting(life: Life) -> Waits:
    coming = _at_ten(days=life.rng.randint(1, 6))
    support.add_appointment(life.episode, by=life.actor("clinician"), starts_at=coming, minutes=50)
    yield life.days(1)


def _at_ten(*, days: int) -> datetime:
    return (now() + timedelta(days=days)).replace(hour=10, minute=0, second=0, microsecond=0)


def support_paused(life: Life) -> Waits:
    _support(life, "pause", reason="paused")
    yield life.days(4, 6)


def support_resumed(life: Life) -> Waits:
    _support(life, "resume")
    yield life.days(2)


def support_completed(life: Life) -> Waits:
    _support(life, "complete")
    yield life.days(1, 2)


def support_interrupted(life: Life) -> Waits:
    _support(life, "discontinue", reason="interrupted")
    yield life.days(1, 2)


# Safety


def alarmed(life: Life) -> Waits:
    life.alert = support.raise_alert(
        life.case,
        by=life.actor("clinician") if life.is_treated else life.worker,
        level=life.rng.choice(AlertLevel.values),
        concern=life.text("concern"),
        actions=life.text("actions"),
    )
    yield life.minutes(20, 60)


def _watch(life: Life, transition: str, *, second: bool = False, reason: str = "", **facts: str) -> None:
    by = life.actor("clinician2") if life.is_treated else life.colleague
    if not second:
        by = life.actor("clinician") if life.is_treated else life.worker
    life.alert = support.take_alert_step(
        life.alert,
        transition,
        by=by,
        expected_version=life.alert.version,
        reason=life.text(reason) if reason else "",
        **facts,
    )


def alert_assessed(life: Life) -> Waits:
    _watch(life, "assess")
    yield life.minutes(30, 90)


def alert_managed(life: Life) -> Waits:
    _watch(life, "manage", plan=life.text("safety_plan"), actions=life.text("actions"))
    yield life.days(7)


def alert_closed(life: Life) -> Waits:
    _watch(life, "close", second=True, reason="danger_passed")
    yield life.days(1)
