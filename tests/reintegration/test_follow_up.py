"""A contact after support: recorded with how the person is, and the next one promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.cases.selectors import standing_in
from nrm.lib.clock import today
from nrm.reintegration import actions
from nrm.reintegration.models import FollowUp
from nrm.reintegration.selectors import block_for
from nrm.tasks.models import Task
from tests.reintegration.conftest import SECRET

pytestmark = pytest.mark.django_db


def contact(case: Any, player: Any, **facts: Any) -> Any:
    typed = {"on": today(), "how": "phone", "account": SECRET, "next_on": today() + timedelta(days=30)} | facts
    return actions.record_follow_up(case, by=player.actor, **typed)


def test_the_next_contact_is_a_task_with_its_day(case: Any, cast: Any) -> None:
    contact(case, cast.case_worker)
    task = Task.objects.open().get(kind="follow_up")
    assert (task.organisation, task.case_code) == (cast.organisations.open_hand, case.code)
    assert timezone.localdate(task.due_at) == today() + timedelta(days=30)


def test_a_contact_answers_the_promise_of_the_one_before(case: Any, cast: Any) -> None:
    contact(case, cast.case_worker)
    second = contact(case, cast.second_case_worker, next_on=today() + timedelta(days=90))
    task = Task.objects.open().get(kind="follow_up")
    assert task.subject == f"reintegration.followup:{second.pk}"
    contact(case, cast.case_worker, next_on=None)
    assert not Task.objects.open().filter(kind="follow_up").exists()


def test_what_is_written_is_sealed_and_kept(case: Any, cast: Any) -> None:
    made = contact(case, cast.case_worker)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account FROM reintegration_followup UNION ALL SELECT account FROM reintegration_historicalfollowup"
        )
        cells = [bytes(cell) for (cell,) in cursor.fetchall()]
    assert len(cells) == 2
    assert not any(SECRET.encode() in cell for cell in cells)
    event = Event.objects.get(action="follow_up.recorded")
    assert (event.subject, event.data) == (f"reintegration.followup:{made.pk}", {"how": "phone"})
    block = block_for(case, standing_in(cast.case_worker.actor, case), cast.case_worker.actor)
    assert block["follow_ups"][0].account == SECRET


def test_others_do_not_and_leave_the_promise_alone(case: Any, cast: Any) -> None:
    contact(case, cast.case_worker)
    for player in (cast.responder, cast.coordinator):
        with pytest.raises(NotPermitted):
            contact(case, player)
    with pytest.raises(NotVisible):
        contact(case, cast.stranger)
    assert Task.objects.open().filter(kind="follow_up").count() == 1
    assert FollowUp.objects.count() == 1


def test_on_the_page(case: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("reintegration:follow_up", args=[case.code])
    assert client.get(address).status_code == 200
    day = f"{today():%d/%m/%Y}"
    typed = {"on": day, "how": "phone", "account": SECRET, "next_on": ""}
    tomorrow = f"{today() + timedelta(days=1):%d/%m/%Y}"
    for wrong in ({"on": tomorrow}, {"how": "letter"}, {"next_on": day}, {"next_on": "1/1/9999"}):
        refused = client.post(address, typed | wrong)
        assert refused.status_code == 422, wrong
        assert SECRET in refused.content.decode()
    answer = client.post(address, typed, follow=True)
    assert SECRET in answer.content.decode()
