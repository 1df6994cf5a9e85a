"""A case itself: opening it, its steps, its risk, its notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions.team import take_on
from nrm.cases.actions.track import choose_track
from nrm.cases.models import Case, Closure, Note, RiskAssessment, reference
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault import actions as vault
from nrm.vault.fields import sealed
from workflows.case import CaseFlow
from workflows.effects import Party
from workflows.status import StatusFlow


@lifecycle.act()
def open_case(
    *,
    by: Actor,
    lead_organisation_id: UUID,
    age_group: str,
    sex: str,
    spoken_language: str = "",
    needs_interpreter: bool = False,
    region: str = "",
    child_protection_id: UUID | None = None,
) -> Case:
    """Open a case without an identity; the lead organisation has it from the first minute. Whoever may be a child is
    protected as one from that minute too, by the authority named here or else by the lead organisation. A case worker
    who opens it for the own organisation is responsible for it."""
    case = Case(
        person=vault.create_person(),
        age_group=age_group,
        sex=sex,
        spoken_language=spoken_language,
        needs_interpreter=needs_interpreter,
        region=region,
    )
    parties = {Party.LEAD: lead_organisation_id, Party.REPORTER: by.organisation_id}
    lifecycle.begin(CaseFlow, case, by=by, parties=parties)
    if by.role is Role.CASE_WORKER and by.organisation_id == lead_organisation_id:
        take_on(case, by=by)
    if not case.may_be_a_child():
        return case
    authority = Organisation.objects.get(pk=child_protection_id) if child_protection_id else None
    return choose_track(case, "protect_as_child", by=by, expected_version=case.version, child_protection=authority)


def take_case_step(
    case: Case, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Case:
    """`merge_cases` alone closes a case because it goes on in another one."""
    if facts.get("closure") == Closure.MERGED:
        raise NotYet(_("Merge the two cases instead."))
    return lifecycle.perform(
        CaseFlow, case, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def take_status_step(
    case: Case, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Case:
    return lifecycle.perform(
        StatusFlow, case, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


@lifecycle.act()
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
