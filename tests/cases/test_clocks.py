"""Time limits: one that runs out becomes a task of the lead and of the coordinator, and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import NotVisible
from nrm.audit.models import Event
from nrm.cases.actions import choose_track, extend_clock, record_consent, run_out_clocks, take_status_step
from nrm.cases.models import Case, reference
from nrm.cases.selectors.clocks import SHOWN, ending_soon
from nrm.countries.profile import load
from nrm.notices.models import Notice
from nrm.tasks.actions import finish_task, start_clock, stop_clocks
from nrm.tasks.models import Clock, Task

RULE_OF_TESTS = {"lengths": [30], "unit": "days", "source": "ours", "checked": False}


def presumed(case: Case, cast: Any) -> Case:
    by = cast.case_worker.actor
    return take_status_step(case, "presume_on_judgement", by=by, expected_version=1, reason="Seen at the border.")


def own_state(case: Case) -> tuple[Any, ...]:
    """All that a time limit could be feared to change."""
    case.refresh_from_db()
    participations = case.participations.order_by("pk").values_list("pk", "relation", "closed_at")
    others = Task.objects.filter(case_code=case.code).exclude(kind="clock_ran_out").order_by("pk")
    return (
        (case.stage, case.status, case.track, case.version),
        list(participations),
        list(others.values_list("pk", "closed_at", "due_at")),
        list(case.history.values_list("pk", flat=True)),
    )


def clock_of(case: Case, key: str = "reflection_days") -> Clock:
    return Clock.objects.get(case_code=case.code, key=key, stopped_at=None)


def test_presuming_starts_the_reflection_period_under_a_rule_that_is_kept(case: Case, cast: Any) -> None:
    Case.objects.filter(pk=case.pk).update(region="MK-01")
    presumed(case, cast)
    clock = clock_of(case)
    rule = load("mk").clock("reflection_days")
    assert rule
    assert clock.due_at == rule.due_at(clock.started_at)
    assert clock.kept_rule == replace(rule, later=())
    assert {name: clock.rule[name] for name in ("started_by", "region", "floor", "longest", "country")} == {
        "started_by": "status.presume_on_judgement",
        "region": "MK-01",
        "floor": 30,
        "longest": rule.longest,
        "country": "mk",
    }


def test_the_entity_of_the_case_says_whose_holidays_count(case: Case, cast: Any, settings: Any) -> None:
    settings.NRM_COUNTRY = "ba"
    Case.objects.filter(pk=case.pk).update(region="FBIH-09")
    presumed(case, cast)
    assert clock_of(case).subdivision == "BIH"


def test_running_out_tells_the_lead_and_the_coordinator(case: Case, cast: Any) -> None:
    clock = clock_of(presumed(case, cast))
    assert run_out_clocks(clock.due_at) == 1
    tasks = Task.objects.filter(case_code=case.code, kind="clock_ran_out")
    assert {(task.organisation, task.role) for task in tasks} == {
        (cast.organisations.open_hand, "case_worker"),
        (cast.organisations.coordination, "coordinator"),
    }
    assert {(task.subject, task.what_ran_out) for task in tasks} == {
        (f"tasks.clock:{clock.pk}", "Recovery and reflection period")
    }
    told = Notice.objects.filter(kind="clock_ran_out").values_list("recipient", flat=True)
    assert {cast.case_worker.user.pk, cast.coordinator.user.pk} <= set(told)
    assert Event.objects.filter(action="clock.ran_out", case_code=case.code).exists()


def test_running_out_changes_nothing(case: Case, cast: Any) -> None:
    presumed(case, cast)
    protect(case, cast)
    before = own_state(case)
    running = list(Clock.objects.exclude(key="reflection_days").values())
    Clock.objects.filter(key="reflection_days").update(due_at=timezone.now() + timedelta(hours=1))
    assert run_out_clocks(timezone.now() + timedelta(hours=2)) == 1
    assert own_state(case) == before
    assert list(Clock.objects.exclude(key="reflection_days").values()) == running


def protect(case: Case, cast: Any) -> None:
    """A second time limit in the case: that for a guardian."""
    Case.objects.filter(pk=case.pk).update(age_group="unknown")
    case.refresh_from_db()
    choose_track(case, "protect_as_child", by=cast.case_worker.actor, expected_version=case.version)


def test_two_limits_of_one_case_are_two_tasks(case: Case, cast: Any, sign_in: Any) -> None:
    presumed(case, cast)
    protect(case, cast)
    later = timezone.now() + timedelta(days=400)
    assert run_out_clocks(later) == 2
    worker = cast.organisations.open_hand
    named = {task.what_ran_out for task in Task.objects.filter(organisation=worker, kind="clock_ran_out")}
    assert named == {"Recovery and reflection period", "Guardian for a child"}
    for player, page in (
        (cast.case_worker, reverse("desk:my_work")),
        (cast.coordinator, reverse("desk:my_work")),
        (cast.case_worker, reverse("desk:case_page", args=[case.code])),
    ):
        html = sign_in(player).get(page).content.decode()
        assert html.count("Look at the case: a time limit ran out") >= 2
        assert all(name in html for name in named)


def test_looking_twice_says_it_once(case: Case, cast: Any) -> None:
    presumed(case, cast)
    later = timezone.now() + timedelta(days=400)
    run_out_clocks(later)
    told = Notice.objects.count(), Task.objects.count(), Event.objects.count()
    assert run_out_clocks(later) == 0
    assert (Notice.objects.count(), Task.objects.count(), Event.objects.count()) == told


def test_what_the_coordinator_is_told_does_not_keep_a_case_from_being_closed(case: Case, cast: Any) -> None:
    presumed(case, cast)
    Task.objects.update(closed_at=timezone.now(), closed_by=cast.case_worker.user.pk, outcome="done")
    run_out_clocks(timezone.now() + timedelta(days=400))
    assert case.has_open_task()
    finish_task(
        Task.objects.open().get(organisation=cast.organisations.open_hand).pk,
        by=cast.case_worker.actor,
        codes=[case.code],
    )
    assert Task.objects.open().get().organisation == cast.organisations.coordination
    assert not case.has_open_task()


def test_rounds_of_a_follow_up_are_all_counted_from_its_start(case: Case, cast: Any) -> None:
    """A rule that changes meanwhile changes none of them: 31 January is followed by the ends of shorter months."""
    start = datetime(2026, 1, 31, 12, tzinfo=timezone.get_default_timezone())
    rule = load("mk").clock("followup_months")
    assert rule
    start_clock(
        rule.key,
        case_code=case.code,
        subject=reference(case),
        rule=rule.kept(started_by="case.begin_follow_up"),
        started_at=start,
        due_at=rule.due_at(start),
    )
    ends = []
    while (clock := Clock.objects.running().filter(case_code=case.code).first()) is not None:
        ends.append(timezone.localdate(clock.due_at))
        assert run_out_clocks(clock.due_at) == 1
    assert ends == [date(2026, 4, 30), date(2026, 7, 31), date(2027, 1, 31), date(2028, 1, 31), date(2029, 1, 31)]
    own = Task.objects.filter(kind="clock_ran_out", organisation=cast.organisations.open_hand)
    assert own.count() == len(rule.lengths)


def test_a_round_that_was_stopped_is_the_last(case: Case) -> None:
    rule = load("mk").clock("followup_months")
    assert rule
    start = timezone.now()
    clock = start_clock(
        rule.key, case_code=case.code, subject=reference(case), rule=rule.kept(started_by=""), due_at=rule.due_at(start)
    )
    stop_clocks("case.close", subjects=[reference(case)])
    assert run_out_clocks(clock.due_at) == 0
    assert not Clock.objects.running().exists()


def test_the_case_page_shows_limits_with_their_rule(case: Case, cast: Any, sign_in: Any) -> None:
    clock = clock_of(presumed(case, cast))
    html = page_of(case, sign_in(cast.case_worker))
    assert "60 calendar days, from" in html
    assert reverse("cases:extend_clock", args=[case.code, clock.pk]) in html
    assert "Unverified" not in html.split('id="limits"')[1].split("</section>")[0]
    assert "60 calendar days, from" in page_of(case, sign_in(cast.coordinator))
    assert "extend/" not in page_of(case, sign_in(cast.coordinator))


def test_a_limit_without_a_seen_source_says_so(case: Case, cast: Any, sign_in: Any, settings: Any) -> None:
    settings.NRM_COUNTRY = "al"
    presumed(case, cast)
    assert "Unverified" in page_of(case, sign_in(cast.case_worker)).split('id="limits"')[1]


def test_a_limit_that_ran_out_stays_in_sight_until_it_begins_anew(case: Case, cast: Any, sign_in: Any) -> None:
    run_out_clocks(clock_of(presumed(case, cast)).due_at)
    assert "Ran out" in page_of(case, sign_in(cast.case_worker))


def page_of(case: Case, client: Any) -> str:
    return client.get(reverse("desk:case_page", args=[case.code])).content.decode()


def test_what_ends_soon_stands_on_my_work(case: Case, cast: Any, sign_in: Any) -> None:
    """Of the lead's and the body's cases, for two weeks ahead, and to nobody else."""
    presumed(case, cast)
    shown = {}
    for days in (13, 15):
        Clock.objects.update(due_at=timezone.now() + timedelta(days=days))
        for name in ("case_worker", "officer", "responder", "shelter_worker", "coordinator", "stranger"):
            html = sign_in(getattr(cast, name)).get(reverse("desk:my_work")).content.decode()
            shown[days, name] = "Time limits that end soon" in html
    assert {key for key, is_shown in shown.items() if is_shown} == {(13, "case_worker"), (13, "officer")}


def test_what_ends_soon_is_one_query_and_no_endless_list(case: Case, cast: Any, django_assert_num_queries: Any) -> None:
    rule = RULE_OF_TESTS
    for number in range(SHOWN + 3):
        start_clock(
            "reflection_days",
            case_code=case.code,
            subject=f"cases.case:{number}",
            rule=rule,
            due_at=timezone.now() + timedelta(days=1, hours=number),
        )
    with django_assert_num_queries(1):
        found = ending_soon(cast.case_worker.actor)
    assert (len(found.clocks), found.has_more) == (SHOWN, True)
    assert found.clocks == sorted(found.clocks, key=lambda clock: clock.due_at)
    with django_assert_num_queries(0):
        assert not ending_soon(cast.shelter_worker.actor).clocks


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


@pytest.fixture
def of_a_referral(case: Case, cast: Any) -> Clock:
    """A presumed case, before the body, that was referred to somebody: the answer is waited for until tomorrow."""
    presumed(case, cast)
    return start_clock(
        "referral_answer",
        case_code=case.code,
        subject=f"referrals.referral:{uuid4()}",
        rule=RULE_OF_TESTS,
        due_at=timezone.now() + timedelta(days=1),
    )


def test_the_limit_of_one_record_tells_nobody_but_the_lead_and_the_coordinator(
    of_a_referral: Clock, case: Case, cast: Any, sign_in: Any
) -> None:
    """Neither the police that reported nor the body that decides learns where the person was referred to when."""
    label = "Answer to a referral"
    for name in ("case_worker", "coordinator"):
        assert label in page_of(case, sign_in(getattr(cast, name))), name
    for name in ("responder", "officer"):
        client = sign_in(getattr(cast, name))
        assert label not in page_of(case, client), name
        assert "Recovery and reflection period" in page_of(case, client), name
    body = sign_in(cast.officer)
    for page in (reverse("identification:docket"), reverse("identification:decision", args=[case.code]), "/"):
        assert label not in body.get(page).content.decode(), page
    assert label in sign_in(cast.case_worker).get("/").content.decode()


def test_nor_does_the_body_let_it_run_longer(of_a_referral: Clock, case: Case, cast: Any, sign_in: Any) -> None:
    page = reverse("cases:extend_clock", args=[case.code, of_a_referral.pk])
    assert sign_in(cast.officer).get(page).status_code == 404
    assert sign_in(cast.case_worker).get(page).status_code == 200
    later = timezone.localdate() + timedelta(days=9)
    with pytest.raises(NotVisible):
        extend_clock(of_a_referral, by=cast.officer.actor, due_on=later, authority="court", reason="They said so.")
