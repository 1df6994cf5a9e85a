"""Open, take and close tasks; start, stop and run out clocks. Transitions call these inside their transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.accounts.models import Membership, User
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.lib.clock import now
from nrm.tasks.kinds import TaskKind, TaskOutcome
from nrm.tasks.models import Clock, Task
from nrm.tasks.selectors import Codes, open_tasks_for

#: Long enough to wait for an answer from elsewhere, too short for anybody to be forgotten.
LONGEST_SNOOZE = timedelta(days=14)


def open_task(
    kind: str,
    *,
    case_code: str,
    subject: str,
    organisation_id: UUID,
    by: Actor,
    role: str = "",
    due_at: datetime | None = None,
    time_limit: str = "",
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
            "time_limit": time_limit,
            "opened_at": now(),
            "opened_by": by.user_id,
        },
    )
    return task


def open_given(
    *,
    case_code: str,
    subject: str,
    organisation_id: UUID,
    by: Actor,
    role: str = "",
    due_at: datetime | None = None,
    user_id: UUID | None = None,
) -> Task:
    """A task that a colleague gives, to one person or to the queue. The caller audits it with what there is to do."""
    at = now()
    hold_in_place(user_id, organisation_id)
    return Task.objects.create(
        kind=TaskKind.AD_HOC,
        case_code=case_code,
        subject=subject,
        organisation_id=organisation_id,
        role=role,
        due_at=due_at,
        claimed_by_id=user_id,
        given_by=by.user_id if user_id not in {None, by.user_id} else None,
        opened_at=at,
        opened_by=by.user_id,
    )


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


def pass_tasks(*, case_code: str, role: str, of: UUID, to: UUID, by: Actor, besides: Iterable[TaskKind] = ()) -> int:
    """Hands the open tasks of a role in a case, but for some kinds, from one organisation to another, untaken; how
    many there were. What the other one has to do already is not asked of it twice."""
    theirs = Task.objects.open().filter(case_code=case_code, role=role, organisation=of).exclude(kind__in=besides)
    twice = Task.objects.open().filter(organisation=to, kind=OuterRef("kind"), subject=OuterRef("subject"))
    theirs.filter(Exists(twice)).update(closed_at=now(), closed_by=by.user_id, outcome=TaskOutcome.CANCELLED)
    return theirs.update(organisation=to, claimed_by=None, given_by=None, snoozed_until=None, escalation=0)


def set_due(*, subject: str, kinds: Iterable[str], due_at: datetime) -> int:
    """The open tasks of a record fall due at another time; how many there were."""
    tasks = Task.objects.open().filter(subject=subject, kind__in=[TaskKind(kind) for kind in kinds])
    return tasks.update(due_at=due_at, escalation=0)


def put_back(*, case_code: str, user_id: UUID) -> int:
    """The open tasks that somebody who no longer works on a case had taken; how many there were."""
    return Task.objects.open().filter(case_code=case_code, claimed_by=user_id).update(claimed_by=None, given_by=None)


def put_back_everywhere(user_id: UUID, organisation_id: UUID, *, role: str, stays: bool) -> int:
    """The open tasks that somebody who no longer works in this role there had taken; how many there were. Whoever
    `stays` in another role keeps what is for everybody. The caller holds their memberships locked."""
    taken = Task.objects.open().filter(organisation=organisation_id, claimed_by=user_id)
    ended = taken.filter(role=role) if stays else taken
    return ended.update(claimed_by=None, given_by=None, snoozed_until=None)


def forget(case_code: str, *, by: Actor) -> None:
    """Nothing of this case is waited for any more: its open tasks are no longer needed, its time limits end."""
    close_tasks(by=by, case_code=case_code, outcome=TaskOutcome.CANCELLED)
    Clock.objects.running().filter(case_code=case_code).update(stopped_at=now())


def claim_task(task_id: UUID, *, by: Actor, codes: Codes) -> Task:
    """The actor takes a task of their organisation, so that colleagues see who is on it. Locks the task."""
    with transaction.atomic():
        hold_in_place(by.user_id, by.organisation_id)
        task = _locked(task_id, by, codes)
        if task.claimed_by_id not in {None, by.user_id}:
            raise MovedOn
        if task.claimed_by_id is None:
            task.given_by = None
        task.claimed_by_id, task.snoozed_until = by.user_id, None
        task.save(update_fields=["claimed_by", "given_by", "snoozed_until"])
        _record(Code.TASK_CLAIMED, task, by)
    return task


def give_to(task_id: UUID, *, user_id: UUID, expected: UUID | None, by: Actor, codes: Codes) -> Task:
    """A colleague is on it from now on. `expected` is who was on it on the page; `MovedOn` when it is somebody else by
    now. The caller audits it with the reason. Locks the colleague's memberships, then the task."""
    hold_in_place(user_id, by.organisation_id)
    task = _locked(task_id, by, codes)
    if task.claimed_by_id != expected:
        raise MovedOn
    task.claimed_by_id, task.snoozed_until = user_id, None
    task.given_by = by.user_id if user_id != by.user_id else None
    task.save(update_fields=["claimed_by", "given_by", "snoozed_until"])
    return task


def put_off(task_id: UUID, *, until: datetime, by: Actor, codes: Codes) -> Task:
    """It stands below everything else until then, and is late when it is late all the same. Not what a colleague is
    on. The caller audits it with the reason. Locks the task."""
    if not now() < until <= now() + LONGEST_SNOOZE:
        raise NotYet(_("Choose a day within the next 14 days."))
    task = _locked(task_id, by, codes)
    if task.claimed_by_id not in {None, by.user_id}:
        raise MovedOn
    task.snoozed_until = until
    task.save(update_fields=["snoozed_until"])
    return task


