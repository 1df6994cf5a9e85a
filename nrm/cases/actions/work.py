"""Tasks that people give each other. What they write about them is sealed in the case and never sent anywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.roles import Role
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import Case, RemarkKind, TaskRemark, reference
from nrm.cases.selectors import require, standing_in
from nrm.cases.selectors.work import WorkOn, colleagues_for_task, leads, takes_part, who_can_do, work_on
from nrm.cases.telling import people_to_tell
from nrm.lib.clock import now
from nrm.notices import actions as notices
from nrm.notices.kinds import NoticeKind
from nrm.tasks import actions as tasks
from nrm.tasks.models import Task
from nrm.vault.fields import sealed
from workflows.case import Stage

NOT_TO_BE_CHOSEN = _("Choose a colleague from the list.")
NOT_TO_BE_GIVEN = _("Choose somebody who works on this case.")
NOT_TAKING_PART = _("Choose an organisation that takes part in the case.")
SAY_WHAT = _("Write it in words.")
TIME_TO_COME = _("Choose a time to come.")


@lifecycle.act()
def give_task(
    case: Case,
    *,
    by: Actor,
    organisation_id: UUID,
    text: str,
    due_at: datetime | None,
    user_id: UUID | None = None,
    subject: str = "",
    key: UUID | None = None,
) -> Task:
    """A task that no machine knows, for one's own organisation; by who leads the case or coordinates, for any that
    takes part in it. For a colleague, or for the queue. What there is to do is sealed; the task holds none of it.

    A `key` that was used gives the task that it gave before, so that a form sent twice asks once. Locks the case.
    """
    locked = lifecycle.lock_case(case.pk)
    _require_to_give(locked, by, organisation_id)
    if key and (before := TaskRemark.objects.filter(pk=key, written_by=by.user_id, case=locked).first()):
        return before.task
    if not text.strip():
        raise NotYet(SAY_WHAT)
    if due_at is not None and due_at <= now():
        raise NotYet(TIME_TO_COME)
    remark = TaskRemark(case=locked, kind=RemarkKind.ASKED, **_under(key))
    remark.task = tasks.open_given(
        case_code=locked.code,
        subject=subject or reference(remark),
        organisation_id=organisation_id,
        role=_role_in(locked, by, organisation_id, user_id),
        due_at=due_at,
        user_id=user_id,
        by=by,
    )
    _tell_of(remark.task, locked, by=by)
    return _add(remark, text, by=by, permission=Permission.GIVE_TASK, code=Code.TASK_GIVEN).task


@lifecycle.act()
def hand_on_task(pk: UUID, *, by: Actor, to: UUID, reason: str, expected: UUID | None) -> Task:
    """A colleague is on it from now on, and is told so. `expected` is who was on it on the page, None for nobody;
    `MovedOn` when it is somebody else by now. Locks the case, the colleague's memberships, then the task."""
    work = _locked_work(pk, by)
    if to not in {user_id for user_id, _name in colleagues_for_task(work)}:
        raise NotYet(NOT_TO_BE_CHOSEN)
    task = tasks.give_to(pk, user_id=to, expected=expected, by=by, codes=[work.task.case_code])
    _tell_of(task, work.case, by=by)
    _say_why(work, task, reason, by=by, code=Code.TASK_HANDED_ON, kind=RemarkKind.DELEGATED, to_id=to)
    return task


@lifecycle.act()
def put_off_task(pk: UUID, *, by: Actor, until: datetime, reason: str) -> Task:
    """Locks the case, then the task. `NotYet` for longer than `tasks.LONGEST_SNOOZE`."""
    work = _locked_work(pk, by)
    task = tasks.put_off(pk, until=until, by=by, codes=[work.task.case_code])
    _say_why(work, task, reason, by=by, code=Code.TASK_PUT_OFF, kind=RemarkKind.SNOOZED, until=until)
    return task


@lifecycle.act()
def comment_on_task(pk: UUID, *, by: Actor, text: str, key: UUID | None = None) -> TaskRemark:
    """By who does the task or gave it; nobody is told. A `key` that was used writes nothing more."""
    work = work_on(by, pk)
    if work.case is None or not work.may_remark:
        raise NotPermitted
    lifecycle.lock_case(work.case.pk)
    if key and (before := TaskRemark.objects.filter(pk=key, written_by=by.user_id, task=pk).first()):
        return before
    remark = TaskRemark(case=work.case, task=work.task, kind=RemarkKind.COMMENT, **_under(key))
    return _add(remark, text, by=by, permission=Permission.REMARK_ON_TASK, code=Code.TASK_REMARKED)


