"""`manage.py clocks run` as real processes: two at once, and one that is killed with -9 in the middle. Whatever
happens, everybody is told of each thing exactly once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from nrm.access.actor import THE_SERVICE
from nrm.cases.actions import open_case, reminders, take_status_step
from nrm.notices.models import Notice
from nrm.notices.selectors import told_already
from nrm.tasks import actions as tasks
from nrm.tasks.models import Clock, Task
from tests.concurrency.test_two_steps_at_once import at_once
from tests.security.test_killed import LIMIT, address, wait_for_somebody_to_wait

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

CASES = 4
DAY = timedelta(days=1)


@pytest.fixture
def due(committed_db: None, cast: Any) -> list[Clock]:
    """Cases whose recovery and reflection period ends in two days, with a task that is due in an hour."""
    for _ in range(CASES):
        lead = cast.organisations.open_hand.pk
        case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
        take_status_step(case, "presume_on_judgement", by=cast.case_worker.actor, expected_version=1, reason="Seen.")
        Task.objects.filter(case_code=case.code).update(due_at=None)
        tasks.open_task("follow_up", case_code=case.code, subject=f"x:{case.pk}", organisation_id=lead, by=THE_SERVICE)
    now = timezone.now()
    Task.objects.filter(kind="follow_up").update(due_at=now + timedelta(hours=1), opened_at=now - 9 * DAY)
    limits = Clock.objects.filter(key="reflection_days")
    limits.update(started_at=now - 60 * DAY, due_at=now + 2 * DAY)
    Clock.objects.exclude(key="reflection_days").update(stopped_at=now)
    return list(limits.order_by("due_at", "id"))


def process() -> subprocess.Popen[str]:
    at = address()
    where = f"postgresql://{quote(at['user'])}:{quote(at['password'])}@/{at['dbname']}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("NRM_", "DJANGO_"))},
        "NRM_MODE": "test",
        "NRM_QUIET_HOURS": "",
        "DATABASE_URL": f"{where}?host={quote(at['host'], safe='')}&port={at['port']}",
    }
    command = [sys.executable, "-u", "manage.py", "clocks", "run"]
    return subprocess.Popen(
        command, cwd=configured.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ended(running: subprocess.Popen[str]) -> str:
    printed, _nothing = running.communicate(timeout=LIMIT)
    assert running.returncode == 0, printed
    return printed


def told() -> Counter[tuple[Any, str, str]]:
    rows = Notice.objects.filter(kind__in=["limit_ends_soon", "task_due_soon"])
    return Counter(rows.values_list("recipient", "case_code", "kind"))


def everybody_once(cast: Any) -> bool:
    workers = (cast.case_worker.user.pk, cast.second_case_worker.user.pk)
    codes = set(Clock.objects.values_list("case_code", flat=True))
    kinds = ("limit_ends_soon", "task_due_soon")
    return told() == Counter((user, code, kind) for user in workers for code in codes for kind in kinds)


def test_two_rounds_at_once_and_one_killed_in_the_middle_tell_everybody_once(cast: Any, due: list[Clock]) -> None:
    """Killed while it waits for the third limit, with two told of and committed; then two go on together."""
    with somebody_tells_of(due[2], cast):
        running = process()
        try:
            wait_for_somebody_to_wait()
        finally:
            os.kill(running.pid, signal.SIGKILL)
            running.communicate(timeout=LIMIT)
    assert sum(told().values()) == 4
    together = [process(), process()]
    assert "".join(map(ended, together)).count("reminders of time limits") in {1, 2}
    assert everybody_once(cast)


@contextmanager
def somebody_tells_of(clock: Clock, cast: Any) -> Iterator[None]:
    """Another connection is about to tell the same person of this limit, so whoever else does waits for it."""
    key = reminders.key_of(clock, (72, 24), at=timezone.now())
    with psycopg.connect(**address()) as other:
        other.execute(
            "INSERT INTO notices_notice (id, kind, case_code, recipient_id, organisation_id, once, created_at,"
            " next_try_at, attempts, last_error_code) "
            " VALUES (%s, 'limit_ends_soon', %s, %s, %s, %s, now(), now(), 0, '')",
            [uuid4(), clock.case_code, cast.case_worker.user.pk, cast.organisations.open_hand.pk, key],
        )
        yield
        other.rollback()


def both_look_before_either_tells(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    have_looked = Barrier(2)
    look = told_already

    def looked(keys: Any) -> set[str]:
        found = look(keys)
        have_looked.wait(timeout=10)
        return found

    monkeypatch.setattr(reminders, "told_already", looked)
    return lambda: reminders.remind_of_limits(timezone.now())


def test_two_that_have_both_looked_tell_once(cast: Any, due: list[Clock], monkeypatch: pytest.MonkeyPatch) -> None:
    run = both_look_before_either_tells(monkeypatch)
    at_once(run, run)
    assert set(told().values()) == {1}
    assert len(told()) == 2 * CASES


def test_without_the_constraint_and_the_lock_they_tell_twice(
    cast: Any, due: list[Clock], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    run = both_look_before_either_tells(monkeypatch)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_: self)
    with without_constraint():
        at_once(run, run)
        assert set(told().values()) == {2}


@contextmanager
def without_constraint() -> Iterator[None]:
    constraint = next(one for one in Notice._meta.constraints if one.name == "notice_once")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Notice, constraint)
    try:
        yield
    finally:
        Notice.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Notice, constraint)
