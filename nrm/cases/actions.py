"""What people do to a case beyond the stage rooms."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.effects import Setting, carry_out
from nrm.cases.models import Case, Consent, Note, RiskAssessment, reference
from nrm.cases.selectors import require, standing_in
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault import actions as vault
from nrm.vault.fields import sealed
from nrm.vault.identity import Identity
from nrm.vault.reasons import RevealReason
from workflows.case import CaseFlow
from workflows.consent import ConsentFlow, ConsentState
from workflows.effects import Notify, OpenTask, Party
from workflows.status import StatusFlow

#: What follows when a time limit runs out.
ON_RUNNING_OUT = (
    OpenTask("clock_ran_out", to=Party.LEAD, days=1),
    Notify("clock_ran_out", to=Party.LEAD),
    Notify("clock_ran_out", to=Party.COORDINATOR),
)


@transaction.atomic
def open_case(
    *,
    by: Actor,
    lead_organisation_id: UUID,
    age_group: str,
    sex: str,
    spoken_language: str = "",
    needs_interpreter: bool = False,
) -> Case:
    """Open a case without an identity; the lead organisation has it from the first minute."""
    case = Case(
        person=vault.create_person(),
        age_group=age_group,
        sex=sex,
        spoken_language=spoken_language,
        needs_interpreter=needs_interpreter,
    )
    parties = {Party.LEAD: lead_organisation_id, Party.REPORTER: by.organisation_id}
    return lifecycle.begin(CaseFlow, case, by=by, parties=parties)


def take_case_step(
    case: Case, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Case:
    return lifecycle.perform(
        CaseFlow, case, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def take_status_step(
    case: Case, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Case:
    return lifecycle.perform(
        StatusFlow, case, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def record_consent(
    case: Case,
    *,
    by: Actor,
    purpose: str,
    given_how: str,
    given_on: date,
    recipient_id: UUID | None = None,
    categories: Iterable[str] = (),
    with_interpreter: bool = False,
    ends_on: date | None = None,
    note: str = "",
) -> Consent:
    consent = Consent(
        case=case,
        purpose=purpose,
        recipient_id=recipient_id,
        categories=list(categories),
        given_how=given_how,
        given_on=given_on,
        ends_on=ends_on,
        with_interpreter=with_interpreter,
        recorded_by=by.user_id,
    )
    consent.note = sealed(case.person, consent, "note", note)
    return lifecycle.begin(ConsentFlow, consent, by=by)


def take_consent_step(
    consent: Consent, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Consent:
    return lifecycle.perform(
        ConsentFlow, consent, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


@transaction.atomic
def assess_risk(
    case: Case,
    *,
    by: Actor,
    expected_version: int,
    level: str,
    accommodation: str,
    domains: Iterable[str] = (),
    account: str = "",
    review_on: date | None = None,
) -> RiskAssessment:
    """Record an assessment and carry its level and need of accommodation to the case."""
    assessment = RiskAssessment(
        case=case,
        level=level,
        accommodation=accommodation,
        domains=list(domains),
        review_on=review_on,
        assessed_by=by.user_id,
    )
    assessment.account = sealed(case.person, assessment, "account", account)
    lifecycle.amend(
        case,
        by=by,
        permission=Permission.ASSESS_RISK,
        code=Code.CASE_AMENDED,
        expected_version=expected_version,
        data={"because": Code.RISK_ASSESSED.value},
        risk_level=level,
        accommodation=accommodation,
    )
    tasks.close_tasks(by=by, subject=reference(case), kinds=[TaskKind.ASSESS_RISK])
    return lifecycle.add(
        assessment, by=by, permission=Permission.ASSESS_RISK, code=Code.RISK_ASSESSED, data={"level": level}
    )


def add_note(case: Case, *, by: Actor, body: str) -> Note:
    note = Note(case=case, written_by=by.user_id)
    note.body = sealed(case.person, note, "body", body)
    return lifecycle.add(note, by=by, permission=Permission.ADD_NOTE, code=Code.NOTE_ADDED)


@transaction.atomic
def write_identity(case: Case, identity: Identity, *, by: Actor, expected_version: int) -> None:
    """Seal the identity anew. `expected_version` is the version of the identity, not of the case. Locks the case."""
    locked = lifecycle.lock_case(case.pk)
    require(standing_in(by, locked), Permission.WRITE_IDENTITY)
    vault.write_identity(locked.person, identity, by=by, case_code=locked.code, expected_version=expected_version)


def reveal_identity(case: Case, *, by: Actor, reason: RevealReason) -> Identity:
    """Open the identity for this actor, once, with the event committed first. Must not run inside a transaction."""
    if not standing_in(by, case).may(Permission.REVEAL_IDENTITY):
        raise NotPermitted
    return vault.reveal(case.person, by=by, case_code=case.code, reason_code=reason)


def expire_consents(at: datetime) -> int:
    """Expire consents whose end date has passed, each in a transaction of its own; how many did."""
    past = Consent.objects.filter(state=ConsentState.GIVEN, ends_on__lt=timezone.localdate(at)).select_related("case")
    for consent in past:
        try:
            take_consent_step(consent, "expire", by=THE_SERVICE, expected_version=consent.version)
        except (MovedOn, NotYet):
            continue
    return len(past)


@transaction.atomic
def run_out_clocks(at: datetime) -> int:
    """Tell the lead and the coordinator of every time limit that ran out. Nothing is ever closed because of it."""
    clocks = tasks.take_due_clocks(at)
    cases = {case.code: case for case in Case.objects.filter(code__in=[clock.case_code for clock in clocks])}
    for clock in clocks:
        setting = Setting(case=cases[clock.case_code], subject=cases[clock.case_code], by=THE_SERVICE)
        carry_out(ON_RUNNING_OUT, setting)
        audit.append(
            Code.CLOCK_RAN_OUT,
            by=THE_SERVICE,
            case_code=clock.case_code,
            subject=clock.subject,
            data={"clock": clock.key},
        )
    return len(clocks)
