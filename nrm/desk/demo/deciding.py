"""Chapters of the protection status: presumed by those who see the person, decided by the country's body."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from nrm.cases import actions as cases
from nrm.cases.models import ExtensionAuthority
from nrm.countries import profile
from nrm.countries.terms import ClockName
from nrm.desk.demo.life import Life
from nrm.identification import actions as identification
from nrm.identification.models import CourtAuthority, CourtOpinion, Outcome
from nrm.lib.clock import today
from nrm.tasks.models import Clock
from workflows.status import LegalBasis, Status

Waits = Iterator[timedelta]


def presumed(life: Life) -> Waits:
    if life.screening.gives_grounds:
        life.change_status("presume")
    else:
        life.change_status("presume_on_judgement", reason="presumed")
    yield life.minutes(20, 120)


# The body decides: one proposes and signs, the others sign


def _decided(life: Life, outcome: Outcome, *, reasons: str, basis: str) -> Waits:
    signers = life.rng.sample(life.panel, len(life.capacities))
    life.propose(outcome, reasons=reasons, basis=basis, by=signers[0])
    yield from _signed_by(life, signers[1:])


def _signed_by(life: Life, signers: Sequence[str]) -> Waits:
    for signer in signers:
        yield life.minutes(15, 90)
        life.sign(by=signer)


def confirmed(life: Life) -> Waits:
    if life.case.status == Status.PRESUMED:
        yield from _confirmed(life)
        yield life.days(1, 3)


def _confirmed(life: Life) -> Waits:
    basis = LegalBasis.CHILD_PROTECTION if life.is_child else LegalBasis.BODY_PROCEDURE
    yield from _decided(life, Outcome.IDENTIFY, reasons="confirmed", basis=basis)


def confirmed_in_time(life: Life) -> Waits:
    """Where the law gives the body hours, it decides before anything else begins."""
    if profile.current().clock(ClockName.FORMAL_ASSESSMENT):
        yield from _confirmed(life)
        yield life.minutes(20, 60)


def not_confirmed(life: Life) -> Waits:
    yield from _decided(life, Outcome.NOT_IDENTIFY, reasons="unconfirmed", basis=LegalBasis.INDICATORS)
    yield life.days(3, 5)


def upheld(life: Life) -> Waits:
    yield from _decided(life, Outcome.UPHOLD, reasons="upheld", basis=LegalBasis.NEW_FACTS)
    yield life.days(1)


def status_withdrawn(life: Life) -> Waits:
    yield from _decided(life, Outcome.WITHDRAW, reasons="status_ended", basis=LegalBasis.NEW_FACTS)
    yield life.days(1, 2)


# What stays open; where one signature is enough, nothing ever waits for a second


def proposed(life: Life) -> Waits:
    """Signed by one, and waiting for the first officer as for all others."""
    if len(life.capacities) > 1:
        life.propose(Outcome.IDENTIFY, reasons="proposed", basis=LegalBasis.INDICATORS, by=life.panel[-1])
    yield life.days(1)


def nearly_signed(life: Life) -> Waits:
    """Signed by all but the first officer."""
    yield from proposed(life)
    yield from _signed_by(life, life.panel[1 : len(life.capacities) - 1])


def taken_back(life: Life) -> Waits:
    """A new paper came before everybody had signed."""
    yield from proposed(life)
    if len(life.capacities) > 1:
        life.take_back(reason="taken_back", by=life.panel[0])
    yield life.days(1)


# What others say


def review_requested(life: Life) -> Waits:
    life.change_status("request_review", reason="review")
    yield life.days(2)


def declined_status(life: Life) -> Waits:
    life.change_status("decline", reason="wish")
    yield life.days(1, 2)


def reconsidered(life: Life) -> Waits:
    life.change_status("reconsider", reason="facts")
    yield life.days(1, 2)


def court_differs(life: Life) -> Waits:
    """The prosecution sees no offence; the status stays what it is."""
    identification.record_court_view(
        life.case,
        by=life.worker,
        authority=CourtAuthority.PROSECUTION,
        opinion=CourtOpinion.NO_OFFENCE,
        dated_on=today(),
        note=life.text("court_note"),
    )
    yield life.days(1)


def reflection_extended(life: Life) -> Waits:
    """The person needs more time before anybody asks them to decide."""
    limit = Clock.objects.running().get(key=ClockName.REFLECTION, case_code=life.code)
    cases.extend_clock(
        limit,
        by=life.worker,
        due_on=limit.due_at.date() + timedelta(days=30),
        authority=ExtensionAuthority.IDENTIFYING_BODY,
        reason=life.text("extended"),
    )
    yield life.days(1)