@lifecycle.act()
def take_task(pk: UUID, *, by: Actor) -> Task:
    """The actor is on it, so that colleagues see it. Locks the case, the actor's memberships, then the task."""
    return tasks.claim_task(pk, by=by, codes=_codes_under_lock(pk, by))


@lifecycle.act()
def put_back_task(pk: UUID, *, by: Actor) -> Task:
    """To the queue, by who is on it or by a colleague when they are away. Locks the case, then the task."""
    return tasks.release_task(pk, by=by, codes=_codes_under_lock(pk, by))


@lifecycle.act()
def finish_task(pk: UUID, *, by: Actor) -> Task:
    """It is done, as the actor says; only for kinds that no step closes. Locks the case, then the task."""
    return tasks.finish_task(pk, by=by, codes=_codes_under_lock(pk, by))


def _codes_under_lock(pk: UUID, by: Actor) -> list[str]:
    """The code of the task's case for who may know of it. An act of several steps closes tasks while it holds the end
    of the log; whoever holds a task waits for that end. So both lock the case before, also one that is not shown."""
    code = work_on(by, pk).task.case_code
    if code:
        lifecycle.lock_case(Case.objects.only("pk").get(code=code).pk)
    return [code]


def _under(key: UUID | None) -> dict[str, UUID]:
    """The remark's own id. A key that was used for something else counts as none."""
    return {} if key is None or TaskRemark.objects.filter(pk=key).exists() else {"id": key}


def _locked_work(pk: UUID, by: Actor) -> WorkOn:
    """As it is once the case is locked. `NotPermitted` for who only gave it, `MovedOn` when it is done."""
    work = work_on(by, pk)
    if work.case is not None:
        lifecycle.lock_case(work.case.pk)
        work = work_on(by, pk)
    if not work.is_ours:
        raise NotPermitted
    if not work.task.is_open:
        raise MovedOn
    return work


def _say_why(work: WorkOn, task: Task, reason: str, *, by: Actor, code: Code, **facts: Any) -> None:
    """Sealed in the case. Work of no case, or of one that is not shown any more, holds no text: the act alone is
    recorded."""
    if work.case is not None and work.may_remark:
        if not reason.strip():
            raise NotYet(_("Give a reason."))
        remark = TaskRemark(case=work.case, task=task, **facts)
        _add(remark, reason, by=by, permission=Permission.REMARK_ON_TASK, code=code)
        return
    audit.append(code, by=by, case_code=task.case_code, subject=tasks.reference_of(task), data=_told(task))


def _add(remark: TaskRemark, text: str, *, by: Actor, permission: Permission, code: Code) -> TaskRemark:
    if not text.strip():
        raise NotYet(SAY_WHAT)
    remark.written_by = by.user_id
    remark.body = sealed(remark.case.person, remark, "body", text.strip())
    return lifecycle.add(remark, by=by, permission=permission, code=code, data=_told(remark.task))


def _told(task: Task) -> dict[str, Any]:
    return {"task": task.pk, "kind": task.kind, "organisation": task.organisation_id, "to": task.claimed_by_id}


def _tell_of(task: Task, case: Case | None, *, by: Actor) -> None:
    """That there is something to do, no word of what: whom it was given; of what waits in the queue of another
    organisation, whoever there is told of the case."""
    if task.claimed_by_id is not None:
        recipients = [task.claimed_by_id]
    elif case is not None and task.organisation_id != by.organisation_id:
        recipients = people_to_tell(case, task.organisation_id, task.role)
    else:
        return
    notices.queue(
        NoticeKind.TASK_GIVEN,
        case_code=task.case_code,
        organisation_id=task.organisation_id,
        recipients=recipients,
        except_user_id=by.user_id,
    )


def _require_to_give(case: Case, by: Actor, organisation_id: UUID) -> None:
    standing = standing_in(by, case)
    if not standing.may(Permission.SEE_CASE):
        raise NotVisible
    require(standing, Permission.GIVE_TASK)
    if case.stage == Stage.CLOSED:
        raise NotYet(_("The case is closed. Reopen it first."))
    if organisation_id == by.organisation_id:
        return
    require(standing, Permission.GIVE_TASK_TO_OTHERS)
    if not takes_part(case, organisation_id):
        raise NotYet(NOT_TAKING_PART)


def _role_in(case: Case, by: Actor, organisation_id: UUID, user_id: UUID | None) -> str:
    """For whom there: whoever is given it; whoever works on the case where it is led; one's like at home."""
    if user_id is not None:
        member = who_can_do(case, organisation_id).filter(user=user_id).first()
        if member is None:
            raise NotYet(NOT_TO_BE_GIVEN)
        return str(member.role)
    if leads(case, organisation_id):
        return Role.CASE_WORKER
    return by.role if organisation_id == by.organisation_id else ""
