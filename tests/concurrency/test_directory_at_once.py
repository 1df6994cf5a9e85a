"""One service in the directory, and many who write it at the same moment: one is kept, the others are told.

The negative control reads without the lock: then what several wrote is kept over each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from nrm.access.refusals import MovedOn
from nrm.directory import actions
from nrm.lib.clock import now, today
from nrm.lib.days import add_months

AT_ONCE = 6

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(cast: Any, committed_db: None) -> Any:
    """Open Hand's service, which waits for approval."""
    values = {"service": "legal", "sexes": ["woman"], "age_groups": ["adult"]}
    listing = actions.add_listing(by=cast.case_worker.actor, values=values)
    return actions.take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)


def together(*acts: Callable[[], Any]) -> Counter[str]:
    barrier = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> str:
        barrier.wait(timeout=30)
        try:
            act()
            return "done"
        except MovedOn:
            return "moved on"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(one, acts))


def approval_and_changes(listing: Any, cast: Any) -> list[Callable[[], Any]]:
    """The coordinator approves what the organisation is just changing, in several browsers."""

    def change(number: int) -> Callable[[], Any]:
        return lambda: actions.change_listing(
            listing, by=cast.case_worker.actor, expected_version=2, values={"about": f"Version {number}."}
        )

    def approve() -> Any:
        return actions.take_step(listing, "approve", by=cast.coordinator.actor, expected_version=2)

    return [approve, *(change(number) for number in range(AT_ONCE - 1))]


def test_an_approval_is_of_what_was_read(cast: Any, waiting: Any) -> None:
    assert together(*approval_and_changes(waiting, cast)) == {"done": 1, "moved on": AT_ONCE - 1}
    waiting.refresh_from_db()
    assert waiting.version == 3
    assert waiting.history.count() == 3
    assert (waiting.state == "listed") is (waiting.about == "")


def test_without_the_lock_they_write_over_each_other(cast: Any, waiting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    all_have_read = Barrier(AT_ONCE)

    def unlocked(pk: Any, by: Any, permission: Any, expected_version: int | None = None) -> Any:
        from nrm.directory.models import Listing

        found = Listing.objects.select_related("organisation", "kept_by").get(pk=pk)
        all_have_read.wait(timeout=30)
        return found

    monkeypatch.setattr(actions, "_locked", unlocked)
    assert together(*approval_and_changes(waiting, cast))["done"] == AT_ONCE


def test_two_rounds_of_the_clocks_ask_once(cast: Any, waiting: Any) -> None:
    from nrm.audit.models import Event
    from nrm.tasks.models import Task

    long_ago = {"state": "listed", "confirmed_on": add_months(today(), -13)}
    type(waiting).objects.filter(pk=waiting.pk).update(**long_ago)
    assert together(*[lambda: actions.ask_what_is_still_true(now())] * AT_ONCE) == {"done": AT_ONCE}
    assert Task.objects.filter(kind="confirm_listing").count() == 1
    assert Event.objects.filter(action="listing.asked_about").count() == 1
