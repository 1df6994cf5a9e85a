"""Reminders: before something ends, told to whoever has to act, each once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from nrm.access.actor import THE_SERVICE
from nrm.cases import actions as cases
from nrm.cases.actions import reminders
from nrm.countries import profile
from nrm.countries.profile import load
from nrm.countries.terms import Country
from nrm.desk.management.commands import clocks
from nrm.notices import actions
from nrm.notices.models import Notice
from nrm.support import actions as support
from nrm.tasks import actions as tasks
from nrm.tasks.models import Clock, Task

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def soon(cast: Any, case: Any) -> Clock:
    """A limit of thirty days that ends in two days; reminders are due three days and one day before."""
    cases.take_status_step(case, "presume_on_judgement", by=cast.case_worker.actor, expected_version=1, reason="Seen.")
    Task.objects.all().delete()
    Clock.objects.exclude(key="reflection_days").delete()
    clock = Clock.objects.get()
    now = timezone.now()
    Clock.objects.update(started_at=now - timedelta(days=28), due_at=now + timedelta(days=2))
    Notice.objects.all().delete()
    clock.refresh_from_db()
    return clock


def told() -> list[tuple[str, str]]:
    rows = Notice.objects.filter(kind__in=["limit_ends_soon", "task_due_soon", "appointment_soon"])
    return sorted(rows.values_list("kind", "recipient__email"))


def people(*players: Any) -> set[str]:
    return {player.user.email for player in players}


def test_a_limit_is_reminded_of_once_by_however_many_rounds(cast: Any, soon: Clock) -> None:
    for _round in range(3):
        call_command("clocks", "run")
    assert told() == [("limit_ends_soon", email) for email in sorted(people(cast.case_worker, cast.second_case_worker))]


def test_the_last_day_is_told_of_as_well(cast: Any, soon: Clock) -> None:
    assert reminders.remind_of_limits(timezone.now()) == 1
    assert reminders.remind_of_limits(soon.due_at - 24 * HOUR) == 1
    assert reminders.remind_of_limits(soon.due_at - HOUR) == 0
    assert len(told()) == 4


def test_who_was_away_is_not_told_of_everything_at_once(soon: Clock) -> None:
    assert reminders.remind_of_limits(soon.due_at - HOUR) == 1
    assert Notice.objects.values("once").distinct().count() == 1


def test_a_limit_that_is_extended_is_reminded_of_anew(cast: Any, soon: Clock) -> None:
    assert reminders.remind_of_limits(timezone.now()) == 1
    Clock.objects.update(due_at=soon.due_at + timedelta(days=30))
    assert reminders.remind_of_limits(timezone.now()) == 0
    assert reminders.remind_of_limits(timezone.now() + timedelta(days=30)) == 1


def test_a_reminder_before_there_was_anything_to_remind_of_is_left_out() -> None:
    now = timezone.now()
    assert reminders.latest((72, 24), begun=now - HOUR, end=now + 20 * HOUR, at=now) is None
    assert reminders.latest((72, 24), begun=now - 90 * HOUR, end=now + 20 * HOUR, at=now) == 24


def test_whoever_has_the_task_within_the_limit_is_told_and_not_the_lead(cast: Any, soon: Clock) -> None:
    clinic = cast.organisations.quiet_room.pk
    waiting(soon, organisation_id=clinic, role="clinician", time_limit=soon.key)
    assert reminders.remind_of_limits(timezone.now()) == 1
    assert reminders.remind_of_tasks(soon.due_at - HOUR) == 0, "the limit has said so already"
    assert told() == [("limit_ends_soon", cast.clinician.user.email)]


def waiting(clock: Clock, **changes: Any) -> Task:
    opens = {"kind": "follow_up", "case_code": clock.case_code, "subject": clock.subject, "due_at": clock.due_at}
    task = tasks.open_task(**{**opens, "by": THE_SERVICE, **changes})
    Task.objects.update(opened_at=clock.started_at)
    return task


def test_a_task_is_told_to_who_took_it_and_else_to_who_it_is_for(cast: Any, soon: Clock) -> None:
    house = cast.organisations.open_hand.pk
    task = waiting(soon, organisation_id=house, role="case_worker")
    at = soon.due_at - 20 * HOUR
    assert reminders.remind_of_tasks(at) == 1
    assert {email for _kind, email in told()} == people(cast.case_worker, cast.second_case_worker)
    Notice.objects.all().delete()
    Task.objects.filter(pk=task.pk).update(claimed_by=cast.second_case_worker.user)
    assert (reminders.remind_of_tasks(at), reminders.remind_of_tasks(at)) == (1, 0)
    assert told() == [("task_due_soon", cast.second_case_worker.user.email)]


def test_what_was_put_off_comes_back_by_itself(cast: Any, soon: Clock) -> None:
    waiting(soon, organisation_id=cast.organisations.open_hand.pk)
    Task.objects.update(snoozed_until=soon.due_at - 2 * HOUR)
    assert reminders.remind_of_tasks(soon.due_at - 20 * HOUR) == 0
    assert reminders.remind_of_tasks(soon.due_at - HOUR) == 1


def test_work_of_no_case_is_reminded_of_without_a_code(cast: Any, soon: Clock) -> None:
    waiting(soon, organisation_id=cast.organisations.open_hand.pk, case_code="", subject="directory.listing:1")
    assert reminders.remind_of_tasks(soon.due_at - HOUR) == 1
    assert set(Notice.objects.values_list("case_code", flat=True)) == {""}


def test_an_appointment_is_told_to_who_made_it(cast: Any, whole: Any) -> None:
    Notice.objects.all().delete()
    starts = whole.appointment.starts_at
    assert support.remind_of_appointments(starts - 30 * HOUR) == 0
    assert support.remind_of_appointments(starts - 20 * HOUR) == 1
    assert support.remind_of_appointments(starts - HOUR) == 0
    assert told() == [("appointment_soon", cast.clinician.user.email)]


def test_without_the_constraint_a_round_tells_twice(soon: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: nothing but the database keeps two rounds apart that have both looked before."""
    monkeypatch.setattr(reminders, "told_already", lambda _keys: set())
    for _round in range(2):
        reminders.remind_of_limits(timezone.now())
    assert len(told()) == 2
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX notice_once")
    reminders.remind_of_limits(timezone.now())
    assert len(told()) == 4


