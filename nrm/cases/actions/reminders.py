"""Reminders before something ends: told to whoever has to act, each once.

The database keeps them apart by what they remind of: the record, when it ends, how long before (`Notice.once`). So a
limit that is extended is reminded of anew, and a round that is run twice, at once or after a crash, tells nobody twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.cases.models import Case
from nrm.cases.telling import people_to_tell
from nrm.countries import profile
from nrm.notices import actions as notices
from nrm.notices.kinds import NoticeKind
from nrm.notices.selectors import told_already
from nrm.tasks.models import Clock, Task
from nrm.tasks.rounds import one_by_one

Record = TypeVar("Record", bound=Any)


def remind_of_limits(at: datetime) -> int:
    """Of running time limits that end soon; of how many somebody was told."""
    rule = profile.current().reminders
    until = at + timedelta(hours=rule.longest_of_limits)
    ending = Clock.objects.running().filter(due_at__gt=at, due_at__lte=until).order_by("due_at", "id")
    return remind(ending, lambda clock: rule.of_limits(clock.kept_rule.unit), _remind_of_limit, at=at)


def remind_of_tasks(at: datetime) -> int:
    """Of open tasks that are due soon; of how many somebody was told. Where the time limit of a record says when a task
    is due, it is reminded of as that limit; what was put off comes back by itself."""
    hours = profile.current().reminders.tasks
    until = at + timedelta(hours=max(hours, default=0))
    runs = Clock.objects.running().filter(key=OuterRef("time_limit"), subject=OuterRef("subject"))
    due = Task.objects.open().filter(due_at__gt=at, due_at__lte=until).exclude(snoozed_until__gt=at)
    return remind(due.exclude(Exists(runs)).order_by("due_at", "id"), hours, _remind_of_task, at=at)


def remind(
    records: Iterable[Record],
    hours: Sequence[int] | Callable[[Record], Sequence[int]],
    tell: Callable[[Record, str], bool],
    *,
    at: datetime,
) -> int:
    """`tell` gets the record and the key under which it is told once. Two queries for what was told before."""
    keys: dict[UUID, str] = {}
    due: list[Record] = []
    for record in records:
        if key := key_of(record, hours(record) if callable(hours) else hours, at=at):
            keys[record.pk] = key
            due.append(record)
    known = told_already(keys.values())
    fresh = [record for record in due if keys[record.pk] not in known]
    return one_by_one(fresh, lambda record: tell(record, keys[record.pk]))


def key_of(record: Any, hours: Sequence[int], *, at: datetime) -> str:
    """What is to be told of now, the latest only; empty for nothing. A task that was handed on is told of anew."""
    end = getattr(record, "due_at", None) or record.starts_at
    before = latest(hours, begun=begin_of(record), end=end, at=at)
    if before is None:
        return ""
    given_to = record.claimed_by_id.hex if getattr(record, "given_by", None) and record.claimed_by_id else ""
    return f"{record._meta.model_name}:{record.pk.hex}:{end.astimezone(UTC):%Y%m%d%H%M%S}:{before}:{given_to}"


def begin_of(record: Any) -> datetime | None:
    """Since when there is something to be reminded of."""
    return getattr(record, "started_at", None) or getattr(record, "opened_at", None)


def latest(hours: Sequence[int], *, begun: datetime | None, end: datetime, at: datetime) -> int | None:
    """Of the reminders whose time has come the last one: who was away for a week is not told three times at once."""
    come = [hour for hour in hours if (moment := end - timedelta(hours=hour)) <= at and (not begun or begun < moment)]
    return min(come, default=None)


def _remind_of_limit(clock: Clock, key: str) -> bool:
    """False when nobody is told. Locks the time limit; whoever changes it just now is passed by."""
    with transaction.atomic():
        running = Clock.objects.running().filter(pk=clock.pk, due_at=clock.due_at)
        if running.select_for_update(skip_locked=True).first() is None:
            return False
        case = Case.objects.get(code=clock.case_code)
        told = [
            notices.queue(
                NoticeKind.LIMIT_ENDS_SOON,
                case_code=case.code,
                organisation_id=organisation_id,
                recipients=people_to_tell(case, organisation_id, role),
                once=key,
            )
            for organisation_id, role in _who_acts(clock, case)
        ]
        return any(told)


def _who_acts(clock: Clock, case: Case) -> list[tuple[UUID, str]]:
    """Whoever has a task within this time limit, else the organisation that leads the case."""
    waiting = Task.objects.open().filter(subject=clock.subject, time_limit=clock.key)
    if acting := list(waiting.order_by("opened_at").values_list("organisation", "role").distinct()):
        return list(dict.fromkeys(acting))
    leads = case.participations.open().filter(relation=Relation.LEADS, user=None)
    return [(pk, Role.CASE_WORKER) for pk in leads.values_list("organisation", flat=True).distinct()]


def _remind_of_task(task: Task, key: str) -> bool:
    """False when nobody is told. Locks the task; whoever changes it just now is passed by."""
    with transaction.atomic():
        still = Task.objects.open().filter(pk=task.pk, due_at=task.due_at)
        locked = still.select_for_update(skip_locked=True).first()
        return locked is not None and bool(
            notices.queue(
                NoticeKind.TASK_DUE_SOON,
                case_code=locked.case_code,
                organisation_id=locked.organisation_id,
                recipients=_who_does(locked),
                once=key,
            )
        )


def _who_does(task: Task) -> list[UUID] | None:
    """Who is on it, while they work there; else everybody it is for."""
    case = Case.objects.filter(code=task.case_code).first() if task.case_code else None
    if case is None:
        own = Q(organisation=task.organisation_id, ended_at=None, user__is_active=True)
        is_there = task.claimed_by is not None and task.claimed_by.memberships.filter(own).exists()
        return [task.claimed_by_id] if is_there and task.claimed_by_id else None
    people = people_to_tell(case, task.organisation_id, task.role)
    return [task.claimed_by_id] if task.claimed_by_id in people and task.claimed_by_id else people
