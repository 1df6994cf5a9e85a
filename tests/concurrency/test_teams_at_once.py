"""Two colleagues take on a case at once; the last of a team leaves while the case is restricted to it. One succeeds."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError

from nrm.access.refusals import MovedOn, NotYet
from nrm.cases import lifecycle
from nrm.cases.actions import open_case, restrict_case, take_on, take_team_step, team
from nrm.cases.models import Case, TeamMember
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 4


@pytest.fixture
def reported(committed_db: None, cast: Any) -> Callable[[], Case]:
    def make() -> Case:
        lead = cast.organisations.open_hand.pk
        return open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")

    return make


def taking_on(case: Case, player: Any) -> Callable[[], object]:
    def take() -> object:
        try:
            return take_on(case, by=player.actor)
        except IntegrityError as refused:
            return refused

    return take


def kinds(answers: list[object]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def unlocked(pk: Any) -> Case:
    return Case.objects.select_related("person").get(pk=pk)


def test_one_of_two_takes_it_on_and_the_other_is_told(reported: Callable[[], Case], cast: Any) -> None:
    for _round in range(ROUNDS):
        case = reported()
        answers = at_once(taking_on(case, cast.case_worker), taking_on(case, cast.second_case_worker))
        assert kinds(answers) == [MovedOn.__name__, "TeamMember"]
        assert case.team.active().count() == 1


def test_without_the_lock_the_database_itself_keeps_one(
    reported: Callable[[], Case], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: both find nobody responsible, and the constraint refuses the second."""
    both_have_looked, look = Barrier(2), team.responsible_for

    def look_together(case: Case) -> TeamMember | None:
        found = look(case)
        both_have_looked.wait(timeout=10)
        return found

    monkeypatch.setattr(lifecycle, "lock_case", unlocked)
    monkeypatch.setattr(team, "responsible_for", look_together)
    case = reported()
    answers = at_once(taking_on(case, cast.case_worker), taking_on(case, cast.second_case_worker))
    assert kinds(answers) == [IntegrityError.__name__, "TeamMember"]


def leaving_and_restricting(case: Case, member: TeamMember, cast: Any) -> list[object]:
    by = cast.case_worker.actor
    return at_once(
        lambda: take_team_step(member, "end", by=by, expected_version=member.version),
        lambda: restrict_case(case, by=by, reason="A threat.", expected_version=case.version),
    )


def test_a_restricted_case_is_never_left_without_anybody(reported: Callable[[], Case], cast: Any) -> None:
    for _round in range(ROUNDS):
        case = reported()
        member = take_on(case, by=cast.case_worker.actor)
        answers = leaving_and_restricting(case, member, cast)
        assert NotYet.__name__ in kinds(answers)
        case.refresh_from_db()
        assert case.is_restricted is case.team.active().exists()


def test_without_the_lock_it_is_left_without_anybody(
    reported: Callable[[], Case], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the one sees a team, the other a case that is not restricted, and both go on."""
    both_have_looked, stays, lasting = Barrier(2), TeamMember.leaves_somebody_behind, lifecycle.amend

    def look(member: TeamMember) -> bool:
        found = stays(member)
        both_have_looked.wait(timeout=10)
        return found

    def amend_later(record: Any, **given: Any) -> Any:
        both_have_looked.wait(timeout=10)
        return lasting(record, **given)

    case = reported()
    member = take_on(case, by=cast.case_worker.actor)
    monkeypatch.setattr(lifecycle, "lock_case", unlocked)
    monkeypatch.setattr(TeamMember, "leaves_somebody_behind", look)
    monkeypatch.setattr(lifecycle, "amend", amend_later)
    answers = leaving_and_restricting(case, member, cast)
    assert kinds(answers) == ["Case", "TeamMember"]
    case.refresh_from_db()
    assert case.is_restricted
    assert not case.team.active().exists()
