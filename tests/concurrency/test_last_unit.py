"""Many clients reach for the last free place at the same moment: one gets it, all others get a polite refusal.

The negative control takes the constraint and the lock away and lets each client look first: then places are overbooked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from nrm.access.actor import Actor
from nrm.access.refusals import NotYet
from nrm.lib.clock import now, today

CLIENTS = 24
ROUNDS = 25
CONSTRAINT = "placement_one_person_a_unit"

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def requests(cast: Any, committed_db: None) -> list[Any]:
    """One request for each client, each for a case of its own, in a licensed shelter with one place."""
    from nrm.cases.actions import open_case
    from nrm.placements.actions import add_unit, request_placement, write_shelter

    home = cast.organisations.house_of_lindens
    home.licence_valid_until = today() + timedelta(days=30)
    home.save()
    shelter = write_shelter(by=cast.shelter_worker.actor, code_name="Linden")
    add_unit(by=cast.shelter_worker.actor, name="The last one", sexes=["woman"], age_groups=["adult"])
    lead = {"by": cast.responder.actor, "lead_organisation_id": cast.organisations.open_hand.pk}
    cases = [open_case(**lead, age_group="adult", sex="woman") for _ in range(CLIENTS)]
    return [
        request_placement(case, by=cast.case_worker.actor, shelter_id=shelter.pk, needed_from=today()) for case in cases
    ]


def start_again() -> None:
    """Every request as it was: the stage is set anew between rounds, past the lifecycle."""
    from nrm.placements.models import Placement

    Placement.objects.update(state="requested", unit=None, period=None, reserved_until=None, offered_by=None, version=1)


def all_at_once(pool: ThreadPoolExecutor, attempt: Callable[[Any], str], requests: list[Any]) -> Counter[str]:
    """What came of one round, by name of the outcome."""
    together = Barrier(CLIENTS)

    def client(request: Any) -> str:
        together.wait(timeout=30)
        try:
            return attempt(request)
        except NotYet as refusal:
            return f"refused: {refusal.sentence}"
        except Exception as fault:  # noqa: BLE001 - whatever else reaches a user is what this looks for
            return f"fault: {type(fault).__name__}"

    return Counter(pool.map(client, requests))


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """One thread with a connection of its own for each client, kept over the rounds."""
    with ThreadPoolExecutor(CLIENTS) as threads:
        yield threads
        together = Barrier(CLIENTS)

        def hang_up(_client: int) -> None:
            together.wait(timeout=30)
            connection.close()

        list(threads.map(hang_up, range(CLIENTS)))


def winners() -> int:
    from nrm.placements.models import Placement

    return Placement.objects.holding().count()


def test_b2_the_last_place_has_one_winner_in_every_round(
    cast: Any, requests: list[Any], pool: ThreadPoolExecutor
) -> None:
    from nrm.placements.actions import take_step
    from nrm.placements.models import Unit

    last = Unit.objects.get()

    def reserve(request: Any) -> str:
        take_step(request, "offer", by=cast.shelter_worker.actor, expected_version=1, unit=last)
        return "reserved"

    for _ in range(ROUNDS):
        outcome = all_at_once(pool, reserve, requests)
        assert outcome == {
            "reserved": 1,
            "refused: This place was taken a moment ago. Choose another one.": CLIENTS - 1,
        }
        assert winners() == 1
        start_again()


def test_without_the_lock_the_constraint_alone_still_lets_one_through(
    cast: Any, requests: list[Any], pool: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what the database does instead of waiting, such as ending a deadlock, reaches a user as a polite refusal."""
    from nrm.placements import actions
    from nrm.placements.models import Unit

    last = Unit.objects.get()
    monkeypatch.setattr(actions, "_locked_unit", lambda pk, shelter_id: last)

    def reserve(request: Any) -> str:
        actions.take_step(request, "offer", by=cast.shelter_worker.actor, expected_version=1, unit=last)
        return "reserved"

    for _ in range(3):
        outcome = all_at_once(pool, reserve, requests)
        assert not [name for name in outcome if name.startswith("fault")]
        assert outcome["reserved"] == winners() == 1
        start_again()


@pytest.fixture
def without_constraint(requests: list[Any]) -> Iterator[None]:
    from nrm.placements.models import Placement

    constraint = next(one for one in Placement._meta.constraints if one.name == CONSTRAINT)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Placement, constraint)
    try:
        yield
    finally:
        start_again()
        with connection.schema_editor() as editor:
            editor.add_constraint(Placement, constraint)


def test_looking_first_is_not_enough(
    cast: Any, requests: list[Any], without_constraint: None, pool: ThreadPoolExecutor
) -> None:
    from nrm.placements.models import Placement, Unit

    last = Unit.objects.get()
    worker: Actor = cast.shelter_worker.actor

    def look_then_reserve(request: Any) -> str:
        from nrm.cases.lifecycle import perform
        from workflows.placement import PlacementFlow

        if Placement.objects.holding().filter(unit=last).exists():
            raise NotYet
        held = {"unit": last, "period": DateTimeTZRange(now(), None), "reserved_until": now() + timedelta(hours=1)}
        perform(PlacementFlow, request, "offer", by=worker, expected_version=1, **held)
        return "reserved"

    overbooked = 0
    for _ in range(5):
        all_at_once(pool, look_then_reserve, requests)
        overbooked = max(overbooked, winners())
        start_again()
    assert overbooked > 1
