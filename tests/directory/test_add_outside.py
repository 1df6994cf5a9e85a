"""An organisation that works outside the service stands in the directory, kept up to date by who added it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotYet
from nrm.accounts.kinds import OF_THE_MECHANISM
from nrm.accounts.selectors import is_reachable_inside
from nrm.directory.actions import add_outside, take_step
from tests.directory.conftest import VALUES
from tests.directory.test_take_step import tasks_of


def added(by: Any, name: str = "Harbour Clinic") -> Any:
    return add_outside(by=by, name=name, kind="health_service", values={**VALUES, "service": "health"})


def test_a_case_worker_adds_one_and_the_coordinator_approves(cast: Any) -> None:
    listing = added(cast.case_worker.actor)
    organisation = listing.organisation
    assert (listing.state, listing.kept_by) == ("waiting", cast.organisations.open_hand)
    assert organisation.accepts_referrals
    assert not is_reachable_inside(organisation)
    assert tasks_of(listing) == [("approve_listing", "Coordination Office")]
    back = take_step(listing, "send_back", by=cast.coordinator.actor, expected_version=2, reason="Which hours?")
    assert tasks_of(back) == [("mend_listing", "Open Hand")]


def test_what_the_coordinator_adds_is_there_at_once(cast: Any) -> None:
    assert added(cast.coordinator.actor).state == "listed"


@pytest.mark.parametrize("name", ["Far Shore", "far shore", "FAR  SHORE", "Фар Шоре"])
def test_a_name_that_sounds_like_another_is_refused(cast: Any, name: str) -> None:
    from nrm.accounts.models import Organisation

    with pytest.raises(NotYet):
        added(cast.case_worker.actor, name)
    assert Organisation.objects.count() == 11


def test_a_stranger_who_leads_no_cases_adds_none(cast: Any) -> None:
    for player in (cast.responder, cast.shelter_worker, cast.administrator):
        with pytest.raises(NotPermitted):
            added(player.actor)


@pytest.mark.parametrize("kind", sorted(OF_THE_MECHANISM))
def test_nobody_but_an_administrator_adds_a_body_of_the_mechanism(
    cast: Any, sign_in: Callable[[Any], Client], kind: str
) -> None:
    """Every case that is to be decided opens to an identifying body."""
    for player in (cast.case_worker, cast.coordinator):
        with pytest.raises(NotPermitted):
            add_outside(by=player.actor, name="Second Panel", kind=kind, values={**VALUES, "service": "health"})
    form = sign_in(cast.case_worker).get(reverse("directory:add_outside")).content.decode()
    assert f'value="{kind}"' not in form


def test_who_is_reachable_inside(cast: Any) -> None:
    at = cast.organisations
    assert is_reachable_inside(at.open_hand)
    assert is_reachable_inside(at.house_of_lindens)
    assert not is_reachable_inside(at.panel)
    cast.clinician.user.is_active = False
    cast.clinician.user.save()
    assert not is_reachable_inside(at.quiet_room)


def test_the_form_keeps_what_was_typed_when_the_name_is_taken(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    posted = {
        "name": "Far Shore",
        "kind": "ngo",
        "service": "health",
        "sexes": ["woman"],
        "age_groups": ["adult"],
        "nationality": "any",
        "contact_phone": "+389 2 555",
    }
    client = sign_in(cast.case_worker)
    refused = client.post(reverse("directory:add_outside"), posted)
    assert refused.status_code == 422
    assert "+389 2 555" in refused.content.decode()
    assert client.post(reverse("directory:add_outside"), {**posted, "name": "Harbour Clinic"}).status_code == 302
