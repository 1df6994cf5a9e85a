"""A column that joins a history table later leaves what was recorded before as it was."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from nrm.audit.later import added_to_history

pytestmark = pytest.mark.django_db


def columns() -> list[models.Field[Any, Any]]:
    return [
        models.CharField(max_length=10, default="undecided"),
        models.CharField(max_length=10, blank=True, default=""),
        models.BooleanField(default=True),
        ArrayField(models.CharField(max_length=10), default=list),
    ]


@pytest.fixture
def earlier() -> ProjectState:
    """A table with one row, from before the column."""
    state = ProjectState()
    state.add_model(ModelState("cases", "HistoricalThing", [("id", models.BigAutoField(primary_key=True))]))
    thing = state.apps.get_model("cases", "HistoricalThing")
    with connection.schema_editor() as editor:
        editor.create_model(thing)
    thing.objects.create()
    return state


def value_after(operation: migrations.SeparateDatabaseAndState, state: ProjectState) -> object:
    later = state.clone()
    operation.state_forwards("cases", later)
    with connection.schema_editor() as editor:
        operation.database_forwards("cases", editor, state, later)
    with connection.cursor() as cursor:
        cursor.execute("SELECT added FROM cases_historicalthing")
        (value,) = cursor.fetchone()
    return value


@pytest.mark.parametrize("field", columns(), ids=lambda field: type(field).__name__)
def test_earlier_rows_keep_it_empty(field: models.Field[Any, Any], earlier: ProjectState) -> None:
    assert value_after(added_to_history("historicalthing", "added", field), earlier) is None


def test_an_ordinary_column_would_be_filled(earlier: ProjectState) -> None:
    """The control: then the digest of an earlier row would no longer fit."""
    filled = migrations.AddField("historicalthing", "added", models.CharField(max_length=10, default="undecided"))
    assert value_after(migrations.SeparateDatabaseAndState([filled], [filled]), earlier) == "undecided"
