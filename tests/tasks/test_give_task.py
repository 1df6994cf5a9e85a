"""Somebody asks a colleague, or an organisation that takes part, to do something. What it is stays sealed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import give_task, keep_away
from nrm.cases.actions.work import NOT_TAKING_PART, NOT_TO_BE_GIVEN, SAY_WHAT, TIME_TO_COME
from nrm.cases.models import Case, Participation, TaskRemark
from nrm.cases.selectors import codes_with_work_for
from nrm.tasks.models import Task
from nrm.tasks.selectors import open_tasks_for
from nrm.vault.fields import opened

pytestmark = pytest.mark.django_db
TEXT = "Ring the landlord before Friday; the key is with Ana."


@contextmanager
def refused(sentence: Any) -> Iterator[None]:
    with pytest.raises(NotYet) as found:
        yield
    assert found.value.sentence == sentence


def let_in(case: Case, player: Any, relation: Relation) -> None:
    Participation.objects.create(
        case=case,
        organisation_id=player.actor.organisation_id,
        relation=relation,
        because="referrals.referral:1",
        opened_by=player.user.pk,
    )


def give(case: Case, by: Any, to: Any = None, **changes: Any) -> Task:
    wanted = {"organisation_id": (to or by).actor.organisation_id, "text": TEXT, "due_at": None, **changes}
    return give_task(case, by=by.actor, **wanted)


def test_a_colleague_is_given_something_to_do_and_the_task_holds_no_word_of_it(cast: Any, case: Case) -> None:
    due_at = timezone.now() + timedelta(days=2)
    task = give(case, cast.case_worker, due_at=due_at, user_id=cast.case_worker.user.pk)
    remark = TaskRemark.objects.get(task=task)
    assert (task.kind, task.case_code, task.due_at, task.claimed_by_id) == (
        "ad_hoc",
        case.code,
        due_at,
        cast.case_worker.user.pk,
    )
    assert opened(case.person, remark, "body") == TEXT
    assert b"landlord" not in bytes(remark.body)
    event = Event.objects.get(action="task.given")
    assert "landlord" not in str(event.data)
    assert event.subject == f"cases.taskremark:{remark.pk}"
    assert verify().is_in_order


def test_a_form_sent_twice_asks_once(cast: Any, case: Case) -> None:
    key = uuid4()
    assert give(case, cast.case_worker, key=key) == give(case, cast.case_worker, key=key)
    assert give(case, cast.case_worker, key=uuid4()) != give(case, cast.case_worker, key=key)
    assert Task.objects.filter(kind="ad_hoc").count() == 2


def test_the_lead_asks_an_organisation_that_takes_part_and_no_other(cast: Any, case: Case) -> None:
    with refused(NOT_TAKING_PART):
        give(case, cast.case_worker, cast.clinician)
    let_in(case, cast.clinician, Relation.TREATS)
    task = give(case, cast.case_worker, cast.clinician)
    assert list(open_tasks_for(cast.clinician.actor, codes_with_work_for(cast.clinician.actor))) == [task]


def test_who_serves_the_person_gives_tasks_at_home_only(cast: Any, case: Case) -> None:
    let_in(case, cast.clinician, Relation.TREATS)
    assert give(case, cast.clinician).organisation_id == cast.clinician.actor.organisation_id
    with pytest.raises(NotPermitted):
        give(case, cast.clinician, cast.case_worker)


def test_nobody_is_given_what_they_may_not_see(cast: Any, case: Case) -> None:
    with refused(NOT_TO_BE_GIVEN):
        give(case, cast.case_worker, user_id=cast.stranger.user.pk)
    keep_away(case, by=cast.case_worker.actor, user_id=cast.second_case_worker.user.pk, reason="relative")
    with refused(NOT_TO_BE_GIVEN):
        give(case, cast.case_worker, user_id=cast.second_case_worker.user.pk)


def test_a_time_that_has_passed_and_nothing_to_do_are_refused(cast: Any, case: Case) -> None:
    with refused(TIME_TO_COME):
        give(case, cast.case_worker, due_at=timezone.now() - timedelta(minutes=1))
    with refused(SAY_WHAT):
        give(case, cast.case_worker, text="  ")


def test_a_stranger_gives_nothing(cast: Any, case: Case) -> None:
    with pytest.raises(NotVisible):
        give(case, cast.stranger)
    assert not Task.objects.filter(kind="ad_hoc").exists()


def test_work_that_belongs_to_no_case_is_in_its_organisations_inbox(cast: Any) -> None:
    worker = cast.case_worker
    task = Task.objects.create(
        kind="clock_ran_out",
        subject="accounts.organisation:1",
        organisation_id=worker.actor.organisation_id,
        opened_at=timezone.now(),
        opened_by=worker.user.pk,
    )
    assert task in open_tasks_for(worker.actor, codes_with_work_for(worker.actor))
    assert task not in open_tasks_for(cast.stranger.actor, codes_with_work_for(cast.stranger.actor))
