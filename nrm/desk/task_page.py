"""What a task's page shows: what there is to do, since when and why, who is on it, and what colleagues wrote."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.utils.translation import gettext as _

from nrm.access.actor import NOBODY, Actor
from nrm.accounts.models import Membership, Organisation
from nrm.audit.codes import describe
from nrm.cases.models import RemarkKind
from nrm.cases.selectors.work import ReadRemark, WorkOn, remarks_on, work_on
from nrm.desk.task_places import where_it_is_done
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task
from workflows.effects import OpenTask
from workflows.registry import MACHINES


@dataclass(frozen=True, slots=True)
class TaskPage:
    work: WorkOn
    reader: UUID
    #: Where the work is done; empty for who is not shown the case any more.
    where: str
    why: list[str]
    opened_by: str
    remarks: list[ReadRemark]

    @property
    def task(self) -> Task:
        return self.work.task

    @property
    def asked(self) -> str:
        """What there is to do, in the words of who gave it."""
        return next((remark.text for remark in self.remarks if remark.kind == RemarkKind.ASKED), "")

    @property
    def said(self) -> list[ReadRemark]:
        return [remark for remark in self.remarks if remark.kind != RemarkKind.ASKED]

    @property
    def is_mine(self) -> bool:
        return self.task.claimed_by_id == self.reader

    @property
    def may_take(self) -> bool:
        return self.work.is_to_do and self.task.claimed_by_id is None

    @property
    def may_put_back(self) -> bool:
        return self.work.is_to_do and self.task.claimed_by_id is not None

    @property
    def may_put_off(self) -> bool:
        return self.work.is_to_do and self.task.claimed_by_id in {None, self.reader}

    @property
    def may_finish(self) -> bool:
        """What has a page of its own to finish it is finished there."""
        return self.work.is_to_do and self.task.is_finished_by_hand and self.task.kind != TaskKind.STOP_USING


def task_page(actor: Actor, pk: UUID) -> TaskPage:
    """`NotVisible` to strangers. The number of queries does not depend on how much was written."""
    work = work_on(actor, pk)
    return TaskPage(
        work=work,
        reader=actor.user_id,
        where=where_it_is_done(work.task, work.case, work.standing),
        why=why_it_is_there(work.task),
        opened_by=_opened_by(work.task, actor),
        remarks=remarks_on(work),
    )


def why_it_is_there(task: Task) -> list[str]:
    """The time limit it is about, or the steps of the mechanism that a task like this follows from."""
    if task.what_ran_out:
        return [_("A time limit ran out: %(clock)s") % {"clock": task.what_ran_out}]
    if task.kind == TaskKind.AD_HOC:
        return [_("A colleague asked for it.")]
    if task.kind == TaskKind.ASSIGN_CASE:
        return [_("Whoever was responsible for this case has left, and nobody has taken it on.")]
    if task.kind == TaskKind.NOBODY_LEFT:
        left = Organisation.objects.filter(pk=task.subject.partition(":")[2]).values_list("name", flat=True)
        return [_("Nobody is left for open work in: %(organisation)s") % {"organisation": name} for name in left]
    return [describe(code) for code in opened_by_steps().get(task.kind, ())]


@cache
def opened_by_steps() -> dict[str, list[str]]:
    """The codes of the steps that open a task, by its kind."""
    found: dict[str, list[str]] = {}
    for machine, flow in MACHINES.items():
        begun = (f"{machine}.begin", flow.beginning.effects)
        for code, effects in (begun, *((edge.code, edge.effects) for edge in flow.edges())):
            for effect in effects:
                if isinstance(effect, OpenTask) and code not in found.setdefault(effect.kind, []):
                    found[effect.kind].append(code)
    return found


def _opened_by(task: Task, actor: Actor) -> str:
    """The name of a colleague; nothing of people elsewhere, whose name the task tells nobody."""
    if task.opened_by == NOBODY:
        return ""
    ours = Membership.objects.filter(user=task.opened_by, organisation=actor.organisation_id)
    return ours.values_list("user__display_name", flat=True).first() or ""
