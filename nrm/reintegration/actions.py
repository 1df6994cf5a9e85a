"""What the lead does with the person's plan, and the contacts after it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.access.roles import Role
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import Case, reference
from nrm.cases.selectors import require, standing_in
from nrm.reintegration.models import FollowUp, Goal, Plan
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault.fields import sealed
from workflows.reintegration import ReintegrationFlow


@lifecycle.act()
def start_plan(case: Case, *, by: Actor) -> Plan:
    """A draft; one at a time. Locks the case."""
    _lock(case, by)
    if Plan.objects.open().filter(case=case).exists():
        raise NotYet(_("There is a plan already. Finish it before you start another."))
    return lifecycle.begin(ReintegrationFlow, Plan(case=case, started_by=by.user_id), by=by)


def take_step(plan: Plan, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any) -> Plan:
    """Fire a transition; the child's view comes as typed and is sealed here."""
    if "childs_view" in facts:
        facts["childs_view"] = sealed(plan.case.person, plan, "childs_view", facts["childs_view"])
    return lifecycle.perform(
        ReintegrationFlow, plan, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


@lifecycle.act()
def add_goal(plan: Plan, *, by: Actor, area: str, description: str, target_on: date | None = None) -> Goal:
    _require_open(plan, by)
    goal = Goal(plan=plan, area=area, target_on=target_on, added_by=by.user_id)
    goal.description = sealed(plan.case.person, goal, "description", description)
    return lifecycle.add(goal, by=by, permission=Permission.WRITE_PLAN, code=Code.GOAL_ADDED, data={"area": area})


@lifecycle.act()
def review_goal(
    goal: Goal, *, by: Actor, expected_version: int, outcome: str, reviewed_on: date, note: str = ""
) -> Goal:
    """Say with the person how far the goal is."""
    _require_open(goal.plan, by)
    return lifecycle.amend(
        goal,
        by=by,
        permission=Permission.WRITE_PLAN,
        code=Code.REVIEW_RECORDED,
        expected_version=expected_version,
        data={"outcome": outcome},
        outcome=outcome,
        reviewed_on=reviewed_on,
        note=sealed(goal.plan.case.person, goal, "note", note),
    )


@lifecycle.act()
def record_follow_up(
    case: Case, *, by: Actor, on: date, how: str, account: str = "", next_on: date | None = None
) -> FollowUp:
    """A contact. It answers the promise of the one before, and its next date is a task for the lead."""
    _lock(case, by)
    contact = FollowUp(case=case, on=on, how=how, next_on=next_on, recorded_by=by.user_id)
    contact.account = sealed(case.person, contact, "account", account)
    tasks.close_tasks(by=by, case_code=case.code, kinds=[TaskKind.FOLLOW_UP])
    if next_on:
        tasks.open_task(
            TaskKind.FOLLOW_UP,
            case_code=case.code,
            subject=reference(contact),
            organisation_id=by.organisation_id,
            role=Role.CASE_WORKER,
            due_at=_end_of(next_on),
            by=by,
        )
    return lifecycle.add(
        contact, by=by, permission=Permission.WRITE_PLAN, code=Code.FOLLOW_UP_RECORDED, data={"how": how}
    )


def _lock(case: Case, by: Actor) -> Case:
    """Locks the case for somebody who may write its plan; nobody else is told what there is."""
    locked = lifecycle.lock_case(case.pk)
    require(standing_in(by, locked), Permission.WRITE_PLAN)
    return locked


def _require_open(plan: Plan, by: Actor) -> None:
    """Locks the case, so that the plan does not end meanwhile."""
    _lock(plan.case, by)
    if not Plan.objects.open().filter(pk=plan.pk).exists():
        raise NotYet(_("The plan has ended and stays as it is."))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59)))
