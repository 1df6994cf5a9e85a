"""Time limits start and end with the acts that the country's profile names, and with no other.

Nothing else stops one: not what the person told the police, not a referral to the prosecution, not a declined service.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from nrm.audit.codes import Code, steps
from nrm.cases.actions import add_note, record_consent, take_status_step
from nrm.cases.effects import Setting, keep_time
from nrm.cases.models import Case, reference
from nrm.countries import profile
from nrm.countries.limits import limit
from nrm.countries.profile import Profile, read
from nrm.countries.terms import Country
from nrm.lib.clock import now
from nrm.referrals import actions as referrals
from nrm.tasks.actions import start_clock
from nrm.tasks.models import Clock
from tests.whole import open_doors, sent
from workflows.effects import StartClock, StopClock
from workflows.registry import MACHINES, all_edges

#: Every act there is: each edge of each machine, each beginning, each other act that the audit knows.
ACTS = sorted({*steps(), *Code.values})


def edges_and_beginnings() -> Iterator[Any]:
    yield from all_edges()
    yield from (flow.beginning for flow in MACHINES.values())


def test_no_machine_starts_or_stops_a_time_limit_by_itself() -> None:
    declared = [effect for one in edges_and_beginnings() for effect in one.effects]
    assert not [effect for effect in declared if isinstance(effect, StartClock | StopClock)]


def running(case: Case) -> dict[str, tuple[Any, ...]]:
    clocks = Clock.objects.running().filter(case_code=case.code)
    return {clock.key: (clock.pk, clock.started_at, clock.due_at, str(clock.rule)) for clock in clocks}


def start_everything(case: Case, country: Profile) -> None:
    for rule in country.limits():
        start_clock(
            rule.key,
            case_code=case.code,
            subject=reference(case),
            rule=rule.kept(started_by="a test"),
            due_at=rule.due_at(now()),
        )


@pytest.mark.parametrize("country", Country.values)
def test_every_act_leaves_limits_as_they_are_but_those_that_end_with_it(
    case: Case, cast: Any, settings: Any, country: str
) -> None:
    settings.NRM_COUNTRY = country
    rules = profile.current().limits()
    start_everything(case, profile.current())
    before = running(case)
    assert set(before) == {rule.key for rule in rules}
    for act in ACTS:
        ends = {rule.key for rule in rules if act in rule.stops_on}
        savepoint = transaction.savepoint()
        keep_time(act, Setting(case=case, subject=case, by=cast.case_worker.actor))
        after = running(case)
        kept = {key: after.get(key) for key in before if key not in ends}
        assert kept == {key: before[key] for key in before if key not in ends}, act
        assert all(after.get(key) != before[key] for key in ends), act
        transaction.savepoint_rollback(savepoint)


@pytest.mark.parametrize("country", Country.values)
def test_every_limit_starts_with_the_acts_of_the_profile_and_no_other(
    case: Case, cast: Any, settings: Any, country: str
) -> None:
    settings.NRM_COUNTRY = country
    for act in ACTS:
        savepoint = transaction.savepoint()
        keep_time(act, Setting(case=case, subject=case, by=cast.case_worker.actor))
        starting = [rule for rule in profile.current().limits() if act in rule.starts_on and rule.counts_for(case)]
        assert set(running(case)) == {rule.key for rule in starting}, act
        transaction.savepoint_rollback(savepoint)


def presumed(case: Case, cast: Any) -> Case:
    by = cast.case_worker.actor
    return take_status_step(case, "presume_on_judgement", by=by, expected_version=case.version, reason="Seen.")


def test_talking_to_the_prosecution_stops_nothing(case: Case, cast: Any) -> None:
    """The recovery and reflection period does not depend on whether the person cooperates (CETS 197 Art. 12 and 13)."""
    worker, prosecutor = cast.case_worker.actor, cast.prosecution_officer.actor
    open_doors(cast.organisations)
    case = presumed(case, cast)
    before = running(case)["reflection_days"]
    record_consent(
        case,
        by=worker,
        purpose="referral",
        recipient_id=cast.organisations.prosecution.pk,
        categories=["risk"],
        given_how="signed",
        given_on=timezone.localdate(),
    )
    referral = sent(case, worker, cast.organisations.prosecution, "investigation")
    for step, reason in (("ask", "When?"), ("answer", "On Monday."), ("accept", ""), ("start_service", "")):
        by = worker if step == "answer" else prosecutor
        referral = referrals.take_step(referral, step, by=by, expected_version=referral.version, reason=reason)
    add_note(case, by=worker, body="She made a statement to the police.")
    assert running(case)["reflection_days"] == before


# A profile that changes while a limit runs


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Put another rule for the recovery and reflection period into the profile of the instance."""

    def changed(**said: Any) -> None:
        given = {**read("mk")["clocks"]["reflection_days"], **said}
        present = profile.load("mk")
        rules = {**present.clocks, "reflection_days": limit("reflection_days", "mk", given)}
        monkeypatch.setattr(profile, "current", lambda: replace(present, clocks=rules))

    return changed


def test_a_changed_profile_changes_no_running_limit(case: Case, cast: Any, change: Any) -> None:
    case = presumed(case, cast)
    before = running(case)["reflection_days"]
    change(lengths=[90], stops_on=["status.decline"], starts_on=["status.presume_on_judgement", "note.added"])
    add_note(case, by=cast.case_worker.actor, body="Still afraid.")
    assert running(case)["reflection_days"] == before


def test_what_ends_a_limit_is_what_its_own_rule_says(case: Case, cast: Any, change: Any) -> None:
    setting = Setting(case=presumed(case, cast), subject=case, by=cast.case_worker.actor)
    change(stops_on=["status.decline"])
    keep_time("status.decline", setting)
    assert "reflection_days" in running(case)
    keep_time("status.withdraw", setting)
    assert "reflection_days" not in running(case)


def test_the_next_limit_starts_under_the_new_profile(case: Case, cast: Any, change: Any) -> None:
    setting = Setting(case=presumed(case, cast), subject=case, by=cast.case_worker.actor)
    keep_time("status.withdraw", setting)
    change(lengths=[90])
    keep_time("status.reconsider", setting)
    clock = Clock.objects.running().get(case_code=case.code, key="reflection_days")
    assert clock.kept_rule.lengths == (90,)
    assert clock.rule["started_by"] == "status.reconsider"
    assert clock.due_at - clock.started_at > timedelta(days=89)


@pytest.mark.parametrize(
    ("started", "days", "valid_from"),
    [
        (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), 60, "2006"),
        # An hour before midnight in UTC it is the first of January there.
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), 90, "2027-01-01"),
        (datetime(2027, 6, 1, 12, tzinfo=UTC), 90, "2027-01-01"),
    ],
)
def test_the_rule_that_is_valid_on_the_day_of_the_start_applies(
    case: Case, cast: Any, change: Any, monkeypatch: pytest.MonkeyPatch, started: datetime, days: int, valid_from: str
) -> None:
    change(valid_from="2006", later=[{"valid_from": "2027-01-01", "lengths": [90], "source": "ours", "checked": False}])
    monkeypatch.setattr(timezone, "now", lambda: started)
    keep_time("status.presume", Setting(case=case, subject=case, by=cast.case_worker.actor))
    clock = Clock.objects.get(case_code=case.code, key="reflection_days")
    assert (clock.kept_rule.lengths, clock.rule["valid_from"]) == ((days,), valid_from)
    assert timezone.localdate(clock.due_at) == timezone.localdate(started) + timedelta(days=days)
