"""A supervisor hands over all that a colleague works on at once: before they leave, or for the time they are away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.access.roles import Role
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions.team import hand_over, take_team_step
from nrm.cases.models import Case, TeamMember, TeamPart, reference
from nrm.cases.selectors import cases_visible_to
from nrm.cases.selectors.team import case_workers, colleagues_for
from nrm.cases.selectors.work import who_can_do
from nrm.lib.clock import now
from nrm.notices import actions as notices
from nrm.notices.kinds import NoticeKind
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task
from nrm.tasks.selectors import open_tasks_for
from workflows.team import TeamState


@dataclass(frozen=True, slots=True)
class HandedOver:
    """How much went to somebody else; `left` are cases that none of those chosen may see, or that have to keep
    somebody."""

    cases: int
    tasks: int
    left: int


@lifecycle.act()
def hand_over_work(*, by: Actor, of: UUID, to: Sequence[UUID]) -> HandedOver:
    """All cases that somebody is responsible for and all tasks they are on in the actor's organisation, in turn to
    those chosen, each case with its tasks to one; to nobody, the tasks go to the queue and the supervisors decide who
    takes the cases on. For supervisors. All or nothing.

    Locks the cases in the order of their ids, then the memberships, then the tasks.
    """
    if by.role is not Role.CASE_WORKER or not by.is_supervisor:
        raise NotPermitted
    _require_colleagues(by, of, to)
    cases = _locked_cases(by, of)
    for colleague in sorted({*to}):
        tasks.hold_in_place(colleague, by.organisation_id)
    theirs = _tasks_of(by, of)
    turns = cycle(to) if to else cycle([None])
    went = {case.code: _pass_case(case, by, of, to, turns) for case in cases}
    count = _pass_tasks(theirs, by, of, to, turns, {code: who for code, who in went.items() if who is not None})
    left = sum(1 for case in cases if _is_still_theirs(case, of))
    for colleague in to:
        notices.queue(NoticeKind.TASK_GIVEN, organisation_id=by.organisation_id, recipients=[colleague])
    told = {"of": of, "to": list(to), "cases": len(cases) - left, "tasks": count, "left": left}
    audit.append(Code.WORK_HANDED_OVER, by=by, subject=f"accounts.user:{of}", data=told)
    return HandedOver(len(cases) - left, count, left)


def _require_colleagues(by: Actor, of: UUID, to: Sequence[UUID]) -> None:
    there = set(case_workers(by.organisation_id).values_list("pk", flat=True))
    if of not in there:
        raise NotVisible
    if of in to or not set(to) <= there:
        raise NotYet(_("Choose other colleagues who work on cases in your organisation."))


def _locked_cases(by: Actor, of: UUID) -> list[Case]:
    """Those that the supervisor sees: a conflict of interest keeps one away from handing a case over too."""
    theirs = TeamMember.objects.filter(
        state=TeamState.ACTIVE, part=TeamPart.RESPONSIBLE, organisation=by.organisation_id, user=of
    )
    cases = cases_visible_to(by).filter(pk__in=theirs.values("case")).exclude(stage="closed")
    return list(Case.objects.filter(pk__in=cases).select_for_update(of=("self",)).order_by("pk"))


def _pass_case(case: Case, by: Actor, of: UUID, to: Sequence[UUID], turns: Iterator[UUID | None]) -> UUID | None:
    """To whom it went; None for the queue, and where nobody of those chosen may have it."""
    if not to:
        _let_go(case, by, of)
        return None
    may = set(colleagues_for(by, case).filter(pk__in=to).values_list("pk", flat=True))
    chosen = next((who for _turn in to if (who := next(turns)) in may), None)
    if chosen is not None:
        hand_over(case, by=by, to=chosen, stays=False, expected=of)
    return chosen


def _let_go(case: Case, by: Actor, of: UUID) -> None:
    """A restricted case keeps whoever would be the last in its team."""
    member = case.team.get(state=TeamState.ACTIVE, part=TeamPart.RESPONSIBLE, user=of)
    member.case = case
    if not member.leaves_somebody_behind():
        return
    take_team_step(member, "end", by=by, expected_version=member.version)
    tasks.open_task(
        TaskKind.ASSIGN_CASE,
        case_code=case.code,
        subject=reference(case),
        organisation_id=by.organisation_id,
        role=Role.CASE_WORKER,
        due_at=now(),
        by=by,
    )


def _is_still_theirs(case: Case, of: UUID) -> bool:
    return case.team.filter(state=TeamState.ACTIVE, part=TeamPart.RESPONSIBLE, user=of).exists()


def _tasks_of(by: Actor, of: UUID) -> list[UUID]:
    """Locked before the cases move: whoever leaves a team puts back the tasks of that case, and who holds one of them
    must not wait for the log that this act holds by then."""
    theirs = open_tasks_for(by, cases_visible_to(by).values("code")).filter(claimed_by=of).order_by("pk")
    return [task.pk for task in theirs.select_for_update(of=("self",))]


def _pass_tasks(
    pks: Sequence[UUID], by: Actor, of: UUID, to: Sequence[UUID], turns: Iterator[UUID | None], went: dict[str, UUID]
) -> int:
    """Each to whoever has its case now, else in turn to who sees it, else to the queue; none that somebody else took
    meanwhile."""
    theirs = Task.objects.open().filter(Q(claimed_by=of) | Q(claimed_by=None), pk__in=pks)
    found = list(theirs.select_for_update(of=("self",)).order_by("pk"))
    for task in found:
        task.claimed_by_id = _who_takes(task, by, to, turns, went)
        task.given_by = by.user_id if task.claimed_by_id not in {None, by.user_id} else None
        task.snoozed_until = None
        task.save(update_fields=["claimed_by", "given_by", "snoozed_until"])
        tasks.record_moved(task, by=by)
    return len(found)


def _who_takes(
    task: Task, by: Actor, to: Sequence[UUID], turns: Iterator[UUID | None], went: dict[str, UUID]
) -> UUID | None:
    if task.case_code in went:
        return went[task.case_code]
    case = Case.objects.filter(code=task.case_code).first() if task.case_code else None
    may = set(who_can_do(case, by.organisation_id, task.role).filter(user__in=to).values_list("user_id", flat=True))
    return next((who for _turn in to if (who := next(turns)) in may), None)
