"""Whoever leaves leaves nothing behind: their tasks are in the queue, and who takes their cases on is asked at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.actions import leaving
from nrm.accounts.actions.people import deactivate, end_membership
from nrm.accounts.models import Membership
from nrm.audit.verifier import verify
from nrm.cases.actions import give_task, hand_over, restrict_case, take_on
from nrm.cases.models import Case, Participation
from nrm.cases.selectors import codes_with_work_for
from nrm.cases.selectors.team import responsible_for
from nrm.lib.clock import now
from nrm.notices.models import Notice
from nrm.tasks.actions import claim_task
from nrm.tasks.models import Task
from nrm.tasks.selectors import open_tasks_for

pytestmark = pytest.mark.django_db


def role_ends(player: Any, by: Any) -> None:
    end_membership(player.membership.pk, user_id=player.user.pk, by=by.actor)


def account_closes(player: Any, by: Any) -> None:
    deactivate(player.user.pk, by=by.actor)


WAYS = pytest.mark.parametrize("leave", [role_ends, account_closes])


def nobodys_work() -> list[str]:
    """Open tasks that somebody holds who is gone or that nobody there could do, and open cases of which nobody there is
    responsible or asked to decide who is."""
    found = []
    for task in Task.objects.open():
        here = Membership.objects.filter(organisation=task.organisation_id, ended_at=None, user__is_active=True)
        here = here.filter(role=task.role) if task.role else here
        if task.claimed_by_id and not here.filter(user=task.claimed_by_id).exists():
            found.append(f"{task.kind} is held by somebody who left")
        is_asked = Task.objects.open().filter(kind="nobody_left", subject__endswith=str(task.organisation_id)).exists()
        if not here.exists() and not is_asked:
            found.append(f"{task.kind} waits for nobody")
    for case in Case.objects.open():
        asked = Task.objects.open().filter(kind="assign_case", case_code=case.code)
        if responsible_for(case) is None and case.team.exists() and not asked.exists():
            found.append("nobody decides who takes the case on")
    return found


@pytest.fixture
def busy(case: Case, cast: Any) -> Case:
    """Ana is responsible for a case and on all its tasks; a colleague gave her one more; a referral is a draft."""
    take_on(case, by=cast.case_worker.actor)
    ours = cast.case_worker.actor.organisation_id
    asked = {"organisation_id": ours, "text": "Ring them.", "due_at": None}
    give_task(case, by=cast.case_worker.actor, user_id=cast.case_worker.user.pk, **asked)
    for task in open_tasks_for(cast.case_worker.actor, [case.code]).filter(claimed_by=None):
        claim_task(task.pk, by=cast.case_worker.actor, codes=[case.code])
    return case


@WAYS
def test_a_leavers_tasks_referrals_and_cases_all_have_an_owner_the_next_minute(
    busy: Case, cast: Any, leave: Callable[[Any, Any], None]
) -> None:
    leave(cast.case_worker, cast.administrator)
    assert nobodys_work() == []
    colleague = cast.second_case_worker.actor
    waiting = open_tasks_for(colleague, codes_with_work_for(colleague))
    assert set(waiting.values_list("kind", flat=True)) >= {"ad_hoc", "assign_case", "read_screening"}
    assert not waiting.exclude(claimed_by=None).exists()
    assert waiting.get(kind="assign_case").due_at > now()
    assert Notice.objects.filter(kind="task_given", recipient=cast.second_case_worker.user).exists()
    assert verify().is_in_order


@WAYS
def test_without_the_hook_it_would_be_nobodys(
    busy: Case, cast: Any, leave: Callable[[Any, Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "_acts", [])
    leave(cast.case_worker, cast.administrator)
    assert "ad_hoc is held by somebody who left" in nobodys_work()
    assert "nobody decides who takes the case on" in nobodys_work()


def test_all_or_nothing(busy: Case, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(leaving, "_acts", [*leaving._acts, fails])
    with pytest.raises(ZeroDivisionError):
        role_ends(cast.case_worker, cast.administrator)
    assert Membership.objects.get(pk=cast.case_worker.membership.pk).ended_at is None
    assert Task.objects.open().filter(claimed_by=cast.case_worker.user).exists()


def test_where_nobody_is_left_the_coordinator_is_asked(busy: Case, cast: Any) -> None:
    role_ends(cast.second_case_worker, cast.administrator)
    role_ends(cast.case_worker, cast.administrator)
    coordinator = cast.coordinator.actor
    kinds = set(open_tasks_for(coordinator, codes_with_work_for(coordinator)).values_list("kind", "case_code"))
    assert {("assign_case", busy.code), ("nobody_left", "")} <= kinds
    assert nobodys_work() == []
    assert not open_tasks_for(cast.stranger.actor, codes_with_work_for(cast.stranger.actor)).exists()


def test_of_a_restricted_case_the_coordinator_learns_only_that_nobody_is_left(busy: Case, cast: Any) -> None:
    busy.refresh_from_db()
    restrict_case(busy, by=cast.case_worker.actor, reason="Known family.", expected_version=busy.version)
    role_ends(cast.second_case_worker, cast.administrator)
    role_ends(cast.case_worker, cast.administrator)
    theirs = Task.objects.open().filter(organisation_id=cast.coordinator.actor.organisation_id)
    assert [task.kind for task in theirs if not task.case_code] == ["nobody_left"]
    assert not theirs.filter(case_code=busy.code).exists()


def test_whoever_takes_it_on_has_decided(busy: Case, cast: Any) -> None:
    role_ends(cast.case_worker, cast.administrator)
    take_on(busy, by=cast.second_case_worker.actor)
    assert not Task.objects.open().filter(kind="assign_case").exists()


def test_whoever_stays_in_another_role_keeps_what_is_for_everybody(busy: Case, cast: Any) -> None:
    worker = cast.case_worker
    Membership.objects.create(
        user=worker.user, organisation=worker.membership.organisation, role=Role.FIRST_RESPONDER, started_at=now()
    )
    kept = Task.objects.open().filter(claimed_by=worker.user, kind="read_screening")
    kept.update(role="")
    role_ends(worker, cast.administrator)
    assert set(Task.objects.open().filter(claimed_by=worker.user).values_list("role", flat=True)) == {""}


def test_a_service_where_nobody_is_left_is_made_known(case: Case, cast: Any) -> None:
    house = cast.shelter_worker.actor.organisation_id
    Participation.objects.create(
        case=case,
        organisation_id=house,
        relation=Relation.SHELTERS,
        because="placements.placement:1",
        opened_by=uuid4(),
    )
    give_task(case, by=cast.case_worker.actor, organisation_id=house, text="Keep the bed.", due_at=None)
    role_ends(cast.shelter_worker, cast.administrator)
    assert nobodys_work() == []


def test_nothing_is_asked_of_a_leaver(case: Case, cast: Any) -> None:
    """Whoever is chosen and whoever leaves wait for each other (tests/concurrency)."""
    from nrm.access.refusals import NotVisible, NotYet

    role_ends(cast.second_case_worker, cast.administrator)
    with pytest.raises(NotYet):
        hand_over(case, by=cast.case_worker.actor, to=cast.second_case_worker.user.pk, stays=False, expected=None)
    task = Task.objects.get(case_code=case.code)
    with pytest.raises(NotVisible):
        claim_task(task.pk, by=cast.second_case_worker.actor, codes=[case.code])
