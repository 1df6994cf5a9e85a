"""Chapters of support and safety."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nrm.desk.demo.life import Life
from nrm.directory.services import Service
from nrm.lib.clock import now
from nrm.support import actions as support
from nrm.support.models import AlertLevel, AppointmentState

Waits = Iterator[timedelta]


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
    appointment = support.add_appointment(
        life.episode, by=clinician, starts_at=at(10, now() + timedelta(days=5)), minutes=50
    )
    yield life.days(5)
    state = life.rng.choice([*[AppointmentState.TOOK_PLACE] * 8, AppointmentState.MISSED, AppointmentState.CANCELLED])
    support.mark_appointment(appointment, by=clinician, expected_version=appointment.version, state=state)
    if state == AppointmentState.TOOK_PLACE:
        support.add_clinical_note(life.episode, by=clinician, body=life.text("clinical"))
    yield life.days(1, 2)


def next_meeting(life: Life) -> Waits:
    """Tomorrow or later this week."""
    yield life.world.until_before_end(timedelta(days=2))
    coming = at(life.rng.choice([8, 10, 12]), life.world.end + timedelta(days=life.rng.randint(1, 6)))
    support.add_appointment(life.episode, by=life.actor("clinician"), starts_at=coming, minutes=50)
    yield life.minutes(10, 40)


def at(hour: int, day: datetime) -> datetime:
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)


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
