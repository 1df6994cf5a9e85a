"""Chapters before help is arranged: the risk, the consents, the first notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nrm.access.actor import Actor
from nrm.cases import actions as cases
from nrm.cases.models import DataCategory, Purpose, RiskDomain
from nrm.cases.selectors.team import responsible_for
from nrm.desk.demo.life import Life
from nrm.lib.clock import today

Waits = Iterator[timedelta]


def bring_in(life: Life, *, by: Actor) -> None:
    """Both who work on the cases of this story come to be in the team."""
    for other in {life.worker, life.colleague} - {by}:
        cases.add_member(life.case, by=by, user_id=other.user_id)


def assessed(life: Life) -> Waits:
    """By who takes the case on, and brings a colleague in."""
    case = life.case
    if responsible_for(case) is None:
        cases.take_on(case, by=life.worker)
        bring_in(life, by=life.worker)
    cases.assess_risk(
        case,
        by=life.worker,
        expected_version=case.version,
        level=life.traits.risk,
        accommodation=life.traits.accommodation,
        domains=life.rng.sample(RiskDomain.values, 2),
        account=life.text("risk"),
        review_on=today() + timedelta(days=30),
    )
    yield life.minutes(20, 90)


def agreed(life: Life) -> Waits:
    """The person agrees to assistance and to a service; each is a consent of its own."""
    for purpose in (Purpose.ASSISTANCE, Purpose.SERVICE):
        consent = cases.record_consent(
            life.case,
            by=life.worker,
            purpose=purpose,
            **life.agreement,
            given_on=today(),
            categories=[DataCategory.IDENTITY, DataCategory.RISK],
            with_interpreter=life.who.from_abroad,
            note=life.text("consent"),
        )
        life.consents.append(consent)
    yield life.days(1)


def consent_withdrawn(life: Life) -> Waits:
    consent = life.consents[-1]
    cases.take_consent_step(
        consent,
        "withdraw",
        by=life.worker,
        expected_version=consent.version,
        reason=life.text("consent_withdrawn"),
    )
    yield life.days(1)


def consent_expires(life: Life) -> Waits:
    """A consent with an end, which nobody renews."""
    cases.record_consent(
        life.case,
        by=life.worker,
        purpose=Purpose.FORMAL_IDENTIFICATION,
        **life.agreement,
        given_on=today(),
        ends_on=today() + timedelta(days=3),
        note=life.text("consent"),
    )
    yield life.days(5)


def noted(life: Life) -> Waits:
    cases.add_note(life.case, by=life.rng.choice([life.worker, life.colleague]), body=life.text("note"))
    yield life.days(1, 3)
