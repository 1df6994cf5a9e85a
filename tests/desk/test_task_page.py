"""A task's page: what there is to do and where, who is on it, what colleagues wrote; and the forms it leads to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.relations import Relation
from nrm.accounts.models import Membership
from nrm.audit.models import Event
from nrm.cases.actions import comment_on_task, give_task, hand_on_task, keep_away, put_off_task
from nrm.cases.models import Case, Participation, TaskRemark
from nrm.desk.task_page import task_page
from nrm.lib.clock import today
from nrm.notices.models import Notice
from nrm.tasks.actions import open_task
from nrm.tasks.models import Task

SignIn = Callable[[Any], Client]
pytestmark = pytest.mark.django_db
TEXT = "Bring the green folder to the office."


def url(name: str, task: Task) -> str:
    return reverse(f"desk:{name}", args=[task.pk])


@pytest.fixture
def task(case: Case, cast: Any) -> Task:
    ours = cast.case_worker.actor.organisation_id
    return give_task(case, by=cast.case_worker.actor, organisation_id=ours, text=TEXT, due_at=None)


def test_it_says_what_to_do_and_leads_to_where_it_is_done(case: Case, task: Task, cast: Any, sign_in: SignIn) -> None:
    html = sign_in(cast.case_worker).get(url("task", task)).content.decode()
    assert TEXT in html
    assert reverse("desk:case_page", args=[case.code]) in html
    screening = Task.objects.get(case_code=case.code, kind="read_screening")
    page = task_page(cast.case_worker.actor, screening.pk)
    assert page.where
    assert page.why


def test_a_stranger_and_who_is_kept_away_find_no_such_page(case: Case, task: Task, cast: Any, sign_in: SignIn) -> None:
    keep_away(case, by=cast.case_worker.actor, user_id=cast.second_case_worker.user.pk, reason="relative")
    for player in (cast.stranger, cast.second_case_worker, cast.clinician, cast.coordinator):
        client = sign_in(player)
        for name in ("task", "hand_on_task", "put_off_task"):
            assert client.get(url(name, task)).status_code == 404
        assert client.post(url("comment_on_task", task), {"key": uuid4(), "text": "x"}).status_code == 404
    assert TaskRemark.objects.count() == 1


def test_who_gave_it_and_leads_no_more_reads_nothing_that_is_written_since(
    case: Case, cast: Any, sign_in: SignIn
) -> None:
    treating = cast.clinician.actor.organisation_id
    Participation.objects.create(
        case=case, organisation_id=treating, relation=Relation.TREATS, because="support.episode:1", opened_by=uuid4()
    )
    asked = give_task(case, by=cast.case_worker.actor, organisation_id=treating, text=TEXT, due_at=None)
    client = sign_in(cast.case_worker)
    assert client.get(url("task", asked)).status_code == 200
    Participation.objects.filter(case=case, relation=Relation.LEADS).update(relation=Relation.LED)
    assert client.get(reverse("desk:case_page", args=[case.code])).status_code == 200
    assert client.get(url("task", asked)).status_code == 404
    assert client.post(url("comment_on_task", asked), {"key": uuid4(), "text": "x"}).status_code == 404


def test_work_left_of_a_case_goes_to_nobody_who_is_kept_away_from_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    """The organisation is shown the case no more, so neither is who is kept away from it."""
    at, away = cast.stranger.membership.organisation, cast.clinician.user
    for user in (away, cast.officer.user):
        Membership.objects.create(user=user, organisation=at, role="case_worker", started_at=timezone.now())
    keep_away(case, by=cast.case_worker.actor, user_id=away.pk, reason="relative")
    left = open_task("stop_using", case_code=case.code, subject="x:1", organisation_id=at.pk, by=cast.case_worker.actor)
    client, give = sign_in(cast.stranger), url("hand_on_task", left)
    assert away.display_name not in client.get(give).content.decode()
    assert client.post(give, {"to": away.pk}).status_code == 422
    assert client.post(give, {"to": cast.officer.user.pk}).status_code == 302


def test_who_gave_it_elsewhere_reads_on_and_does_not_do_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    treating = cast.clinician.actor.organisation_id
    Participation.objects.create(
        case=case, organisation_id=treating, relation=Relation.TREATS, because="support.episode:1", opened_by=uuid4()
    )
    task = give_task(case, by=cast.case_worker.actor, organisation_id=treating, text=TEXT, due_at=None)
    comment_on_task(task.pk, by=cast.clinician.actor, text="On Monday.")
    giver = sign_in(cast.case_worker)
    assert "On Monday." in giver.get(url("task", task)).content.decode()
    assert giver.get(url("hand_on_task", task)).status_code == 403
    assert giver.post(url("claim_task", task)).status_code == 404
    assert sign_in(cast.second_case_worker).get(url("task", task)).status_code == 404


def test_handing_it_on_takes_a_sentence_and_tells_the_colleague_no_word_of_it(
    task: Task, cast: Any, sign_in: SignIn
) -> None:
    client, other = sign_in(cast.case_worker), cast.second_case_worker.user
    wanted = {"to": other.pk, "expected": ""}
    assert client.post(url("hand_on_task", task), wanted).status_code == 422
    answer = client.post(url("hand_on_task", task), {**wanted, "reason": "I am in court."})
    assert answer["Location"] == url("task", task)
    task.refresh_from_db()
    assert (task.claimed_by_id, task.given_by) == (other.pk, cast.case_worker.user.pk)
    notice = Notice.objects.get(kind="task_given")
    assert (notice.recipient_id, notice.case_code) == (other.pk, task.case_code)
    assert "court" not in str(Event.objects.get(action="task.handed_on").data)
    html = sign_in(cast.second_case_worker).get(url("task", task)).content.decode()
    assert "I am in court." in html


def test_it_is_handed_to_nobody_who_may_not_see_it(task: Task, cast: Any, sign_in: SignIn) -> None:
    wanted = {"to": cast.stranger.user.pk, "expected": "", "reason": "Please."}
    assert sign_in(cast.case_worker).post(url("hand_on_task", task), wanted).status_code == 422
    task.refresh_from_db()
    assert task.claimed_by_id is None


def test_two_who_hand_it_on_do_not_undo_each_other(task: Task, cast: Any, sign_in: SignIn) -> None:
    hand_on_task(task.pk, by=cast.case_worker.actor, to=cast.case_worker.user.pk, reason="Mine.", expected=None)
    wanted = {"to": cast.second_case_worker.user.pk, "expected": "", "reason": "Yours."}
    assert sign_in(cast.second_case_worker).post(url("hand_on_task", task), wanted).status_code == 409


def test_put_off_it_stands_last_and_comes_back_by_itself(task: Task, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    until = today() + timedelta(days=3)
    typed = {"until": f"{until:%d/%m/%Y}", "reason": "The landlord is away."}
    assert client.post(url("put_off_task", task), typed).status_code == 302
    page = client.get("/")
    assert [group.when.value for group in page.context["work"].groups][-1] == "put_off"
    assert page.context["work"].groups[-1].tasks == [task]
    Task.objects.update(snoozed_until=timezone.now() - timedelta(minutes=1))
    assert "put_off" not in [group.when for group in client.get("/").context["work"].groups]


def test_never_longer_than_two_weeks_and_late_all_the_same(task: Task, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    for days in (0, 15):
        typed = {"until": f"{today() + timedelta(days=days):%d/%m/%Y}", "reason": "Away."}
        assert client.post(url("put_off_task", task), typed).status_code == 422
    put_off_task(task.pk, by=cast.case_worker.actor, until=timezone.now() + timedelta(days=5), reason="Away.")
    Task.objects.filter(pk=task.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert client.get("/").context["work"].overdue == 1


def test_what_a_colleague_is_on_is_theirs_to_put_off(task: Task, cast: Any, sign_in: SignIn) -> None:
    sign_in(cast.second_case_worker).post(url("claim_task", task))
    typed = {"until": f"{today() + timedelta(days=2):%d/%m/%Y}", "reason": "Away."}
    assert sign_in(cast.case_worker).post(url("put_off_task", task), typed).status_code == 409


def test_a_comment_sent_twice_is_written_once_and_told_to_nobody(task: Task, cast: Any, sign_in: SignIn) -> None:
    client, typed = sign_in(cast.case_worker), {"key": uuid4(), "text": "The green one is lost."}
    told = Notice.objects.count()
    for _time in range(2):
        assert client.post(url("comment_on_task", task), typed).status_code == 302
    assert client.get(url("task", task)).content.decode().count("The green one is lost.") == 1
    assert Notice.objects.count() == told
    assert client.post(url("comment_on_task", task), {"key": uuid4(), "text": " "}).status_code == 422


def test_what_is_done_can_be_read_and_not_written_about(task: Task, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    client.post(url("finish_task", task))
    assert client.get(url("task", task)).status_code == 200
    assert client.post(url("comment_on_task", task), {"key": uuid4(), "text": "Late."}).status_code == 403
    assert client.get(url("put_off_task", task)).status_code == 409


def test_a_task_is_given_from_the_case_page(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("desk:give_task", args=[case.code])
    assert address in client.get(reverse("desk:case_page", args=[case.code])).content.decode()
    form = client.get(address).context["form"]
    typed = {"key": uuid4(), "text": TEXT, "organisation": form.ours, "user": cast.second_case_worker.user.pk}
    for _time in range(2):
        client.post(address, {**typed, "due_on": f"{today():%d/%m/%Y}"})
    given = Task.objects.get(kind="ad_hoc")
    assert given.claimed_by == cast.second_case_worker.user
    assert sign_in(cast.stranger).get(address).status_code == 404


def test_work_of_no_case_has_a_page_without_comments(cast: Any, sign_in: SignIn) -> None:
    task = Task.objects.create(
        kind="clock_ran_out",
        subject="accounts.organisation:1",
        organisation_id=cast.case_worker.actor.organisation_id,
        opened_at=timezone.now(),
        opened_by=uuid4(),
    )
    client = sign_in(cast.case_worker)
    html = client.get(url("task", task)).content.decode()
    assert "Write a comment" not in html
    assert client.post(url("comment_on_task", task), {"key": uuid4(), "text": "x"}).status_code == 403
    typed = {"to": cast.second_case_worker.user.pk, "expected": ""}
    assert client.post(url("hand_on_task", task), typed).status_code == 302
    assert sign_in(cast.stranger).get(url("task", task)).status_code == 404