def test_one_that_fails_stops_no_other_and_is_logged_by_name_and_id_only(
    cast: Any, soon: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house = cast.organisations.open_hand.pk
    broken = waiting(soon, organisation_id=house)
    waiting(soon, organisation_id=house, kind="review_plan")
    queue = actions.queue

    def failing(*arguments: Any, **named: Any) -> Any:
        if str(broken.pk.hex) in named["once"]:
            raise ValueError(f"{cast.case_worker.user.email} cannot be told")
        return queue(*arguments, **named)

    monkeypatch.setattr(actions, "queue", failing)
    assert reminders.remind_of_tasks(soon.due_at - HOUR) == 1
    assert f"tasks.Task {broken.pk} failed in a round: ValueError" in caplog.text
    assert cast.case_worker.user.email not in caplog.text


def test_a_whole_round_goes_on_after_one_part_of_it_failed(
    soon: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_at: Any) -> int:
        with transaction.atomic():
            raise RuntimeError("a name")

    monkeypatch.setitem(clocks.ROUND, "referrals", fails)
    call_command("clocks", "run")
    assert len(told()) == 2
    assert "The round of referrals failed: RuntimeError" in caplog.text
    assert "a name" not in caplog.text


@pytest.mark.parametrize("country", Country.values)
def test_every_country_says_when_people_are_reminded(country: str) -> None:
    given = load(country).reminders
    assert (given.source, given.checked) == ("ours", False)
    assert all(list(hours) == sorted(hours, reverse=True) for hours in hours_of(given))


def hours_of(given: Any) -> Iterator[tuple[int, ...]]:
    yield from (given.hours, given.days, given.months, given.tasks, given.appointments)


def test_a_reminder_is_a_whole_number_of_hours() -> None:
    with pytest.raises(ValueError, match="whole hours"):
        profile.reminders({**profile.read("everywhere")["reminders"], "days": [0]})
