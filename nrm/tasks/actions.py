"""Open, take and close tasks; start, stop and run out clocks. Transitions call these inside their transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.lib.clock import now
from nrm.tasks.kinds import TaskKind, TaskOutcome
from nrm.tasks.models import Clock, Task
from nrm.tasks.selectors import open_tasks_for


class ClockRule(Protocol):
    """What a clock keeps of a time limit of the country's profile (`nrm.countries.profile.ClockRule`)."""

    @property
    def length(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def day_kind(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def checked(self) -> bool: ...


def open_task(
    kind: str,
    *,
    case_code: str,
    subject: str,
    organisation_id: UUID,
    by: Actor,
    role: str = "",
    due_at: datetime | None = None,
) -> Task:
    """One open task for a kind, record and organisation: opening it again returns the one there is."""
    task, _is_new = Task.objects.open().get_or_create(
        kind=TaskKind(kind),
        subject=subject,
        organisation_id=organisation_id,
        closed_at=None,
        defaults={
            "case_code": case_code,
            "role": role,
            "due_at": due_at,
            "opened_at": now(),
            "opened_by": by.user_id,
        },
    )
    return task


def close_tasks(
    *,
    by: Actor,
    subject: str = "",
    case_code: str = "",
    kinds: Iterable[str] | None = None,
    outcome: TaskOutcome = TaskOutcome.DONE,
) -> int:
    """Closes the open tasks of a record or of a case, all kinds or some; how many there were."""
    tasks = Task.objects.open().filter(_of(subject=subject, case_code=case_code))
    if kinds is not None:
        tasks = tasks.filter(kind__in=[TaskKind(kind) for kind in kinds])
    return tasks.update(closed_at=now(), closed_by=by.user_id, outcome=outcome)


def claim_task(task_id: UUID, *, by: Actor) -> Task:
    """The actor takes a task of their organisation, so that colleagues see who is on it. Locks the task."""
    with transaction.atomic():
        task = _locked(task_id, by)
        if task.claimed_by_id not in {None, by.user_id}:
            raise MovedOn
        task.claimed_by_id = by.user_id
        task.save(update_fields=["claimed_by"])
        _record(Code.TASK_CLAIMED, task, by)
    return task


def release_task(task_id: UUID, *, by: Actor) -> Task:
    """The actor, or a colleague when the taker is away, puts the task back. Locks the task."""
    with transaction.atomic():
        task = _locked(task_id, by)
        task.claimed_by_id = None
        task.save(update_fields=["claimed_by"])
        _record(Code.TASK_RELEASED, task, by)
    return task


def finish_task(task_id: UUID, *, by: Actor) -> Task:
    """The actor says a task is done; only for kinds that no step of the mechanism closes. Locks the task."""
    with transaction.atomic():
        task = _locked(task_id, by)
        if not task.is_finished_by_hand:
            raise NotYet
        task.closed_at, task.closed_by, task.outcome = now(), by.user_id, TaskOutcome.DONE
        task.save(update_fields=["closed_at", "closed_by", "outcome"])
        _record(Code.TASK_CLOSED, task, by)
    return task


def start_clock(
    key: str, *, case_code: str, subject: str, rule: ClockRule, due_at: datetime, started_at: datetime | None = None
) -> Clock:
    """Starts a time limit for a record; one that runs already goes on as it is.

    When it is due is for the country's calendar to say. The rule is kept as it was, so a changed profile changes no
    running limit.
    """
    clock, _is_new = Clock.objects.running().get_or_create(
        key=key,
        subject=subject,
        stopped_at=None,
        ran_out_at=None,
        defaults={
            "case_code": case_code,
            "started_at": started_at or now(),
            "due_at": due_at,
            "rule": {
                "length": rule.length,
                "unit": str(rule.unit),
                "day_kind": str(rule.day_kind),
                "source": rule.source,
                "checked": rule.checked,
            },
        },
    )
    return clock


def stop_clock(key: str, *, subject: str) -> bool:
    """Whether it was running."""
    return Clock.objects.running().filter(key=key, subject=subject).update(stopped_at=now()) > 0


def take_due_clocks(at: datetime, *, limit: int = 50) -> list[Clock]:
    """Marks clocks that have run out and hands them to the caller, each to one caller once.

    The caller acts on them in the same transaction: if that fails, the marks go too and the next run takes them again.
    Locks the rows; another worker passes over them.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Due clocks are taken inside the transaction that acts on them.")
    due = Clock.objects.running().filter(due_at__lte=at).order_by("due_at", "id").select_for_update(skip_locked=True)
    clocks = list(due[:limit])
    for clock in clocks:
        clock.ran_out_at = at
    Clock.objects.bulk_update(clocks, ["ran_out_at"])
    return clocks


def _of(*, subject: str, case_code: str) -> Q:
    """Exactly one of both says whose tasks are meant; neither would mean everybody's."""
    if bool(subject) == bool(case_code):
        raise ValueError("Name a record or a case.")
    return Q(subject=subject) if subject else Q(case_code=case_code)


def _locked(task_id: UUID, by: Actor) -> Task:
    task = open_tasks_for(by).filter(pk=task_id).select_for_update(of=("self",)).first()
    if task is None:
        raise NotVisible
    return task


def _record(code: Code, task: Task, by: Actor) -> None:
    audit.append(code, by=by, case_code=task.case_code, subject=f"tasks.task:{task.pk}", data={"kind": task.kind})
