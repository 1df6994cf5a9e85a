"""An authority lets a time limit run longer: with a reason, never shorter, never beyond what the rule allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.actions import extend_clock, run_out_clocks, take_status_step
from nrm.cases.models import Case, ClockExtension, reference
from nrm.countries.limits import end_of
from nrm.countries.profile import load
from nrm.tasks.actions import open_task, start_clock, stop_clocks
from nrm.tasks.models import Clock, Task
from nrm.vault.fields import opened

SignIn = Callable[[Any], Client]
WHY = "The panel needs the report of the doctor."


@pytest.fixture
def clock(case: Case, cast: Any) -> Clock:
    """The recovery and reflection period of a presumed case."""
    take_status_step(case, "presume_on_judgement", by=cast.case_worker.actor, expected_version=1, reason="Seen.")
    return Clock.objects.get(case_code=case.code, key="reflection_days")


def later(clock: Clock, days: int = 30) -> date:
    return timezone.localdate(clock.due_at) + timedelta(days=days)


def extend(clock: Clock, by: Any, **changes: Any) -> ClockExtension:
    said = {"due_on": later(clock), "authority": "identifying_body", "reason": WHY, **changes}
    return extend_clock(clock, by=by.actor, **said)


@contextmanager
def refused(words: str) -> Iterator[None]:
    """Not yet, and the sentence says why."""
    with pytest.raises(NotYet) as refusal:
        yield
    assert words in str(refusal.value.sentence)


@pytest.mark.parametrize("player", ["case_worker", "officer"])
def test_the_lead_and_the_body_may_extend(clock: Clock, cast: Any, player: str) -> None:
    was_due, rule = clock.due_at, clock.rule
    extension = extend(clock, getattr(cast, player))
    clock.refresh_from_db()
    assert clock.due_at == extension.due_at == end_of(later(Clock(due_at=was_due)))
    assert (extension.was_due_at, extension.authority) == (was_due, "identifying_body")
    assert clock.rule == rule


def test_it_is_kept_sealed_and_told(clock: Clock, cast: Any, case: Case) -> None:
    extension = extend(clock, cast.officer)
    assert WHY.encode() not in bytes(extension.reason)
    assert opened(case.person, ClockExtension.objects.get(), "reason") == WHY
    row = extension.history.get()
    assert (row.transition, row.history_user_id) == ("clock.extended", cast.officer.actor.user_id)
    event = Event.objects.get(action="clock.extended")
    assert (event.case_code, event.data["clock"]) == (case.code, "reflection_days")
    assert WHY not in str(event.data)


@pytest.mark.parametrize(
    ("player", "refusal"),
    [
        ("responder", NotPermitted),
        ("coordinator", NotPermitted),
        ("auditor", NotPermitted),
        ("shelter_worker", NotVisible),
        ("administrator", NotVisible),
        ("stranger", NotVisible),
    ],
)
def test_nobody_else_may(clock: Clock, cast: Any, player: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        extend(clock, getattr(cast, player))
    assert not ClockExtension.objects.exists()


def test_it_only_grows(clock: Clock, cast: Any) -> None:
    for days in (0, -1, -400):
        with refused("later than the one"):
            extend(clock, cast.officer, due_on=later(clock, days))
    extend(clock, cast.officer, due_on=later(clock, 1))


def test_a_day_that_has_passed_is_not_later(clock: Clock, cast: Any) -> None:
    Clock.objects.update(started_at=clock.started_at - timedelta(days=100), due_at=clock.due_at - timedelta(days=100))
    clock.refresh_from_db()
    with refused("later than the one"):
        extend(clock, cast.officer, due_on=timezone.localdate() - timedelta(days=1))


def test_it_says_why(clock: Clock, cast: Any) -> None:
    with refused("reason"):
        extend(clock, cast.officer, reason="  ")


def test_never_beyond_the_longest(case: Case, clock: Clock, cast: Any) -> None:
    """The rule of the clock decides, and counts from the start; a permit in Montenegro lasts a year at most."""
    rule = load("me").clock("permit_months_initial")
    assert rule
    assert rule.longest
    started = timezone.now()
    permit = start_clock(
        rule.key,
        case_code=case.code,
        subject=reference(case),
        rule=rule.kept(started_by="status.identify"),
        started_at=started,
        due_at=rule.due_at(started),
    )
    latest = rule.latest(started)
    assert latest
    last = timezone.localdate(latest)
    with refused(last.strftime("%d/%m/%Y")):
        extend(permit, cast.officer, due_on=last + timedelta(days=1))
    extend(permit, cast.officer, due_on=last)


def test_a_limit_that_has_ended_is_not_extended(clock: Clock, cast: Any) -> None:
    stop_clocks("status.withdraw", subjects=[clock.subject])
    with refused("has ended"):
        extend(clock, cast.officer)


def test_one_that_ran_out_runs_again_and_what_was_told_of_it_is_over(clock: Clock, cast: Any, case: Case) -> None:
    run_out_clocks(clock.due_at)
    assert Task.objects.open().filter(kind="clock_ran_out").count() == 2
    extend(clock, cast.officer)
    clock.refresh_from_db()
    assert clock.is_running
    assert not Task.objects.open().filter(kind="clock_ran_out").exists()
    assert run_out_clocks(clock.due_at) == 1
    assert Task.objects.open().filter(kind="clock_ran_out").count() == 2


def test_one_that_runs_once_more_already_is_not_extended(clock: Clock, cast: Any) -> None:
    run_out_clocks(clock.due_at)
    start_clock(clock.key, case_code=clock.case_code, subject=clock.subject, rule=clock.rule, due_at=clock.due_at)
    with refused("runs again already"):
        extend(clock, cast.officer)


def test_the_task_it_sets_a_time_for_moves_along(clock: Clock, cast: Any) -> None:
    task = open_task(
        "decide_status",
        case_code=clock.case_code,
        subject=clock.subject,
        organisation_id=cast.organisations.open_hand.pk,
        by=cast.officer.actor,
        due_at=clock.due_at,
        time_limit=clock.key,
    )
    extension = extend(clock, cast.officer)
    task.refresh_from_db()
    assert task.due_at == extension.due_at


def test_two_extensions_at_once_do_not_undo_each_other(clock: Clock, cast: Any) -> None:
    seen = clock.due_at
    extend(clock, cast.officer, expected_due_at=seen)
    with pytest.raises(MovedOn):
        extend(clock, cast.case_worker, expected_due_at=seen, due_on=later(clock, 400))


def test_the_database_keeps_no_extension_that_shortens(clock: Clock, cast: Any) -> None:
    extension = extend(clock, cast.officer)
    with pytest.raises(IntegrityError, match="extension_is_longer"), transaction.atomic():
        ClockExtension.objects.filter(pk=extension.pk).update(due_at=extension.was_due_at)


# The page


def url(clock: Clock, code: str = "") -> str:
    return reverse("cases:extend_clock", args=[code or clock.case_code, clock.pk])


def typed(clock: Clock, **changes: Any) -> dict[str, str]:
    shown = later(clock)
    return {
        "due_at": clock.due_at.isoformat(),
        "due_on": f"{shown.day}/{shown.month}/{shown.year}",
        "authority": "court",
        "reason": WHY,
        **changes,
    }


def test_the_page_says_what_runs_until_when(clock: Clock, cast: Any, sign_in: SignIn) -> None:
    html = sign_in(cast.officer).get(url(clock)).content.decode()
    assert "Recovery and reflection period" in html
    assert "60 calendar days, from" in html


def test_the_form_extends_and_the_case_page_shows_it(clock: Clock, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    answer = client.post(url(clock), typed(clock))
    assert answer["Location"] == reverse("desk:case_page", args=[clock.case_code])
    html = client.get(answer["Location"]).content.decode()
    assert f"Extended until {later(clock).strftime('%d/%m/%Y')}: Court" in html
    assert WHY in html
    elsewhere = sign_in(cast.coordinator).get(answer["Location"]).content.decode()
    assert "Extended until" in elsewhere
    assert WHY not in elsewhere


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"reason": ""}, 422, "This field is required."),
        ({"due_on": "1/1/2020"}, 422, "later than the one"),
        ({"authority": "the neighbour"}, 422, "Select a valid choice"),
        ({"due_at": "yesterday"}, 422, "Load the page again."),
        ({"due_at": "2020-01-01T00:00:00+00:00"}, 409, "changed"),
    ],
)
def test_what_does_not_fit_comes_back_with_what_was_typed(
    clock: Clock, cast: Any, sign_in: SignIn, changes: dict[str, str], status: int, sentence: str
) -> None:
    answer = sign_in(cast.officer).post(url(clock), typed(clock, **changes))
    html = answer.content.decode()
    assert answer.status_code == status
    assert sentence in html
    assert ("reason" in changes) != (WHY in html)
    assert not ClockExtension.objects.exists()


def test_a_clock_of_another_case_is_a_missing_page(clock: Clock, cast: Any, sign_in: SignIn, case: Case) -> None:
    from nrm.cases.actions import open_case

    lead = cast.organisations.open_hand.pk
    other = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
    assert sign_in(cast.case_worker).get(url(clock, other.code)).status_code == 404
    assert sign_in(cast.stranger).get(url(clock)).status_code == 404
    assert sign_in(cast.responder).get(url(clock)).status_code == 403
