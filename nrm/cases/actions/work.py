"""Tasks that people give each other. What they write about them is sealed in the case and never sent anywhere."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotVisible, NotYet
from nrm.access.roles import Role
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import Case, RemarkKind, TaskRemark, reference
from nrm.cases.selectors import require, standing_in
from nrm.cases.selectors.work import leads, takes_part, who_can_do
from nrm.lib.clock import now
from nrm.tasks import actions as tasks
from nrm.tasks.models import Task
from nrm.vault.fields import sealed
from workflows.case import Stage

NOT_TO_BE_GIVEN = _("Choose somebody who works on this case.")
NOT_TAKING_PART = _("Choose an organisation that takes part in the case.")
SAY_WHAT = _("Write what there is to do.")
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
    remark = TaskRemark(case=locked, kind=RemarkKind.ASKED, written_by=by.user_id, **({"id": key} if key else {}))
    remark.task = tasks.open_given(
        case_code=locked.code,
        subject=subject or reference(remark),
        organisation_id=organisation_id,
        role=_role_in(locked, by, organisation_id, user_id),
        due_at=due_at,
        user_id=user_id,
        by=by,
    )
    return write_remark(remark, text, by=by, code=Code.TASK_GIVEN).task


def write_remark(remark: TaskRemark, text: str, *, by: Actor, code: Code) -> TaskRemark:
    """Seals and adds it, and tells who was given the task that there is one, no word of what. Part of an act."""
    remark.body = sealed(remark.case.person, remark, "body", text.strip())
    task = remark.task
    told = {"task": task.pk, "kind": task.kind, "organisation": task.organisation_id, "to": task.claimed_by_id}
    permission = Permission.GIVE_TASK if code == Code.TASK_GIVEN else Permission.REMARK_ON_TASK
    lifecycle.add(remark, by=by, permission=permission, code=code, data=told)
    return remark


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
