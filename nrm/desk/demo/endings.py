"""Chapters of a life of one's own: the plan, the contacts after it, closing and coming back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from nrm.cases.models import Closure
from nrm.desk.demo.life import Life
from nrm.desk.demo.seeing import screened_anew
from nrm.lib.clock import today
from nrm.reintegration import actions as reintegration
from nrm.reintegration.models import ContactHow, Goal, GoalArea, GoalOutcome

Waits = Iterator[timedelta]

#: Area of each aim in `words/*.toml`, in their order.
AREAS = (GoalArea.HOUSING, GoalArea.EDUCATION, GoalArea.DOCUMENTS, GoalArea.WORK)


def plan_drafted(life: Life) -> Waits:
    life.plan = reintegration.start_plan(life.case, by=life.worker)
    for area, aim in list(zip(AREAS, life.world.texts["aims"], strict=True))[: life.rng.randint(2, 4)]:
        target = today() + timedelta(days=90)
        reintegration.add_goal(life.plan, by=life.worker, area=area, description=aim, target_on=target)
    yield life.days(2, 4)


def _plan(life: Life, transition: str, *, reason: str = "", **facts: object) -> None:
    said = life.text(reason) if reason else ""
    life.plan = reintegration.take_step(
        life.plan, transition, by=life.worker, expected_version=life.plan.version, reason=said, **facts
    )


def plan_agreed(life: Life) -> Waits:
    yield from plan_drafted(life)
    of_a_child: dict[str, Any] = {"guardian_agreed": True, "childs_view": life.text("view")} if life.is_child else {}
    _plan(life, "agree", agreed_on=today(), **of_a_child)
    yield life.days(1)


def reintegration_begun(life: Life) -> Waits:
    life.step("begin_reintegration")
    yield life.days(1)


def plan_started(life: Life) -> Waits:
    _plan(life, "start")
    yield life.days(9, 14)


def plan_ended(life: Life) -> Waits:
    _plan(life, "discontinue", reason="plan_ended")
    yield life.days(1)


def goals_reviewed(life: Life) -> Waits:
    """Together with the person, one after the other."""
    for goal in Goal.objects.filter(plan=life.plan).select_related("plan__case__person"):
        reintegration.review_goal(
            goal,
            by=life.worker,
            expected_version=goal.version,
            outcome=life.rng.choice([GoalOutcome.ACHIEVED, GoalOutcome.ACHIEVED, GoalOutcome.PARTLY]),
            reviewed_on=today(),
            note=life.text("reviewed"),
        )
    yield life.days(1, 3)


def plan_monitored(life: Life) -> Waits:
    _plan(life, "monitor")
    yield life.days(2, 4)


def plan_completed(life: Life) -> Waits:
    _plan(life, "complete")
    yield life.days(1, 2)


def follow_up_begun(life: Life) -> Waits:
    life.step("begin_follow_up")
    yield life.days(7, 9)


def contacted(life: Life) -> Waits:
    """The next contact is promised; whether it is kept is another chapter."""
    reintegration.record_follow_up(
        life.case,
        by=life.worker,
        on=today(),
        how=life.rng.choice([ContactHow.MEETING, ContactHow.PHONE, ContactHow.MESSAGE]),
        account=life.text("contact"),
        next_on=today() + timedelta(days=14),
    )
    yield life.days(13)


def last_contact(life: Life) -> Waits:
    reintegration.record_follow_up(
        life.case, by=life.worker, on=today(), how=ContactHow.MEETING, account=life.text("contact")
    )
    yield life.days(1, 2)


def held(life: Life) -> Waits:
    life.step("hold", reason="hold")
    yield life.days(6, 9)


def resumed(life: Life) -> Waits:
    life.step("resume")
    yield life.days(1)


def back_in_support(life: Life) -> Waits:
    life.step("return_to_support", reason="back")
    yield life.days(1)


def _close(life: Life, closure: str) -> Waits:
    """Nobody closes a case while something is left to do."""
    life.tidy()
    yield life.minutes(10, 30)
    life.step("close", reason="close", closure=closure)
    yield life.days(9, 14)


def closed(life: Life) -> Waits:
    yield from _close(life, Closure.GOALS_REACHED)


def closed_without_grounds(life: Life) -> Waits:
    yield from _close(life, Closure.NO_GROUNDS)


def closed_out_of_reach(life: Life) -> Waits:
    yield from _close(life, Closure.CONTACT_LOST)


def reopened(life: Life) -> Waits:
    life.step("reopen", reason="reopen")
    yield life.days(1)


def reopened_anew(life: Life) -> Waits:
    """The person was found again in the same conditions."""
    life.step("reopen_as_new_episode", reason="again")
    yield life.minutes(20, 60)
    yield from screened_anew(life)