def release_task(task_id: UUID, *, by: Actor, codes: Codes) -> Task:
    """The actor, or a colleague when the taker is away, puts the task back. Locks the task."""
    with transaction.atomic():
        task = _locked(task_id, by, codes)
        task.claimed_by_id, task.given_by = None, None
        task.save(update_fields=["claimed_by", "given_by"])
        _record(Code.TASK_RELEASED, task, by)
    return task


def finish_task(task_id: UUID, *, by: Actor, codes: Codes) -> Task:
    """The actor says a task is done; only for kinds that no step of the mechanism closes. Locks the task."""
    with transaction.atomic():
        task = _locked(task_id, by, codes)
        if not task.is_finished_by_hand:
            raise NotYet
        task.closed_at, task.closed_by, task.outcome = now(), by.user_id, TaskOutcome.DONE
        task.save(update_fields=["closed_at", "closed_by", "outcome"])
        _record(Code.TASK_CLOSED, task, by)
    return task


def start_clock(
    key: str,
    *,
    case_code: str,
    subject: str,
    rule: Mapping[str, Any],
    due_at: datetime,
    started_at: datetime | None = None,
) -> Clock:
    """Starts a time limit for a record; one that runs already goes on as it is.

    When it is due is for the country's calendar to say. The rule is kept as it was (`ClockRule.kept`), so a changed
    profile changes no running limit.
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
            "rule": dict(rule),
        },
    )
    return clock


def stop_clocks(code: str, *, subjects: Iterable[str], keys: Iterable[str] = ()) -> int:
    """Stops the running time limits of these records whose own rule ends with this act; how many there were.

    `keys` are the limits that the present profile ends with it: they count for clocks that keep no such list, started
    before rules were kept whole.
    """
    ends = Q(rule__stops_on__contains=[code]) | Q(rule__stops_on__isnull=True, key__in=list(keys))
    return Clock.objects.running().filter(ends, subject__in=list(subjects)).update(stopped_at=now())


def stopped_since(case_code: str, running: Iterable[UUID]) -> list[UUID]:
    """Which of these time limits of a case, that ran a moment ago, run no more."""
    return list(
        Clock.objects.filter(case_code=case_code, pk__in=list(running))
        .exclude(stopped_at=None)
        .values_list("pk", flat=True)
    )


def resume_clocks(pks: Iterable[UUID]) -> int:
    """Lets stopped time limits run on as if they had never stopped, but for those that began anew meanwhile."""
    anew = Clock.objects.running().filter(key=OuterRef("key"), subject=OuterRef("subject"))
    stopped = Clock.objects.filter(pk__in=list(pks)).exclude(stopped_at=None)
    return stopped.exclude(Exists(anew)).update(stopped_at=None)


def lock_clock(pk: UUID) -> Clock:
    """The time limit as it is now, locked until the transaction ends. The caller has locked its case before."""
    return Clock.objects.select_for_update().get(pk=pk)


def run_out(clock: Clock, at: datetime) -> bool:
    """Marks a locked time limit that has run out; False when it no longer runs or is not due any more."""
    if not clock.is_running or clock.due_at > at:
        return False
    clock.ran_out_at = at
    clock.save(update_fields=["ran_out_at"])
    return True


def move_due(clock: Clock, due_at: datetime, *, by: Actor) -> None:
    """A locked time limit is due at another time, and runs again if it had run out. The tasks that it sets a time for
    move along; those that said that it ran out are no longer needed."""
    clock.due_at, clock.ran_out_at = due_at, None
    clock.save(update_fields=["due_at", "ran_out_at"])
    Task.objects.open().filter(subject=clock.subject, time_limit=clock.key).update(due_at=due_at, escalation=0)
    close_tasks(by=by, subject=reference_of(clock), outcome=TaskOutcome.CANCELLED)


def reference_of(record: Clock | Task) -> str:
    return f"{record._meta.label_lower}:{record.pk}"


def _of(*, subject: str, case_code: str) -> Q:
    """Exactly one of both says whose tasks are meant; neither would mean everybody's."""
    if bool(subject) == bool(case_code):
        raise ValueError("Name a record or a case.")
    return Q(subject=subject) if subject else Q(case_code=case_code)


def _locked(task_id: UUID, by: Actor, codes: Codes) -> Task:
    """Only in the cases that the actor sees, whose codes the caller brings along."""
    task = open_tasks_for(by, codes).filter(pk=task_id).select_for_update(of=("self",)).first()
    if task is None:
        raise NotVisible
    return task


def hold_in_place(user_id: UUID | None, organisation_id: UUID) -> None:
    """Whoever gets a task stays until it is written: what ends a membership waits, and then finds the task. Locks the
    memberships, always before tasks. `NotVisible` when they have left."""
    if user_id is None:
        return
    works = Membership.objects.filter(user=user_id, organisation=organisation_id, ended_at=None).order_by("pk")
    if not list(works.select_for_update(no_key=True)) or not User.objects.filter(pk=user_id, is_active=True).exists():
        raise NotVisible


def record_moved(task: Task, *, by: Actor) -> None:
    """That it went to somebody else, or back to the queue, as a part of a greater act."""
    _record(Code.TASK_HANDED_ON if task.claimed_by_id else Code.TASK_RELEASED, task, by)


def _record(code: Code, task: Task, by: Actor) -> None:
    audit.append(code, by=by, case_code=task.case_code, subject=reference_of(task), data={"kind": task.kind})
