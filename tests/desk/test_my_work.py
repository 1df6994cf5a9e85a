"""My work: the tasks of my organisation and role, soonest due first, to take, put back and finish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from nrm.cases.actions import open_case
from nrm.cases.models import Case
from nrm.lib.clock import now
from nrm.tasks.models import Task

SignIn = Callable[[Any], Client]
MY_WORK = "/"


def test_a_new_case_waits_for_the_lead(case: Case, cast: Any, sign_in: SignIn) -> None:
    html = sign_in(cast.case_worker).get(MY_WORK).content.decode()
    assert "Read the screening" in html
    assert case.code in html


def test_others_see_nothing_of_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    for player in (cast.stranger, cast.shelter_worker, cast.responder):
        html = sign_in(player).get(MY_WORK).content.decode()
        assert case.code not in html
        assert "Nothing waits for you" in html


def test_auditors_and_administrators_land_where_their_work_is(cast: Any, sign_in: SignIn) -> None:
    assert sign_in(cast.auditor).get(MY_WORK)["Location"] == reverse("audit:events")
    assert sign_in(cast.administrator).get(MY_WORK)["Location"] == reverse("accounts:people")


def test_take_put_back_and_finish(case: Case, cast: Any, sign_in: SignIn) -> None:
    task = Task.objects.get(case_code=case.code)
    client = sign_in(cast.case_worker)
    client.post(reverse("desk:claim_task", args=[task.pk]))
    task.refresh_from_db()
    assert task.claimed_by == cast.case_worker.user
    client.post(reverse("desk:release_task", args=[task.pk]))
    client.post(reverse("desk:finish_task", args=[task.pk]))
    task.refresh_from_db()
    assert (task.claimed_by, task.outcome) == (None, "done")


def test_a_stranger_cannot_touch_a_task(case: Case, cast: Any, sign_in: SignIn) -> None:
    task = Task.objects.get(case_code=case.code)
    for step in ("claim_task", "release_task", "finish_task"):
        assert sign_in(cast.stranger).post(reverse(f"desk:{step}", args=[task.pk])).status_code == 404


def test_a_page_at_a_time_with_constant_queries(
    case: Case, cast: Any, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    client = sign_in(cast.case_worker)
    client.get(MY_WORK)  # fills what a process keeps for good
    with django_assert_num_queries(count_of(client, MY_WORK)):
        client.get(MY_WORK)
    for _number in range(60):
        lead = cast.organisations.open_hand.pk
        open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
    with django_assert_num_queries(count_of(client, MY_WORK)):
        page = client.get(MY_WORK)
    assert len(page.context["work"].tasks) < 60
    following = page.context["page"]["next_url"]
    shown = {task.pk for task in page.context["work"].tasks}
    then = {task.pk for task in client.get(MY_WORK + following).context["work"].tasks}
    assert then
    assert not shown & then


def count_of(client: Client, url: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    assert len(captured) < 25
    return len(captured)


def test_the_coordinator_sees_where_it_is_late(case: Case, cast: Any, sign_in: SignIn) -> None:
    Task.objects.filter(case_code=case.code).update(due_at=now() - timedelta(days=2))
    page = sign_in(cast.coordinator).get(MY_WORK)
    lead = cast.organisations.open_hand.name
    assert [(line.organisation, line.count) for line in page.context["work"].late] == [(lead, 1)]
    assert "Late tasks by organisation" in page.content.decode()
    assert "Late tasks by organisation" not in sign_in(cast.case_worker).get(MY_WORK).content.decode()


def test_what_is_late_comes_first_in_groups_and_can_be_narrowed(case: Case, cast: Any, sign_in: SignIn) -> None:
    lead, at = cast.organisations.open_hand.pk, now()
    dues = (timedelta(days=-2), timedelta(days=3), timedelta(days=30), None)
    for due in dues[1:]:
        another = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
        Task.objects.filter(case_code=another.code).update(due_at=at + due if due else None)
    Task.objects.filter(case_code=case.code).update(due_at=at + dues[0], claimed_by=cast.case_worker.user)
    client = sign_in(cast.case_worker)
    work = client.get(MY_WORK).context["work"]
    assert [(group.when.value, len(group.tasks)) for group in work.groups] == [
        ("late", 1),
        ("this_week", 1),
        ("later", 2),
    ]
    assert (work.overdue, work.counts.mine, work.counts.nobodys) == (1, 1, 3)
    assert len(client.get("/?whose=mine").context["work"].tasks) == 1
    assert len(client.get("/?whose=nobodys").context["work"].tasks) == 3
    assert sign_in(cast.stranger).get(MY_WORK).context["work"].counts.all == 0


def test_late_work_of_no_case_shows_to_the_coordinator_where_it_is(cast: Any, sign_in: SignIn) -> None:
    Task.objects.create(
        kind="clock_ran_out",
        subject="accounts.organisation:1",
        organisation=cast.organisations.open_hand,
        opened_at=now(),
        opened_by=cast.responder.user.pk,
        due_at=now() - timedelta(days=1),
        escalation=1,
    )
    html = sign_in(cast.coordinator).get(MY_WORK).content.decode()
    assert "Supervisors were told" in html
