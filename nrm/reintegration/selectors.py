"""Reading the reintegration plan and follow-up contacts. Only the lead sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotVisible
from nrm.accounts.selectors import names_of
from nrm.cases.models import Case
from nrm.cases.selectors import require, standing_in
from nrm.cases.steps import StepLink, step_links
from nrm.reintegration.models import FollowUp, Goal, GoalOutcome, Plan
from nrm.vault.fields import opened
from workflows.reintegration import OPEN_PLANS, ReintegrationFlow

FOLLOW_UPS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal, opened."""

    goal: Goal
    description: str
    note: str

    @property
    def is_reviewed(self) -> bool:
        return self.goal.reviewed_on is not None


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A contact, opened."""

    contact: FollowUp
    account: str
    who: str


def block_for(case: Case, standing: Standing, actor: Actor) -> dict[str, Any] | None:
    """The plans, their goals and the contacts of a case for its page. Four queries however many there are."""
    if not standing.may(Permission.SEE_PLAN):
        return None
    plans = list(Plan.objects.filter(case=case).prefetch_related("goals"))
    contacts = follow_ups_of(case)
    return {
        "case": case,
        "plans": [_summary(plan) for plan in plans],
        "follow_ups": contacts,
        "next_on": contacts[0].contact.next_on if contacts else None,
        "may_start": standing.may(Permission.WRITE_PLAN) and not any(plan.state in OPEN_PLANS for plan in plans),
        "may_follow_up": standing.may(Permission.WRITE_PLAN),
    }


def _summary(plan: Plan) -> dict[str, Any]:
    goals = list(plan.goals.all())
    return {
        "plan": plan,
        "goals": len(goals),
        "reviewed": sum(goal.reviewed_on is not None for goal in goals),
        "reached": sum(goal.outcome == GoalOutcome.ACHIEVED for goal in goals),
    }


def follow_ups_of(case: Case) -> list[FollowUpLine]:
    """The last contacts, newest first."""
    rows = list(FollowUp.objects.filter(case=case)[:FOLLOW_UPS_SHOWN])
    names = names_of({row.recorded_by for row in rows})
    return [FollowUpLine(row, opened(case.person, row, "account"), names.get(row.recorded_by, "")) for row in rows]


def plan_for(actor: Actor, pk: UUID) -> tuple[Plan, Standing]:
    plan = Plan.objects.select_related("case__person").filter(pk=pk).first()
    if plan is None:
        raise NotVisible
    standing = standing_in(actor, plan.case)
    require(standing, Permission.SEE_PLAN)
    return plan, standing


def goal_for(actor: Actor, pk: UUID) -> tuple[Goal, Standing]:
    goal = Goal.objects.select_related("plan__case__person").filter(pk=pk).first()
    if goal is None:
        raise NotVisible
    standing = standing_in(actor, goal.plan.case)
    require(standing, Permission.WRITE_PLAN)
    return goal, standing


@dataclass(frozen=True, slots=True)
class PlanPage:
    goals: list[GoalLine]
    childs_view: str
    links: list[StepLink]
    may_write: bool
    is_for_a_child: bool


def plan_page(plan: Plan, standing: Standing) -> PlanPage:
    return PlanPage(
        goals=goals_opened(plan.case, Goal.objects.filter(plan=plan)),
        childs_view=opened(plan.case.person, plan, "childs_view"),
        links=step_links(ReintegrationFlow, plan, standing, "reintegration:step", plan.pk),
        may_write=standing.may(Permission.WRITE_PLAN) and plan.state in OPEN_PLANS,
        is_for_a_child=plan.is_for_a_child(),
    )


def goals_opened(case: Case, goals: Iterable[Goal]) -> list[GoalLine]:
    return [
        GoalLine(goal, opened(case.person, goal, "description"), opened(case.person, goal, "note")) for goal in goals
    ]
