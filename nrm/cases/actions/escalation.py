"""A task that stays late is told of: to the supervisors of its organisation, then to the coordinator, each once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from nrm.access.actor import THE_SERVICE
from nrm.access.roles import Role
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Organisation
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.models import Case
from nrm.cases.selectors.work import free_to_know, who_can_do
from nrm.countries import profile
from nrm.notices import actions as notices
from nrm.notices.kinds import NoticeKind
from nrm.tasks.actions import reference_of
from nrm.tasks.kinds import Escalation
from nrm.tasks.models import Task
from nrm.tasks.rounds import one_by_one


def escalate_tasks(at: datetime) -> int:
    """How often somebody was told of a late task. Put off or not: what is late is late. May run twice at once and stop
    anywhere: each step is a transaction of its own with the task locked, and nobody waits for another round."""
    rule = profile.current().escalation
    told = _pass_on(Escalation.SUPERVISORS, at - timedelta(hours=rule.supervisor))
    return told + _pass_on(Escalation.COORDINATOR, at - timedelta(hours=rule.coordinator))


def _pass_on(level: Escalation, due_before: datetime) -> int:
    late = Task.objects.open().filter(due_at__lte=due_before, escalation=level - 1).order_by("due_at", "id")
    return one_by_one(list(late.only("pk", "case_code")), lambda task: _tell(task, level, due_before))


def _tell(seen: Task, level: Escalation, due_before: datetime) -> bool:
    """False when another round is at it, when it moved on meanwhile, or when nobody at that level may be told. Locks
    the case, then the task: an act of several steps closes tasks while it holds the end of the log."""
    pk = seen.pk
    with transaction.atomic():
        if (case := _case_of(seen)) is not None and not _is_free(case):
            return False
        late = Task.objects.open().filter(pk=pk, due_at__lte=due_before, escalation=level - 1)
        task = late.select_for_update(skip_locked=True, of=("self",)).first()
        if task is None:
            return False
        told = _supervisors_of(task) if level == Escalation.SUPERVISORS else _coordinators_of(task)
        if level == Escalation.COORDINATOR and not any(told.values()):
            return False
        task.escalation = level
        task.save(update_fields=["escalation"])
        for organisation_id, people in told.items():
            _queue(task, level, organisation_id, people)
        audit.append(
            Code.TASK_ESCALATED,
            by=THE_SERVICE,
            case_code=task.case_code,
            subject=reference_of(task),
            data={"kind": task.kind, "organisation": task.organisation_id, "level": level.name.lower()},
        )
    return True


def _queue(task: Task, level: Escalation, organisation_id: UUID, people: Collection[UUID]) -> None:
    """Told anew when the task moved to another organisation or another time."""
    notices.queue(
        NoticeKind.TASK_LATE,
        case_code=task.case_code,
        organisation_id=organisation_id,
        recipients=people,
        once=f"late:{task.pk.hex}:{task.organisation_id.hex}:{task.due_at:%Y%m%d%H%M}:{level}",
    )


def _supervisors_of(task: Task) -> dict[UUID, list[UUID]]:
    """Where the organisation has none, its case workers; where it has none of those, whoever could do the task. Nobody
    who does not see the case, but for what an organisation was left to do of a case that it sees no more."""
    case = _case_of(task)
    people = who_can_do(case, task.organisation_id)
    if not people.exists():
        people = free_to_know(who_can_do(None, task.organisation_id), case)
    ways = ({"supervises": True}, {"role": Role.CASE_WORKER}, {"role": task.role} if task.role else {})
    found = (list(dict.fromkeys(people.filter(**way).values_list("user_id", flat=True))) for way in ways)
    return {task.organisation_id: next((users for users in found if users), [])}


def _coordinators_of(task: Task) -> dict[UUID, list[UUID]]:
    """Nobody for a restricted case: no country-wide office is told of one."""
    case = _case_of(task)
    offices = Organisation.objects.filter(kind=OrganisationKind.COORDINATION_OFFICE, is_active=True)
    return {
        office: list(dict.fromkeys(who_can_do(case, office, Role.COORDINATOR).values_list("user_id", flat=True)))
        for office in offices.values_list("pk", flat=True)
    }


def _is_free(case: Case) -> bool:
    """Locks it, unless somebody is at it just now: then the next round looks again."""
    return Case.objects.filter(pk=case.pk).select_for_update(skip_locked=True, of=("self",)).exists()


def _case_of(task: Task) -> Case | None:
    return Case.objects.filter(code=task.case_code).first() if task.case_code else None
