"""A shelter keeps its own board of places, its profile and its sealed address."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.placements import actions
from nrm.placements.models import Shelter, Unit
from tests.placements.conftest import ADDRESS, new_unit

URL = "/places/"


def test_a_new_shelter_is_asked_for_its_profile_first(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.shelter_worker)
    assert reverse("placements:units") == URL
    assert client.get(URL)["Location"] == reverse("placements:shelter")
    with pytest.raises(NotYet):
        new_unit(cast, "Room 1")
    answer = client.post(reverse("placements:shelter"), {"code_name": "Linden", "address": ADDRESS})
    assert answer["Location"] == URL
    assert "No place is recorded yet" in client.get(URL).content.decode()


def test_the_address_is_sealed_and_each_opening_is_audited(cast: Any, shelter: Any, sign_in: Any) -> None:
    client = sign_in(cast.shelter_worker)
    assert ADDRESS not in client.get(reverse("placements:shelter")).content.decode()
    assert client.get(reverse("placements:address")).status_code == 405
    answer = client.post(reverse("placements:address"))
    assert ADDRESS in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    event = Event.objects.get(action="shelter.address_seen")
    assert event.user_id == cast.shelter_worker.user.pk
    with connection.cursor() as cursor:
        for table in ("placements_shelter", "placements_historicalshelter"):
            cursor.execute(f"SELECT address FROM {table}")  # noqa: S608
            assert all(ADDRESS.encode() not in bytes(sealed) for (sealed,) in cursor.fetchall())


def test_an_empty_address_keeps_the_one_there_is(cast: Any, shelter: Any) -> None:
    actions.write_shelter(by=cast.shelter_worker.actor, code_name="Lime tree")
    assert actions.reveal_address(by=cast.shelter_worker.actor) == ADDRESS
    assert Shelter.objects.get().code_name == "Lime tree"


@pytest.mark.parametrize("path", ["", "new/", "shelter/"])
@pytest.mark.parametrize("player", ["case_worker", "stranger", "coordinator", "auditor", "administrator", "clinician"])
def test_no_other_role_has_places(cast: Any, shelter: Any, sign_in: Any, path: str, player: str) -> None:
    assert sign_in(getattr(cast, player)).get(URL + path).status_code == 403


def test_no_other_role_opens_the_address(cast: Any, shelter: Any, sign_in: Any) -> None:
    for player in (cast.case_worker, cast.coordinator, cast.administrator):
        assert sign_in(player).post(reverse("placements:address")).status_code == 403
        with pytest.raises(NotPermitted):
            actions.reveal_address(by=player.actor)
    assert not Event.objects.filter(action="shelter.address_seen").exists()


def test_places_are_added_and_changed(cast: Any, shelter: Any, sign_in: Any) -> None:
    client = sign_in(cast.shelter_worker)
    values = {"name": "Room 1", "sexes": ["woman"], "age_groups": ["adult", "child"]}
    assert client.post(URL + "new/", values).status_code == 302
    unit = Unit.objects.get()
    assert client.post(f"{URL}{unit.pk}/", {**values, "name": "Room 1, bed 1", "is_active": "on"}).status_code == 302
    unit.refresh_from_db()
    assert (unit.name, unit.is_active) == ("Room 1, bed 1", True)
    assert [row.transition for row in unit.history.all()] == ["unit.changed", "unit.added"]
    assert Event.objects.filter(action__in=["unit.added", "unit.changed"]).count() == 2


def test_a_name_is_given_once(cast: Any, unit: Any, sign_in: Any) -> None:
    values = {"name": unit.name, "sexes": ["woman"], "age_groups": ["adult"]}
    answer = sign_in(cast.shelter_worker).post(URL + "new/", values)
    assert answer.status_code == 422
    assert "There is a place with this name already." in answer.content.decode()


def test_a_held_place_stays_in_use(cast: Any, offered: Any, unit: Any) -> None:
    with pytest.raises(NotYet):
        actions.change_unit(unit, by=cast.shelter_worker.actor, is_active=False)


def test_a_place_of_another_shelter_does_not_exist(cast: Any, unit: Any) -> None:
    from nrm.access.actor import Actor
    from nrm.access.roles import Role

    worker = cast.shelter_worker.actor
    other = Actor(worker.user_id, worker.membership_id, cast.organisations.far_shore.pk, Role.SHELTER_WORKER)
    with pytest.raises(NotVisible):
        actions.change_unit(unit, by=other, name="Mine")


def test_the_board_shows_who_holds_what_by_case_code(cast: Any, offered: Any, unit: Any, sign_in: Any) -> None:
    new_unit(cast, "Room 2")
    text = sign_in(cast.shelter_worker).get(URL).content.decode()
    assert offered.case.code in text
    assert "Reserved until" in text
    assert "Free places: 1 of 2" in text
    assert "style=" not in text


def test_the_number_of_queries_does_not_grow(cast: Any, unit: Any, sign_in: Any, count_queries: Any) -> None:
    client = sign_in(cast.shelter_worker)
    client.get(URL)
    one = count_queries(lambda: client.get(URL))
    for number in range(2, 8):
        new_unit(cast, f"Room {number}")
    assert count_queries(lambda: client.get(URL)) == one
