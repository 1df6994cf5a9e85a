"""What stays late is told of: to the supervisors of its organisation, then to the coordinator, each once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from nrm.accounts.models import Membership
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import escalate_tasks, keep_away, restrict_case, take_on
from nrm.cases.models import Case
from nrm.countries import profile
from nrm.notices.models import Notice
from nrm.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def late(case: Case) -> Task:
    task = Task.objects.get(case_code=case.code)
    Task.objects.exclude(pk=task.pk).update(due_at=None)
    Task.objects.filter(pk=task.pk).update(due_at=timezone.now())
    task.refresh_from_db()
    return task


def after(task: Task, hours: float) -> datetime:
    assert task.due_at is not None
    return task.due_at + timedelta(hours=hours)


def told() -> list[Any]:
    return list(Notice.objects.filter(kind="task_late").values_list("recipient__display_name", flat=True))


def test_first_the_supervisors_then_the_coordinator_each_once(late: Task, cast: Any) -> None:
    Membership.objects.filter(pk=cast.case_worker.membership.pk).update(supervises=True)
    rule = profile.current().escalation
    assert escalate_tasks(after(late, rule.supervisor - 0.1)) == 0
    for hours, who in ((rule.supervisor, ["Ana Quince"]), (rule.coordinator, ["Ana Quince", "Sanja Maple"])):
        for _round in range(2):
            escalate_tasks(after(late, hours))
        assert sorted(told()) == who
    late.refresh_from_db()
    assert late.escalation == 2
    assert [event.data["level"] for event in Event.objects.filter(action="task.escalated").order_by("sequence")] == [
        "supervisors",
        "coordinator",
    ]
    assert verify().is_in_order


def test_without_a_supervisor_all_case_workers_are_told_and_no_stranger(late: Task, cast: Any) -> None:
    escalate_tasks(after(late, 24))
    assert sorted(told()) == ["Ana Quince", "Boris Medlar"]


def test_whoever_is_kept_away_hears_nothing(late: Task, case: Case, cast: Any) -> None:
    keep_away(case, by=cast.case_worker.actor, user_id=cast.second_case_worker.user.pk, reason="relative")
    escalate_tasks(after(late, 24))
    assert told() == ["Ana Quince"]


def test_no_office_is_told_of_a_restricted_case(late: Task, case: Case, cast: Any) -> None:
    take_on(case, by=cast.case_worker.actor)
    case.refresh_from_db()
    restrict_case(case, by=cast.case_worker.actor, reason="Known family.", expected_version=case.version)
    escalate_tasks(after(late, 1000))
    assert told() == ["Ana Quince"]
    late.refresh_from_db()
    assert late.escalation == 1


def test_put_off_is_late_all_the_same_and_done_is_not(late: Task) -> None:
    Task.objects.update(snoozed_until=after(late, 300))
    assert escalate_tasks(after(late, 24)) == 1
    Task.objects.update(closed_at=timezone.now(), closed_by=late.opened_by, outcome="done")
    assert escalate_tasks(after(late, 1000)) == 0


def test_stopped_in_the_middle_the_next_round_goes_on(late: Task, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("nrm.cases.actions.escalation.audit.append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            escalate_tasks(after(late, 24))
    late.refresh_from_db()
    assert (late.escalation, told()) == (0, [])
    assert escalate_tasks(after(late, 24)) == 1


def interrupted(*_args: Any, **_options: Any) -> None:
    raise KeyboardInterrupt
