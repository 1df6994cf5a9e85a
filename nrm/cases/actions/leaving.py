"""Somebody leaves: their tasks go back to the queue, and who takes on their cases is decided by those who stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from nrm.access.actor import Actor
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.actions.leaving import Leaver
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Membership, Organisation
from nrm.cases import lifecycle
from nrm.cases.models import Case, Participation, TeamMember, TeamPart, reference
from nrm.cases.selectors.work import who_can_do
from nrm.cases.telling import people_to_tell
from nrm.countries import profile
from nrm.countries.limits import end_of_working_day
from nrm.lib.clock import now
from nrm.notices import actions as notices
from nrm.notices.kinds import NoticeKind
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task
from workflows.case import Stage
from workflows.team import TeamState


@lifecycle.act()
def hand_back_work(leaver: Leaver, by: Actor) -> None:
    """Part of the act by which a role ends, which holds its membership locked. What an organisation has in common,
    drafts of referrals among it, stays with it; where nobody is left for it, the coordinator is asked to find
    somebody."""
    tasks.put_back_everywhere(leaver.user_id, leaver.organisation_id, role=leaver.role, stays=leaver.stays)
    if leaver.role is Role.CASE_WORKER:
        for case in _cases_of(leaver):
            _let_decide(case, leaver.organisation_id, by=by)
    if _left_alone(leaver):
        _ask_coordinators(TaskKind.NOBODY_LEFT, "", f"{Organisation._meta.label_lower}:{leaver.organisation_id}", by=by)


def _cases_of(leaver: Leaver) -> list[Case]:
    """Those that they were responsible for and that go on."""
    theirs = TeamMember.objects.filter(
        state=TeamState.ACTIVE,
        part=TeamPart.RESPONSIBLE,
        organisation=leaver.organisation_id,
        user=leaver.user_id,
    )
    return list(Case.objects.open().filter(pk__in=theirs.values("case")).order_by("pk"))


def _let_decide(case: Case, organisation_id: UUID, *, by: Actor) -> None:
    """The team that is left and the supervisors; the coordinator where there is nobody, unless the case is restricted:
    then the coordinator learns that nobody is left, not of which case."""
    if who_can_do(case, organisation_id, Role.CASE_WORKER).exists():
        _open(TaskKind.ASSIGN_CASE, case.code, reference(case), organisation_id, Role.CASE_WORKER, by=by)
        told = people_to_tell(case, organisation_id, Role.CASE_WORKER)
        notices.queue(NoticeKind.TASK_GIVEN, case_code=case.code, organisation_id=organisation_id, recipients=told)
    elif not case.is_restricted:
        _ask_coordinators(TaskKind.ASSIGN_CASE, case.code, reference(case), by=by)


def _ask_coordinators(kind: TaskKind, code: str, subject: str, *, by: Actor) -> None:
    for office in Organisation.objects.filter(kind=OrganisationKind.COORDINATION_OFFICE, is_active=True):
        _open(kind, code, subject, office.pk, Role.COORDINATOR, by=by)
        notices.queue(NoticeKind.TASK_GIVEN, case_code=code, organisation_id=office.pk, role=Role.COORDINATOR)


def _open(kind: TaskKind, code: str, subject: str, organisation_id: UUID, role: Role, *, by: Actor) -> None:
    tasks.open_task(
        kind,
        case_code=code,
        subject=subject,
        organisation_id=organisation_id,
        role=role,
        due_at=_next_working_day(),
        by=by,
    )


def _next_working_day() -> datetime:
    return end_of_working_day(now(), 1, country=profile.current().country)


def _left_alone(leaver: Leaver) -> bool:
    """Whether something waits in the organisation for people in this role, and nobody there is in it any more."""
    others = Membership.objects.filter(
        organisation=leaver.organisation_id, role=leaver.role, ended_at=None, user__is_active=True
    )
    return not others.exists() and (_has_tasks(leaver) or _leads_cases(leaver))


def _has_tasks(leaver: Leaver) -> bool:
    return Task.objects.open().filter(organisation=leaver.organisation_id, role__in=["", leaver.role]).exists()


def _leads_cases(leaver: Leaver) -> bool:
    if leaver.role is not Role.CASE_WORKER:
        return False
    leads = Participation.objects.open().filter(organisation=leaver.organisation_id, relation=Relation.LEADS, user=None)
    return leads.exclude(case__stage=Stage.CLOSED).exists()
