"""Chapters from the first sight of a person to the moment when help is arranged.

A chapter is a generator: it acts as people do in the rooms, then yields how long nothing happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nrm.cases import actions as cases
from nrm.cases.models import (
    BestInterestFinding,
    BestInterestStep,
    DataCategory,
    GuardianKind,
    Purpose,
    RiskDomain,
)
from nrm.desk.demo.life import Life
from nrm.desk.demo.words import identity
from nrm.identification import actions as identification
from nrm.identification.models import AnswerValue, EvidenceBasis, SafeToTalk, Screening
from nrm.lib.clock import today
from workflows.status import LegalBasis

Waits = Iterator[timedelta]

SEEN, TOLD = (AnswerValue.OBSERVED, EvidenceBasis.SEEN), (AnswerValue.REPORTED, EvidenceBasis.TOLD)
NOT_SO, UNKNOWN = (AnswerValue.NOT_PRESENT, ""), (AnswerValue.UNKNOWN, "")
#: Indicator: what was found and on what basis.
TELLING = {"GN01": TOLD, "DR01": TOLD, "EX01": TOLD, "EX02": TOLD, "CD01": SEEN, "CD07": UNKNOWN}
FAINT = {"GN02": SEEN, "DR01": NOT_SO, "EX01": NOT_SO, "EX09": TOLD, "CD01": UNKNOWN}
VAGUE = {"GN01": TOLD, "GN04": SEEN, "GN11": TOLD, "GN16": NOT_SO}


def reported(life: Life) -> Waits:
    """Somebody opens the case and writes down the signs, one by one."""
    life.screening = identification.open_case(
        by=life.actor(life.reporter),
        lead_organisation_id=life.organisation(life.lead).pk,
        age_group=life.traits.age,
        sex=life.sex,
        suspicions=[life.traits.suspected],
        safe_to_talk=life.rng.choice([SafeToTalk.YES, SafeToTalk.YES, SafeToTalk.UNKNOWN]),
        spoken_language=life.who.spoken,
        needs_interpreter=life.who.from_abroad,
    )
    life.code = life.screening.case.code
    yield life.minutes(2, 6)
    yield from answered(life, life.screening)


def answered(life: Life, screening: Screening) -> Waits:
    signs = (TELLING if life.traits.suspected == "labour" else VAGUE) if life.traits.has_grounds else FAINT
    note = life.text("sign")
    for code, (value, basis) in signs.items():
        identification.answer_indicator(
            screening, code, by=life.actor(life.reporter), expected_version=0, value=value, basis=basis, note=note
        )
        note = ""
    yield life.minutes(5, 15)


def screened(life: Life) -> Waits:
    """The screening is complete, the first aid given, the lead told."""
    life.screening = identification.complete_screening(
        life.screening,
        by=life.actor(life.reporter),
        expected_version=life.screening.version,
        judgement=life.text("judgement"),
    )
    yield life.minutes(40, 300)


def screened_again(life: Life) -> Waits:
    """A second talk is fuller than the first and takes its place."""
    first = life.screening
    case = life.case
    reporter = life.actor(life.reporter)
    life.screening = identification.begin_screening(
        case, by=reporter, suspicions=[life.traits.suspected], safe_to_talk=SafeToTalk.YES
    )
    yield life.minutes(2, 5)
    yield from answered(life, life.screening)
    yield from screened(life)
    identification.take_screening_step(
        first, "supersede", by=reporter, expected_version=first.version, reason=life.text("newer")
    )
    yield life.days(1)


def read(life: Life) -> Waits:
    """The lead has read it and found no grounds to go on."""
    life.tidy()
    yield life.minutes(30, 90)


def asked(life: Life) -> Waits:
    """An adult is asked whether they want to be named; a child is protected without being asked."""
    if life.is_child:
        yield from protected(life)
    elif life.traits.stays_nameless:
        life.choose("stay_nameless")
    else:
        life.choose("agree_to_be_named")
        yield from identity_written(life)
    yield life.minutes(5, 20)


def protected(life: Life) -> Waits:
    """A guardian, who the child is, and a look at the child's best interests before the first move."""
    yield from identity_written(life)
    cases.record_guardian(
        life.case,
        by=life.worker,
        kind=GuardianKind.TEMPORARY,
        appointed_on=today(),
        is_independent=True,
        contact=life.text("guardian"),
    )
    yield life.minutes(60, 240)
    cases.assess_best_interests(
        life.case,
        by=life.colleague,
        step=BestInterestStep.ACCOMMODATION,
        finding=BestInterestFinding.IN_BEST_INTERESTS,
        childs_view=life.text("childs_view"),
        reasons=life.text("best_interests"),
        guardian_heard=True,
    )


def identity_written(life: Life) -> Waits:
    written = identity(life.who, life.world.texts, is_child=life.is_child, rng=life.rng)
    case = life.case
    cases.write_identity(case, written, by=life.worker, expected_version=case.person.version)
    yield life.minutes(10, 60)


def presumed(life: Life) -> Waits:
    if life.traits.has_grounds and life.traits.suspected == "labour":
        life.decide("presume", by=life.worker)
    else:
        life.decide("presume_on_judgement", by=life.worker, reason="presumed")
    yield life.minutes(20, 120)


def assessed(life: Life) -> Waits:
    case = life.case
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
            given_how=life.given_how,
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
        given_how=life.given_how,
        given_on=today(),
        ends_on=today() + timedelta(days=3),
        note=life.text("consent"),
    )
    yield life.days(5)


def noted(life: Life) -> Waits:
    cases.add_note(life.case, by=life.rng.choice([life.worker, life.colleague]), body=life.text("note"))
    yield life.days(1, 3)


def confirmed(life: Life) -> Waits:
    officer = life.actor(life.rng.choice(["officer", "officer2"]))
    life.decide("identify", by=officer, reason="confirmed", status_basis=LegalBasis.BODY_PROCEDURE)
    yield life.days(1, 3)


def not_confirmed(life: Life) -> Waits:
    life.decide("not_identify", by=life.actor("officer"), reason="unconfirmed", status_basis=LegalBasis.INDICATORS)
    yield life.days(3, 5)


def review_requested(life: Life) -> Waits:
    life.decide("request_review", by=life.worker, reason="review")
    yield life.days(2)


def declined_status(life: Life) -> Waits:
    life.decide("decline", by=life.worker, reason="wish")
    yield life.days(1, 2)


def reconsidered(life: Life) -> Waits:
    life.decide("reconsider", by=life.worker, reason="facts")
    yield life.days(1, 2)


def status_withdrawn(life: Life) -> Waits:
    life.decide("withdraw", by=life.actor("officer2"), reason="status_ended", status_basis=LegalBasis.NEW_FACTS)
    yield life.days(1, 2)
