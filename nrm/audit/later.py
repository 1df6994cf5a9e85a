"""Columns that join a history table after its first rows were recorded."""

from __future__ import annotations

from django.db import migrations, models


def added_to_history(model_name: str, name: str, field: models.Field) -> migrations.SeparateDatabaseAndState:  # type: ignore[type-arg]
    """Add `field` to a history table so that earlier rows keep it empty: a digest leaves empty columns out, so what was
    recorded stays provable. The model may still say that the column has a value, as every new row does."""
    _name, _path, arguments, options = field.deconstruct()
    # A default would be written into every earlier row.
    options.pop("default", None)
    nullable = type(field)(*arguments, **{**options, "null": True})
    nullable.name = name
    return migrations.SeparateDatabaseAndState(
        database_operations=[migrations.AddField(model_name, name, nullable)],
        state_operations=[migrations.AddField(model_name, name, field)],
    )
