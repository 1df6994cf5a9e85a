"""Cases on each track, and the small questions that the tests of tracks ask of the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nrm.cases.actions import choose_track, open_case
from nrm.cases.models import Case, Participation


def opened(cast: Any, age_group: str, **more: Any) -> Case:
    lead = cast.organisations.open_hand.pk
    return open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group=age_group, sex="woman", **more)


@pytest.fixture
def choose(cast: Any) -> Callable[..., Case]:
    """Takes a step of the track by a case worker of the lead, from where the case is now."""

    def take(case: Case, transition: str, **more: Any) -> Case:
        now = Case.objects.get(pk=case.pk)
        return choose_track(now, transition, by=cast.case_worker.actor, expected_version=now.version, **more)

    return take


@pytest.fixture
def named(case: Case, choose: Callable[..., Case]) -> Case:
    return choose(case, "agree_to_be_named")


@pytest.fixture
def nameless(case: Case, choose: Callable[..., Case]) -> Case:
    return choose(case, "stay_nameless")


@pytest.fixture
def child(cast: Any) -> Case:
    """Reported as a child: protected by the Centre for Children from the first minute."""
    return opened(cast, "child", child_protection_id=cast.organisations.centre_for_children.pk)


@pytest.fixture
def join() -> Callable[..., None]:
    """Lets the organisation of a player take part in a case."""

    def joined(case: Case, player: Any, relation: str) -> None:
        Participation.objects.create(
            case=case,
            organisation=player.membership.organisation,
            relation=relation,
            because="tests",
            opened_by=player.user.pk,
        )

    return joined
