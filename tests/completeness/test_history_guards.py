"""Every table of former values refuses change in the database itself: a new one without its guard fails here."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

KEPT = sorted(model._meta.db_table for model in apps.get_models() if hasattr(model, "history_id"))
ADDED_ONLY = [*KEPT, "audit_checkpoint", "audit_event"]


def guarded() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger"
            " WHERE tgname = 'append_only' AND tgenabled IN ('O', 'A') AND tgtype & 56 = 56"
        )
        return {table for (table,) in cursor.fetchall()}


def test_every_history_table_has_its_guard_against_update_delete_and_truncate(db: None) -> None:
    assert len(KEPT) > 15
    assert set(ADDED_ONLY) - guarded() == set()


@pytest.mark.parametrize("table", ADDED_ONLY)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_guard_answers_even_on_an_empty_table(db: None, table: str, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="its rows can only be added"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
