"""A licensed shelter with a place, and a person for whom one was asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from nrm.lib.clock import today

ADDRESS = "Seventh house behind the mill"
NEEDS = "A quiet room; a toddler comes along."


@pytest.fixture
def shelter(cast: Any) -> Any:
    from nrm.placements.actions import write_shelter

    cast.organisations.house_of_lindens.licence_valid_until = today() + timedelta(days=365)
    cast.organisations.house_of_lindens.save()
    return write_shelter(by=cast.shelter_worker.actor, code_name="Linden", address=ADDRESS)


@pytest.fixture
def unit(cast: Any, shelter: Any) -> Any:
    return new_unit(cast, "Room 1")


def new_unit(cast: Any, name: str, **values: Any) -> Any:
    from nrm.placements.actions import add_unit

    fits = {"sexes": ["woman"], "age_groups": ["adult"], **values}
    return add_unit(by=cast.shelter_worker.actor, name=name, **fits)


@pytest.fixture
def requested(cast: Any, case: Any, shelter: Any) -> Any:
    return request_for(cast, case, shelter)


def request_for(cast: Any, case: Any, shelter: Any) -> Any:
    from nrm.placements.actions import request_placement

    return request_placement(case, by=cast.case_worker.actor, shelter_id=shelter.pk, needed_from=today(), needs=NEEDS)


@pytest.fixture
def take() -> Callable[..., Any]:
    """Takes a step on the placement as it is now."""
    from nrm.placements.actions import take_step
    from nrm.placements.models import Placement

    def taken(placement: Any, transition: str, player: Any, **values: Any) -> Any:
        now = Placement.objects.get(pk=placement.pk)
        return take_step(now, transition, by=player.actor, expected_version=now.version, **values)

    return taken


@pytest.fixture
def offered(cast: Any, requested: Any, unit: Any, take: Any) -> Any:
    return take(requested, "offer", cast.shelter_worker, unit=unit)


@pytest.fixture
def admitted(cast: Any, offered: Any, take: Any) -> Any:
    return take(offered, "admit", cast.shelter_worker)


@pytest.fixture
def another_case(cast: Any) -> Any:
    from nrm.cases.actions import open_case

    return open_case(
        by=cast.responder.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
    )


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """How many queries an act takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            act()
        return len(captured)

    return counted
