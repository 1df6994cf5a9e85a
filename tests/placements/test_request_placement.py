"""The lead asks a shelter, by its code name, for a place."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible
from nrm.cases.models import Participation
from nrm.lib.clock import today
from nrm.placements import selectors
from nrm.placements.models import Placement
from nrm.tasks.models import Task
from tests.placements.conftest import ADDRESS, NEEDS, new_unit, request_for


def test_the_lead_chooses_by_code_name_and_free_places_and_never_sees_the_address(
    cast: Any, case: Any, unit: Any, sign_in: Any
) -> None:
    new_unit(cast, "For men", sexes=["man"])
    client = sign_in(cast.case_worker)
    url = reverse("placements:request", args=[case.code])
    text = client.get(url).content.decode()
    assert "Linden: 1 fitting place is free" in text
    assert ADDRESS not in text
    values = {"shelter": str(unit.shelter_id), "needed_from": today().strftime("%d/%m/%Y"), "needs": NEEDS}
    answer = client.post(url, values)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("desk:case_page", args=[case.code])
    assert Placement.objects.get().needed_from == today()


def test_the_shelter_is_asked(cast: Any, requested: Any, sign_in: Any) -> None:
    row = Participation.objects.open().get(organisation=cast.organisations.house_of_lindens)
    assert row.relation == "received_referral"
    assert Task.objects.open().get(organisation=row.organisation).kind == "answer_placement_request"
    text = sign_in(cast.shelter_worker).get(reverse("placements:page", args=[requested.pk])).content.decode()
    assert NEEDS in text
    assert requested.case.code in text


def test_the_needs_are_sealed(requested: Any) -> None:
    with connection.cursor() as cursor:
        for table in ("placements_placement", "placements_historicalplacement"):
            cursor.execute(f"SELECT needs FROM {table}")  # noqa: S608
            assert all(NEEDS.encode() not in bytes(sealed) for (sealed,) in cursor.fetchall())


def test_who_does_not_lead_cannot_ask(cast: Any, case: Any, shelter: Any, sign_in: Any) -> None:
    url = reverse("placements:request", args=[case.code])
    assert sign_in(cast.stranger).get(url).status_code == 404
    assert sign_in(cast.responder).get(url).status_code == 403
    with pytest.raises(NotPermitted):
        request_for_as(cast.responder, case, shelter)
    with pytest.raises(NotVisible):
        request_for_as(cast.stranger, case, shelter)


def request_for_as(player: Any, case: Any, shelter: Any) -> Any:
    from nrm.placements.actions import request_placement

    return request_placement(case, by=player.actor, shelter_id=shelter.pk, needed_from=today())


@pytest.mark.parametrize(
    "wrong",
    [
        {"shelter": ""},
        {"shelter": "x"},
        {"needed_from": ""},
        {"needed_from": "31/02/2026"},
        {"needed_from": "01/01/0000"},
        {"needed_from": "01/01/2199"},
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    cast: Any, case: Any, shelter: Any, sign_in: Any, wrong: dict[str, str]
) -> None:
    values = {"shelter": str(shelter.pk), "needed_from": today().strftime("%d/%m/%Y"), "needs": NEEDS, **wrong}
    answer = sign_in(cast.case_worker).post(reverse("placements:request", args=[case.code]), values)
    assert answer.status_code == 422
    assert NEEDS in answer.content.decode()
    assert not Placement.objects.exists()


def test_the_lead_takes_a_request_back(cast: Any, requested: Any, take: Any) -> None:
    assert take(requested, "cancel", cast.case_worker, reason="She found a room.").state == "cancelled"
    assert not Participation.objects.open().filter(organisation=cast.organisations.house_of_lindens).exists()


def test_the_block_needs_the_same_queries_for_any_number(
    cast: Any, case: Any, shelter: Any, count_queries: Any
) -> None:
    from nrm.cases.selectors import standing_in

    def block(player: Any) -> Any:
        return selectors.block_for(case, standing_in(player.actor, case), player.actor)

    request_for(cast, case, shelter)
    few = count_queries(lambda: block(cast.case_worker))
    for _ in range(4):
        request_for(cast, case, shelter)
    assert count_queries(lambda: block(cast.case_worker)) == few
    assert len(block(cast.case_worker)["rows"]) == 5
    assert len(block(cast.shelter_worker)["rows"]) == 5
    assert block(cast.responder) is None
    assert block(cast.stranger) is None
