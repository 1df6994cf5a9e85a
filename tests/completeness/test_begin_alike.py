"""What tests begin with is written once for several (tests/ready.py); no test meets what another one did."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.audit.models import Event
from nrm.cases.actions import add_note
from nrm.cases.models import Case


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_begins_with_the_cast_as_it_was(turn: str, cast: Any) -> None:
    house = cast.organisations.open_hand
    assert house.name == type(house).objects.get(pk=house.pk).name == "Open Hand"
    assert not Case.objects.exists()
    house.name = f"Changed by the {turn}"
    house.save()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_test_begins_with_the_case_as_it_was(turn: str, cast: Any, case: Any) -> None:
    assert (case.notes.count(), Case.objects.get()) == (0, case)
    assert set(Event.objects.values_list("action", flat=True)) == {"case.begin"}
    add_note(case, by=cast.case_worker.actor, body=f"Written by the {turn}.")


@pytest.mark.django_db
def test_who_asks_for_nothing_begins_with_nothing(django_user_model: Any) -> None:
    assert not django_user_model.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_real_commits_begin_with_nothing_that_is_kept(django_user_model: Any) -> None:
    assert not django_user_model.objects.exists()


def test_another_country_before_the_cast_is_the_country_of_the_cast(settings: Any, request: Any) -> None:
    settings.NRM_COUNTRY = "rs"
    assert request.getfixturevalue("cast").organisations.open_hand.country == "rs"
