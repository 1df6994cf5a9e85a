"""Row-level security taken away, for the negative controls: what is missing with it appears without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from nrm.rows.protecting import tables_of
from nrm.rows.tables import PROTECTED

#: Every table with a condition, former values included.
TABLES = tuple(table for label in PROTECTED for table in tables_of(apps.get_model(label)))


@pytest.fixture
def take_protection_away(db: None) -> Callable[[], None]:
    """Rolled back with the test."""

    def unprotected() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("".join(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;" for table in TABLES))
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return unprotected


@pytest.fixture
def other_case(cast: Any) -> Any:
    """A case that the stranger's organisation leads."""
    from nrm.cases.actions import open_case

    stranger = cast.stranger.actor
    return open_case(by=stranger, lead_organisation_id=stranger.organisation_id, age_group="adult", sex="man")
