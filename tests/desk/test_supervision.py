"""The supervisor's board: who has how much, and how all of it goes to others at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.accounts.models import Membership
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import hand_over_work, keep_away, open_case, take_on
from nrm.cases.models import Case
from nrm.cases.selectors.team import responsible_for
from nrm.desk.supervision import board_of
from nrm.lib.clock import now
from nrm.tasks.actions import claim_task
from nrm.tasks.models import Task

SignIn = Callable[[Any], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def supervisor(cast: Any) -> Any:
    Membership.objects.filter(pk=cast.second_case_worker.membership.pk).update(supervises=True)
    return replace(cast.second_case_worker, actor=replace(cast.second_case_worker.actor, is_supervisor=True))


@pytest.fixture
def busy(cast: Any) -> list[Case]:
    """Ana is responsible for two cases and on a task of each."""
    lead = cast.organisations.open_hand.pk
    cases = [
        open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man") for _number in "12"
    ]
    for case in cases:
        take_on(case, by=cast.case_worker.actor)
        task = Task.objects.get(case_code=case.code)
        claim_task(task.pk, by=cast.case_worker.actor, codes=[case.code])
    return cases


def test_the_board_counts_cases_and_tasks_by_colleague(busy: list[Case], cast: Any, supervisor: Any) -> None:
    first = Task.objects.filter(case_code=busy[0].code)
    first.update(due_at=now() - timedelta(days=3), snoozed_until=now() + timedelta(days=1), escalation=1)
    shares = {share.name: share for share in board_of(supervisor.actor).shares}
    ana = shares["Ana Quince"]
    assert (ana.cases, ana.tasks, ana.late, ana.put_off, ana.escalated) == (2, 2, 1, 1, 1)
    assert not shares["Boris Medlar"].has_work


def test_all_of_it_goes_to_a_colleague_at_once(busy: list[Case], cast: Any, supervisor: Any, sign_in: SignIn) -> None:
    client, ana = sign_in(supervisor), cast.case_worker.user
    address = reverse("desk:hand_over_work", args=[ana.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"to": [supervisor.user.pk]}).status_code == 302
    assert {responsible_for(case).user_id for case in busy} == {supervisor.user.pk}  # type: ignore[union-attr]
    assert set(Task.objects.open().values_list("claimed_by", flat=True)) == {supervisor.user.pk}
    assert Event.objects.get(action="task.work_handed_over").data["cases"] == 2
    assert verify().is_in_order


def test_to_nobody_it_waits_in_the_queue(busy: list[Case], cast: Any, supervisor: Any) -> None:
    done = hand_over_work(by=supervisor.actor, of=cast.case_worker.user.pk, to=[])
    assert (done.cases, done.left) == (2, 0)
    assert not Task.objects.open().exclude(claimed_by=None).exists()
    assert Task.objects.open().filter(kind="assign_case").count() == 2


def test_a_case_stays_where_nobody_chosen_may_have_it(busy: list[Case], cast: Any, supervisor: Any) -> None:
    third = Membership.objects.create(
        user=cast.stranger.user, organisation=supervisor.membership.organisation, role="case_worker", started_at=now()
    )
    keep_away(busy[0], by=cast.case_worker.actor, user_id=third.user_id, reason="relative")
    done = hand_over_work(by=supervisor.actor, of=cast.case_worker.user.pk, to=[third.user_id])
    assert (done.cases, done.left) == (1, 1)
    assert responsible_for(busy[0]).user_id == cast.case_worker.user.pk  # type: ignore[union-attr]
    assert not Task.objects.open().filter(case_code=busy[0].code, claimed_by=third.user_id).exists()


def test_only_supervisors_and_only_to_and_from_their_own(
    busy: list[Case], cast: Any, supervisor: Any, sign_in: SignIn
) -> None:
    ana = cast.case_worker.user.pk
    for player in (cast.case_worker, cast.stranger, cast.coordinator):
        with pytest.raises(NotPermitted):
            hand_over_work(by=player.actor, of=ana, to=[])
        assert sign_in(player).get(reverse("desk:hand_over_work", args=[ana])).status_code == 403
    with pytest.raises(NotYet):
        hand_over_work(by=supervisor.actor, of=ana, to=[cast.stranger.user.pk])
    with pytest.raises(NotVisible):
        hand_over_work(by=supervisor.actor, of=cast.stranger.user.pk, to=[])
    assert {responsible_for(case).user_id for case in busy} == {ana}  # type: ignore[union-attr]


def test_queries_do_not_grow(busy: list[Case], cast: Any, supervisor: Any, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(8):
        board_of(supervisor.actor, str(cast.case_worker.user.pk))
