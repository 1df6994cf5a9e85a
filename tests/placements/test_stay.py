"""A stay starts, pauses and ends; a reservation that nobody uses expires; the place is free again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from nrm.access.refusals import NotVisible, NotYet
from nrm.cases.models import Participation
from nrm.lib.clock import now
from nrm.placements.actions import expire_overdue
from nrm.placements.models import Placement
from nrm.placements.selectors import board, placement_for
from nrm.tasks.models import Task
from tests.placements.conftest import new_unit, request_for


def relations(cast: Any) -> set[str]:
    rows = Participation.objects.open().filter(organisation=cast.organisations.house_of_lindens)
    return set(rows.values_list("relation", flat=True))


def test_the_stay_starts(cast: Any, admitted: Any) -> None:
    assert admitted.state == "admitted"
    assert admitted.admitted_at is not None
    assert relations(cast) == {"shelters"}
    assert not Task.objects.open().filter(kind="confirm_placement").exists()
    row = admitted.history.first()
    assert (row.transition, row.source_state) == ("placement.admit", "offered")


def test_the_person_is_away_and_comes_back(cast: Any, admitted: Any, take: Any) -> None:
    assert take(admitted, "leave", cast.shelter_worker, reason="Visits her sister.").state == "on_leave"
    assert not board(cast.shelter_worker.actor).lines[0].is_free
    assert take(admitted, "come_back", cast.shelter_worker).state == "admitted"


def test_the_end_frees_the_place_and_closes_the_case_to_the_shelter(
    cast: Any, admitted: Any, unit: Any, take: Any, another_case: Any, shelter: Any, sign_in: Any
) -> None:
    client = sign_in(cast.shelter_worker)
    url = reverse("placements:step", args=[admitted.pk, "end"])
    values = {"version": admitted.version, "ending": "family", "reason": "She moves in with her sister."}
    assert client.post(url, {**values, "ending": ""}).status_code == 422
    assert client.post(url, values)["Location"] == reverse("placements:units")
    ended = Placement.objects.get(pk=admitted.pk)
    assert (ended.state, ended.ending) == ("ended", "family")
    assert ended.period.lower < ended.period.upper
    assert relations(cast) == set()
    with pytest.raises(NotVisible):
        placement_for(cast.shelter_worker.actor, admitted.pk)
    following = request_for(cast, another_case, shelter)
    assert take(following, "offer", cast.shelter_worker, unit=unit).state == "offered"


def test_a_person_stays_in_one_place_at_a_time(cast: Any, case: Any, admitted: Any, shelter: Any, take: Any) -> None:
    second = request_for(cast, case, shelter)
    take(second, "offer", cast.shelter_worker, unit=new_unit(cast, "Room 2"))
    with pytest.raises(NotYet) as refused:
        take(second, "admit", cast.shelter_worker)
    assert "staying somewhere already" in str(refused.value.sentence)


def test_cancelling_a_reservation_frees_the_place(cast: Any, offered: Any, take: Any) -> None:
    cancelled = take(offered, "cancel", cast.case_worker, reason="She found a room.")
    assert cancelled.period.upper is not None
    assert board(cast.shelter_worker.actor).free == 1


def test_an_unused_reservation_expires(cast: Any, offered: Any) -> None:
    assert expire_overdue(now()) == 0
    assert expire_overdue(now() + timedelta(hours=25)) == 1
    assert expire_overdue(now() + timedelta(hours=25)) == 0
    expired = Placement.objects.get()
    assert expired.state == "expired"
    assert expired.period.upper is not None
    assert board(cast.shelter_worker.actor).free == 1
    assert relations(cast) == set()
    assert Task.objects.open().filter(organisation=cast.organisations.open_hand, kind="placement_declined").exists()


def test_a_stay_does_not_expire(admitted: Any) -> None:
    assert expire_overdue(now() + timedelta(days=30)) == 0


def test_the_database_itself_refuses_two_persons_in_one_place(
    cast: Any, offered: Any, another_case: Any, shelter: Any
) -> None:
    late = request_for(cast, another_case, shelter)
    with pytest.raises(IntegrityError, match="placement_one_person_a_unit"), transaction.atomic():
        Placement.objects.filter(pk=late.pk).update(state="offered", unit=offered.unit, period=offered.period)
