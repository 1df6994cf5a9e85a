"""From being written to being listed, stopped and withdrawn: who takes which step, and what it sets going."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.directory.actions import add_listing, take_step
from nrm.directory.work import reference
from nrm.lib.clock import today
from tests.directory.conftest import VALUES


def tasks_of(listing: Any) -> list[tuple[str, str]]:
    from nrm.tasks.models import Task

    open_tasks = Task.objects.open().filter(subject=reference(listing)).select_related("organisation")
    return [(task.kind, task.organisation.name) for task in open_tasks]


def test_a_service_is_written_submitted_and_approved(cast: Any) -> None:
    from nrm.audit.models import Event

    listing = add_listing(by=cast.case_worker.actor, values=VALUES)
    assert (listing.state, listing.confirmed_on) == ("draft", None)
    listing = take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)
    assert tasks_of(listing) == [("approve_listing", "Coordination Office")]
    listing = take_step(listing, "approve", by=cast.coordinator.actor, expected_version=2)
    assert (listing.state, listing.confirmed_on) == ("listed", today())
    assert tasks_of(listing) == []
    acts = Event.objects.filter(subject=reference(listing)).order_by("sequence").values_list("action", flat=True)
    assert list(acts) == ["listing.begin", "listing.submit", "listing.approve"]
    assert all(len(event.history) == 1 for event in Event.objects.filter(subject=reference(listing)))


def test_what_is_sent_back_says_why_and_comes_again(cast: Any) -> None:
    listing = add_listing(by=cast.case_worker.actor, values=VALUES)
    listing = take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)
    with pytest.raises(NotYet):
        take_step(listing, "send_back", by=cast.coordinator.actor, expected_version=2, reason=" ")
    listing = take_step(listing, "send_back", by=cast.coordinator.actor, expected_version=2, reason="Which days?")
    assert (listing.state, listing.remark) == ("draft", "Which days?")
    assert tasks_of(listing) == [("mend_listing", "Open Hand")]
    listing = take_step(listing, "submit", by=cast.case_worker.actor, expected_version=3)
    assert listing.remark == ""
    assert tasks_of(listing) == [("approve_listing", "Coordination Office")]


def test_stopping_is_for_its_own_organisation_and_the_coordinator(cast: Any, legal: Any) -> None:
    with pytest.raises(NotPermitted):
        take_step(legal, "stop", by=cast.stranger.actor, expected_version=3, reason="Nobody answers.")
    stopped = take_step(legal, "stop", by=cast.case_worker.actor, expected_version=3, reason="Two of us are ill.")
    assert tasks_of(stopped) == [("look_at_stop", "Coordination Office")]
    with pytest.raises(NotPermitted):
        take_step(stopped, "resume", by=cast.case_worker.actor, expected_version=4)
    resumed = take_step(stopped, "resume", by=cast.coordinator.actor, expected_version=4)
    assert (resumed.state, resumed.remark, tasks_of(resumed)) == ("listed", "", [])
    again = take_step(resumed, "stop", by=cast.coordinator.actor, expected_version=5, reason="Licence in doubt.")
    assert again.state == "stopped"


def test_a_stranger_learns_nothing_of_what_is_being_written(cast: Any) -> None:
    listing = add_listing(by=cast.case_worker.actor, values=VALUES)
    with pytest.raises(NotVisible):
        take_step(listing, "submit", by=cast.stranger.actor, expected_version=1)
    with pytest.raises(NotVisible):
        take_step(listing, "no_such_step", by=cast.case_worker.actor, expected_version=1)


def test_nobody_approves_their_own(cast: Any) -> None:
    listing = add_listing(by=cast.case_worker.actor, values=VALUES)
    take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)
    with pytest.raises(NotPermitted):
        take_step(listing, "approve", by=cast.case_worker.actor, expected_version=2)


def test_the_coordinator_approves_what_was_read_and_nothing_that_was_changed_since(cast: Any) -> None:
    from nrm.directory.actions import change_listing

    listing = add_listing(by=cast.case_worker.actor, values=VALUES)
    listing = take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)
    change_listing(
        listing, by=cast.case_worker.actor, expected_version=listing.version, values={"age_groups": ["adult"]}
    )
    with pytest.raises(MovedOn):
        take_step(listing, "approve", by=cast.coordinator.actor, expected_version=listing.version)
    listing.refresh_from_db()
    assert take_step(listing, "approve", by=cast.coordinator.actor, expected_version=3).state == "listed"


def test_a_licence_that_has_run_out_is_not_approved(cast: Any) -> None:
    from datetime import timedelta

    values = {**VALUES, "licence_valid_until": today() - timedelta(days=1)}
    listing = add_listing(by=cast.case_worker.actor, values=values)
    with pytest.raises(NotYet, match="not_yet"):
        take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)


def test_a_shelter_is_submitted_under_a_code_name_only(cast: Any) -> None:
    listing = add_listing(by=cast.shelter_worker.actor, values={**VALUES, "service": "accommodation"})
    with pytest.raises(NotYet):
        take_step(listing, "submit", by=cast.shelter_worker.actor, expected_version=1)


def test_what_is_withdrawn_leaves_nothing_to_do(cast: Any, legal: Any) -> None:
    stopped = take_step(legal, "stop", by=cast.case_worker.actor, expected_version=3, reason="Too few of us.")
    gone = take_step(stopped, "withdraw", by=cast.case_worker.actor, expected_version=4, reason="The project ended.")
    assert (gone.state, tasks_of(gone)) == ("withdrawn", [])
