"""Time limits: one that runs out becomes a task of the lead, is told to the coordinator, and closes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from nrm.audit.models import Event
from nrm.cases.actions import record_consent, run_out_clocks, take_status_step
from nrm.cases.models import Case
from nrm.notices.models import Notice
from nrm.tasks.models import Clock, Task


def presumed(case: Case, cast: Any) -> Case:
    by = cast.case_worker.actor
    return take_status_step(case, "presume_on_judgement", by=by, expected_version=1, reason="Seen at the border.")


def test_presuming_starts_the_reflection_period(case: Case, cast: Any) -> None:
    presumed(case, cast)
    clock = Clock.objects.get(case_code=case.code, key="reflection_days")
    assert clock.rule["source"]
    assert clock.due_at > timezone.now() + timedelta(days=29)


def test_running_out_opens_a_task_and_closes_nothing(case: Case, cast: Any) -> None:
    presumed(case, cast)
    later = timezone.now() + timedelta(days=400)
    assert run_out_clocks(later) >= 1
    task = Task.objects.get(case_code=case.code, kind="clock_ran_out")
    assert task.organisation == cast.organisations.open_hand
    told = Notice.objects.filter(kind="clock_ran_out").values_list("recipient", flat=True)
    assert cast.coordinator.user.pk in told
    assert Event.objects.filter(action="clock.ran_out", case_code=case.code).exists()
    case.refresh_from_db()
    assert (case.stage, case.status) == ("identification", "presumed")


def test_looking_twice_says_it_once(case: Case, cast: Any) -> None:
    presumed(case, cast)
    later = timezone.now() + timedelta(days=400)
    run_out_clocks(later)
    assert run_out_clocks(later) == 0


def test_a_consent_past_its_day_expires_and_is_asked_again(case: Case, cast: Any) -> None:
    today = timezone.localdate()
    consent = record_consent(
        case,
        by=cast.case_worker.actor,
        purpose="assistance",
        given_how="signed",
        given_on=today - timedelta(days=9),
        ends_on=today - timedelta(days=1),
    )
    call_command("clocks")
    consent.refresh_from_db()
    assert consent.state == "expired"
    assert Task.objects.filter(case_code=case.code, kind="consent_expired").exists()
    row = consent.history.first()
    assert (row.transition, row.source_state) == ("consent.expire", "given")
