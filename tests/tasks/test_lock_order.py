"""Whoever takes a task and whoever closes it with a step of its case lock in one order: the case, the task, the log.

A step of several parts closes tasks while it holds the end of the log, and whoever holds a task waits for that end. In
another order both would wait for each other, and one of them would lose what they did.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nrm.cases.actions import escalate_tasks
from nrm.cases.models import Case
from nrm.referrals.outside.actions import issue_link, record_told
from nrm.tasks.models import Task
from tests.outside import sent_outside

pytestmark = pytest.mark.django_db
LOCKING = re.compile(r'FROM "?(\w+)"?.* FOR (?:NO KEY )?UPDATE', re.DOTALL)


def locked_by(act: Callable[[], object]) -> list[str]:
    """The tables of which it locks rows, in the order in which it begins to."""
    with CaptureQueriesContext(connection) as queries:
        act()
    found = [match[1] for query in queries if (match := LOCKING.search(query["sql"]))]
    return list(dict.fromkeys(found))


def in_order(locked: list[str], *tables: str) -> bool:
    return [table for table in locked if table in tables] == list(tables)


@pytest.fixture
def task(case: Case) -> Task:
    return Task.objects.get(case_code=case.code, kind="read_screening")


@pytest.mark.parametrize("name", ["claim_task", "release_task", "finish_task"])
def test_the_buttons_of_a_task(task: Task, cast: Any, sign_in: Callable[[Any], Client], name: str) -> None:
    client = sign_in(cast.case_worker)
    locked = locked_by(lambda: client.post(reverse(f"desk:{name}", args=[task.pk])))
    assert in_order(locked, "cases_case", "tasks_task", "audit_head")
    assert sign_in(cast.stranger).post(reverse(f"desk:{name}", args=[task.pk])).status_code == 404


def test_telling_of_a_late_task(task: Task) -> None:
    Task.objects.exclude(pk=task.pk).delete()
    Task.objects.filter(pk=task.pk).update(due_at=timezone.now() - timedelta(days=20))
    assert in_order(locked_by(lambda: escalate_tasks(timezone.now())), "cases_case", "tasks_task", "audit_head")


def test_what_was_told_while_the_link_is_opened(case: Case, cast: Any) -> None:
    """Whoever opens a link holds it and waits for the log."""
    referral = sent_outside(case, cast)
    issue_link(referral, by=cast.case_worker.actor)

    def told() -> None:
        facts: dict[str, Any] = {"means": "telephone", "told_by": "The manager", "told_on": timezone.localdate()}
        record_told(referral, "accept", by=cast.case_worker.actor, expected_version=referral.version, **facts)

    assert in_order(locked_by(told), "cases_case", "referrals_outsidelink", "audit_head")
