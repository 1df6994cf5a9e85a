"""A directory with one service of each kind that a test may need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nrm.lib.clock import today

VALUES = {
    "service": "legal",
    "sexes": ["woman", "man", "other"],
    "age_groups": ["adult", "child"],
    "languages": ["sq", "en"],
    "regions": [],
}


@pytest.fixture
def write(cast: Any) -> Callable[..., Any]:
    """A service in the directory, written past its machine: `write(organisation, service="legal", …)`."""
    from nrm.directory.models import Listing

    def written(organisation: Any, **values: Any) -> Any:
        given = {**VALUES, "state": "listed", "confirmed_on": today(), **values}
        return Listing.objects.create(organisation=organisation, **given)

    return written


@pytest.fixture
def legal(cast: Any) -> Any:
    """Legal counselling by Open Hand: written, submitted and approved."""
    from nrm.directory.actions import add_listing, take_step

    listing = add_listing(by=cast.case_worker.actor, values=VALUES)
    listing = take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)
    return take_step(listing, "approve", by=cast.coordinator.actor, expected_version=2)
