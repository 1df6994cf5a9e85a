"""An organisation keeps what the directory says of it true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.directory.actions import accept_change, assess_listing, change_listing, confirm_listing, set_full
from nrm.lib.clock import today
from tests.directory.conftest import VALUES
from tests.directory.test_take_step import tasks_of

POSTED = {
    "service": "legal",
    "sexes": ["woman"],
    "age_groups": ["adult", "child"],
    "nationality": "any",
    "languages": ["sq"],
    "licence_valid_until": "1/2/2030",
}


def test_what_is_essential_is_looked_at_afterwards_and_the_service_stays(cast: Any, legal: Any) -> None:
    changed = change_listing(legal, by=cast.case_worker.actor, expected_version=3, values={"sexes": ["woman"]})
    assert (changed.state, changed.changed_since_approval) == ("listed", True)
    assert tasks_of(changed) == [("look_at_change", "Coordination Office")]
    with pytest.raises(NotPermitted):
        accept_change(changed, by=cast.case_worker.actor, expected_version=4)
    accepted = accept_change(changed, by=cast.coordinator.actor, expected_version=4)
    assert (accepted.changed_since_approval, tasks_of(accepted)) == (False, [])
    with pytest.raises(MovedOn):
        accept_change(accepted, by=cast.coordinator.actor, expected_version=5)


def test_what_is_not_essential_asks_nobody(cast: Any, legal: Any) -> None:
    changed = change_listing(legal, by=cast.case_worker.actor, expected_version=3, values={"contact_phone": "+38970"})
    assert (changed.changed_since_approval, tasks_of(changed)) == (False, [])


def test_what_the_coordinator_changes_is_looked_at_already(cast: Any, legal: Any) -> None:
    changed = change_listing(legal, by=cast.coordinator.actor, expected_version=3, values={"sexes": ["woman"]})
    assert (changed.changed_since_approval, tasks_of(changed)) == (False, [])


def test_the_second_of_two_who_change_it_is_told(cast: Any, legal: Any) -> None:
    change_listing(legal, by=cast.case_worker.actor, expected_version=3, values={"about": "Mornings."})
    with pytest.raises(MovedOn):
        change_listing(legal, by=cast.second_case_worker.actor, expected_version=3, values={"about": "Evenings."})
    legal.refresh_from_db()
    assert legal.about == "Mornings."


def test_the_change_that_was_accepted_is_the_one_that_was_read(cast: Any, legal: Any) -> None:
    change_listing(legal, by=cast.case_worker.actor, expected_version=3, values={"sexes": ["woman"]})
    change_listing(legal, by=cast.case_worker.actor, expected_version=4, values={"sexes": ["man"]})
    with pytest.raises(MovedOn):
        accept_change(legal, by=cast.coordinator.actor, expected_version=4)


def test_full_is_said_as_it_is_to_be(cast: Any, legal: Any) -> None:
    from nrm.audit.models import Event

    first = set_full(legal, by=cast.case_worker.actor, full=True)
    again = set_full(legal, by=cast.second_case_worker.actor, full=True)
    assert (first.is_full, again.is_full) == (True, True)
    assert Event.objects.filter(action="listing.changed").count() == 1
    with pytest.raises(NotPermitted):
        set_full(legal, by=cast.stranger.actor, full=False)


def test_confirming_says_that_it_is_true_today(cast: Any, legal: Any) -> None:
    type(legal).objects.update(confirmed_on=today() - timedelta(days=400))
    with pytest.raises(NotPermitted):
        confirm_listing(legal, by=cast.stranger.actor, expected_version=3)
    assert confirm_listing(legal, by=cast.case_worker.actor, expected_version=3).confirmed_on == today()


def test_nothing_is_written_into_what_was_withdrawn(cast: Any, write: Callable[..., Any]) -> None:
    gone = write(cast.organisations.open_hand, state="withdrawn")
    for act, values in ((change_listing, {"values": {"about": "Still here."}}), (confirm_listing, {})):
        with pytest.raises(NotYet):
            act(gone, by=cast.case_worker.actor, expected_version=1, **values)
    with pytest.raises(NotVisible):
        confirm_listing(gone, by=cast.stranger.actor, expected_version=1)


def test_quality_is_the_coordinators_to_say(cast: Any, legal: Any) -> None:
    with pytest.raises(NotPermitted):
        assess_listing(legal, by=cast.case_worker.actor, expected_version=3, quality="meets")
    assert assess_listing(legal, by=cast.coordinator.actor, expected_version=3, quality="meets").quality == "meets"


def test_a_listed_shelter_keeps_its_code_name(cast: Any, write: Callable[..., Any]) -> None:
    home = write(cast.organisations.house_of_lindens, service="accommodation", code_name="Blue")
    with pytest.raises(NotYet):
        change_listing(home, by=cast.shelter_worker.actor, expected_version=1, values={"code_name": ""})


def test_the_forms_write_a_service_from_its_beginning_to_its_approval(
    cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    from nrm.directory.models import Listing

    worker, coordinator = sign_in(cast.case_worker), sign_in(cast.coordinator)
    assert worker.post(reverse("directory:add"), {**POSTED, "sexes": []}).status_code == 422
    assert worker.post(reverse("directory:add"), POSTED).status_code == 302
    listing = Listing.objects.get()
    assert (listing.sexes, listing.regions, listing.state) == (["woman"], [], "draft")
    submit = reverse("directory:step", args=[listing.pk, "submit"])
    assert worker.post(submit, {"version": 1}).status_code == 302
    assert listing.shown_as in coordinator.get(reverse("directory:queue")).content.decode()
    approve = reverse("directory:step", args=[listing.pk, "approve"])
    assert coordinator.post(approve, {"version": 1}).status_code == 409
    assert coordinator.post(approve, {"version": 2}).status_code == 302
    change = reverse("directory:change", args=[listing.pk])
    late = worker.post(change, {**POSTED, "about": "Also evenings.", "version": 1})
    assert late.status_code == 409
    assert "Also evenings." in late.content.decode()
    assert worker.post(change, {**POSTED, "about": "Also evenings.", "version": 3}).status_code == 302
    assert worker.post(reverse("directory:full", args=[listing.pk]), {"full": "yes"}).status_code == 302
    assert worker.post(reverse("directory:confirm", args=[listing.pk]), {"version": 5}).status_code == 302
    listing.refresh_from_db()
    assert (listing.about, listing.is_full, listing.version) == ("Also evenings.", True, 6)


def test_a_page_says_what_it_takes(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    """A shelter without a code name, hours that end before they begin, half of the hours."""
    shelter = sign_in(cast.shelter_worker)
    answer = shelter.post(reverse("directory:add"), {**POSTED, "opens_at": "16:00", "closes_at": "08:00"})
    assert set(answer.context["form"].errors) == {"code_name", "closes_at"}
    answer = shelter.post(reverse("directory:add"), {**POSTED, "code_name": "Blue", "opens_at": "08:00"})
    assert set(answer.context["form"].errors) == {"closes_at"}


def test_a_stranger_reads_what_is_listed_and_changes_nothing(
    cast: Any, legal: Any, sign_in: Callable[[Any], Client]
) -> None:
    client = sign_in(cast.stranger)
    assert client.get(reverse("directory:listing", args=[legal.pk])).status_code == 200
    assert client.get(reverse("directory:change", args=[legal.pk])).status_code == 403
    assert client.post(reverse("directory:full", args=[legal.pk]), {"full": "yes"}).status_code == 403
    assert VALUES["service"] == legal.service
