"""The inbox: who sees which task, who takes it, how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.lib import paging
from nrm.tasks import actions, selectors
from nrm.tasks.kinds import FINISHED_BY_HAND, TaskKind, TaskOutcome
from nrm.tasks.models import Task
from workflows.effects import CloseTasks, OpenTask
from workflows.registry import MACHINES, all_edges

pytestmark = pytest.mark.django_db
CODE = "K7Q2-M4RT-9XCY"


@pytest.fixture
def open_one(cast: Any) -> Any:
    def opened(kind: str = "read_screening", number: int = 1, **changes: Any) -> Task:
        organisation = changes.pop("organisation", cast.organisations.open_hand)
        return actions.open_task(
            kind,
            case_code=CODE,
            subject=f"cases.case:{number}",
            organisation_id=organisation.pk,
            by=cast.responder.actor,
            **changes,
        )

    return opened


def effects() -> list[Any]:
    beginnings = [effect for flow in MACHINES.values() for effect in flow.beginning.effects]
    return beginnings + [effect for edge in all_edges() for effect in edge.effects]


def test_every_task_a_machine_opens_or_closes_has_a_kind() -> None:
    opened = {effect.kind for effect in effects() if isinstance(effect, OpenTask)}
    closed = {kind for effect in effects() if isinstance(effect, CloseTasks) for kind in effect.kinds}
    assert opened | closed <= set(TaskKind.values)


def test_every_task_a_machine_opens_can_be_ended() -> None:
    """Else a case could never be closed: it asks for no open task."""
    opened = {effect.kind for effect in effects() if isinstance(effect, OpenTask)}
    closed = {kind for effect in effects() if isinstance(effect, CloseTasks) for kind in effect.kinds}
    assert opened <= closed | set(FINISHED_BY_HAND)


@pytest.mark.parametrize("kind", TaskKind)
def test_every_kind_says_what_to_do(kind: TaskKind) -> None:
    assert str(kind.label) not in {"", kind.value}


def test_a_task_is_for_its_organisation_and_nobody_else(cast: Any, open_one: Any) -> None:
    task = open_one()
    assert list(selectors.open_tasks_for(cast.case_worker.actor, [CODE])) == [task]
    assert list(selectors.open_tasks_for(cast.second_case_worker.actor, [CODE])) == [task]
    assert not selectors.open_tasks_for(cast.stranger.actor, [CODE]).exists()


def test_a_task_may_be_for_one_role(cast: Any, open_one: Any) -> None:
    task = open_one(role="clinician", organisation=cast.organisations.open_hand)
    assert not selectors.open_tasks_for(cast.case_worker.actor, [CODE]).exists()
    Task.objects.filter(pk=task.pk).update(role="case_worker")
    assert selectors.open_tasks_for(cast.case_worker.actor, [CODE]).exists()


def test_opening_a_task_again_changes_nothing(open_one: Any) -> None:
    assert open_one() == open_one()
    assert Task.objects.count() == 1


def test_the_database_holds_one_open_task_for_a_record(open_one: Any) -> None:
    task = open_one()
    task.pk = None
    task._state.adding = True
    with pytest.raises(IntegrityError, match="task_open_once"), transaction.atomic():
        task.save(force_insert=True)


def test_a_task_is_closed_by_somebody_somehow(open_one: Any) -> None:
    task = open_one()
    with pytest.raises(IntegrityError, match="task_closed_by_whom"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(closed_at=timezone.now())


def test_closing_names_a_record_or_a_case_and_maybe_kinds(cast: Any, open_one: Any) -> None:
    by = cast.case_worker.actor
    open_one("read_screening"), open_one("assess_risk"), open_one("assess_risk", number=2)
    assert actions.close_tasks(subject="cases.case:1", kinds=["assess_risk"], by=by) == 1
    assert actions.close_tasks(case_code=CODE, outcome=TaskOutcome.CANCELLED, by=by) == 2
    with pytest.raises(ValueError, match="a record or a case"):
        actions.close_tasks(by=by)
    assert {task.outcome for task in Task.objects.all()} == {"done", "cancelled"}


def test_a_closed_task_may_be_opened_anew(cast: Any, open_one: Any) -> None:
    first = open_one()
    actions.close_tasks(subject=first.subject, by=cast.case_worker.actor)
    assert open_one() != first


def test_taking_a_task_shows_who_is_on_it_and_is_recorded(cast: Any, open_one: Any) -> None:
    task = actions.claim_task(open_one().pk, by=cast.case_worker.actor, codes=[CODE])
    assert task.claimed_by_id == cast.case_worker.user.pk
    event = Event.objects.get(action="task.claimed")
    assert (event.case_code, event.data) == (CODE, {"kind": "read_screening"})
    with pytest.raises(MovedOn):
        actions.claim_task(task.pk, by=cast.second_case_worker.actor, codes=[CODE])
    actions.release_task(task.pk, by=cast.second_case_worker.actor, codes=[CODE])
    actions.claim_task(task.pk, by=cast.second_case_worker.actor, codes=[CODE])
    assert Task.objects.get(pk=task.pk).claimed_by_id == cast.second_case_worker.user.pk


@pytest.mark.parametrize("act", [actions.claim_task, actions.release_task, actions.finish_task])
def test_a_stranger_does_not_learn_of_a_task(cast: Any, open_one: Any, act: Any) -> None:
    with pytest.raises(NotVisible):
        act(open_one().pk, by=cast.stranger.actor, codes=[CODE])
    with pytest.raises(NotVisible):
        act(open_one().pk, by=cast.case_worker.actor, codes=[])


def test_only_what_no_step_closes_is_finished_by_hand(cast: Any, open_one: Any) -> None:
    with pytest.raises(NotYet):
        actions.finish_task(open_one("answer_referral").pk, by=cast.case_worker.actor, codes=[CODE])
    task = actions.finish_task(open_one("referral_declined").pk, by=cast.case_worker.actor, codes=[CODE])
    assert (task.outcome, task.closed_by) == ("done", cast.case_worker.user.pk)
    assert Event.objects.filter(action="task.closed").exists()
    with pytest.raises(NotVisible):
        actions.finish_task(task.pk, by=cast.case_worker.actor, codes=[CODE])


def test_pages_follow_one_another_soonest_due_first(cast: Any, open_one: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    at = timezone.now()
    dues: list[datetime | None] = [at + timedelta(days=day) for day in (3, 1, 1, 2)]
    for number, due in enumerate([*dues, None, None]):
        open_one(number=number, due_at=due)
    tasks, after, seen = selectors.open_tasks_for(cast.case_worker.actor, [CODE]), None, []
    while True:
        page = selectors.tasks_page(tasks, after=after)
        seen += page.rows
        if page.after is None:
            break
        after = paging.Cursor.read(str(page.after))
    assert [task.due_at for task in seen] == [dues[1], dues[2], dues[3], dues[0], None, None]
    assert len({task.pk for task in seen}) == 6


def test_overdue_is_what_was_due_and_is_open(cast: Any, open_one: Any) -> None:
    at = timezone.now()
    late = open_one(due_at=at - timedelta(hours=1))
    open_one("assess_risk", due_at=at + timedelta(hours=1))
    assert list(selectors.tasks_overdue(cast.case_worker.actor, [CODE], at)) == [late]
    assert list(selectors.tasks_overdue_in_country([CODE], at)) == [late]


def test_the_number_of_queries_does_not_grow_with_the_tasks(
    cast: Any, open_one: Any, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        open_one(number=number)
    with django_assert_num_queries(1):
        page = selectors.tasks_page(selectors.open_tasks_for(cast.case_worker.actor, [CODE]))
        assert {task.organisation.name for task in page.rows} == {"Open Hand"}
    with django_assert_num_queries(1):
        assert [task.claimed_by for task in selectors.tasks_of_case(CODE)] == [None] * 12
