"""Two take one task; one takes what another hands on; somebody is given a task while they leave; two rounds at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.accounts.actions import leaving
from nrm.accounts.actions.people import end_membership
from nrm.cases.actions import escalate_tasks, give_task, hand_on_task, open_case
from nrm.lib.clock import now
from nrm.notices.models import Notice
from nrm.tasks import actions
from nrm.tasks.models import Task
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 3
REFUSED = {MovedOn.__name__, NotVisible.__name__, NotYet.__name__}


@pytest.fixture
def waiting(committed_db: None, cast: Any) -> Callable[[], Task]:
    def make() -> Task:
        lead = cast.organisations.open_hand.pk
        case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
        return Task.objects.get(case_code=case.code)

    return make


def taking(task: Task, player: Any) -> Callable[[], object]:
    return lambda: actions.claim_task(task.pk, by=player.actor, codes=[task.case_code])


def kinds(answers: list[object]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def unlocked(task_id: Any, by: Any, codes: Any) -> Task:
    return Task.objects.get(pk=task_id)


def test_one_of_two_takes_it_and_the_other_is_told(waiting: Callable[[], Task], cast: Any) -> None:
    for _round in range(ROUNDS):
        task = waiting()
        assert kinds(at_once(taking(task, cast.case_worker), taking(task, cast.second_case_worker))) == [
            MovedOn.__name__,
            "Task",
        ]


def test_without_the_lock_both_believe_that_it_is_theirs(
    waiting: Callable[[], Task], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    both_have_looked = Barrier(2)

    def look_together(task_id: Any, by: Any, codes: Any) -> Task:
        found = unlocked(task_id, by, codes)
        both_have_looked.wait(timeout=10)
        return found

    monkeypatch.setattr(actions, "_locked", look_together)
    task = waiting()
    assert kinds(at_once(taking(task, cast.case_worker), taking(task, cast.second_case_worker))) == ["Task", "Task"]


def test_take_against_hand_on(waiting: Callable[[], Task], cast: Any) -> None:
    """Whoever is first: the other is told that it moved on, and the task is with exactly one."""
    first, second = cast.case_worker, cast.second_case_worker
    for _round in range(ROUNDS):
        task = waiting()
        answers = at_once(
            taking(task, second),
            lambda task=task: hand_on_task(task.pk, by=first.actor, to=first.user.pk, reason="Mine.", expected=None),
        )
        assert kinds(answers) == [MovedOn.__name__, "Task"]
        task.refresh_from_db()
        assert task.claimed_by_id in {first.user.pk, second.user.pk}


def leaving_while_given(task: Task, cast: Any) -> list[object]:
    leaver = cast.second_case_worker
    answers = at_once(
        lambda: end_membership(leaver.membership.pk, user_id=leaver.user.pk, by=cast.administrator.actor),
        lambda: hand_on_task(task.pk, by=cast.case_worker.actor, to=leaver.user.pk, reason="Yours.", expected=None),
    )
    task.refresh_from_db()
    return answers


def test_nobody_is_given_a_task_while_they_leave(waiting: Callable[[], Task], cast: Any) -> None:
    task = waiting()
    leaving_while_given(task, cast)
    assert task.claimed_by_id is None


def test_without_waiting_for_who_leaves_it_stays_with_them(
    waiting: Callable[[], Task], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the task is given after what the leaver had was looked for, and before the role has ended."""
    looked, given = Barrier(2), Barrier(2)
    hand_back, give_to = leaving._acts[-1], actions.give_to

    def hand_back_then_wait(leaver: Any, by: Any) -> None:
        hand_back(leaver, by)
        looked.wait(timeout=10)
        given.wait(timeout=10)

    def give_in_between(*args: Any, **options: Any) -> Task:
        looked.wait(timeout=10)
        task = give_to(*args, **options)
        given.wait(timeout=10)
        return task

    monkeypatch.setattr(leaving, "_acts", [hand_back_then_wait])
    monkeypatch.setattr(actions, "hold_in_place", lambda *_: None)
    monkeypatch.setattr("nrm.cases.actions.work.tasks.give_to", give_in_between)
    task = waiting()
    leaving_while_given(task, cast)
    assert task.claimed_by_id == cast.second_case_worker.user.pk


def test_two_rounds_at_once_tell_everybody_once(waiting: Callable[[], Task], cast: Any) -> None:
    task = waiting()
    Task.objects.filter(pk=task.pk).update(due_at=now() - timedelta(hours=30))
    assert sum(at_once(lambda: escalate_tasks(now()), lambda: escalate_tasks(now()))) == 1  # type: ignore[arg-type]
    recipients = list(Notice.objects.filter(kind="task_late").values_list("recipient", flat=True))
    assert sorted(recipients) == sorted({cast.case_worker.user.pk, cast.second_case_worker.user.pk})


def test_one_form_sent_twice_at_once_gives_one_task(waiting: Callable[[], Task], cast: Any) -> None:
    from uuid import uuid4

    from nrm.cases.models import Case

    case, key = Case.objects.get(code=waiting().case_code), uuid4()
    ours = cast.case_worker.actor.organisation_id
    asked = {"organisation_id": ours, "text": "Ring them.", "due_at": None, "key": key}

    def give() -> Task:
        return give_task(Case.objects.select_related("person").get(pk=case.pk), by=cast.case_worker.actor, **asked)

    first, second = at_once(give, give)
    assert first == second
