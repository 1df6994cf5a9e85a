"""History rows as the chain sees them: the columns as PostgreSQL writes them, and the digest over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connection, models
from simple_history.models import HistoricalChanges

from nrm.audit.encoding import HistoryDigest, row_digest

#: How a column is written whatever the session's settings are; other types read alike in every session.
_WRITTEN = {
    "timestamp with time zone": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
    "date": "to_char({0}, 'YYYY-MM-DD')",
    "bytea": "encode({0}, 'hex')",
}


def historical_models() -> dict[str, type[models.Model]]:
    """Every history table of the service by its name."""
    found = (model for model in apps.get_models(include_auto_created=True) if issubclass(model, HistoricalChanges))
    return {model._meta.db_table: model for model in found}


def digest_of(row: models.Model) -> HistoryDigest:
    """Reads the row back, so that the digest is of what was stored and not of what Python held."""
    found = list(digests(type(row), [row.pk]))
    if not found:
        raise ValueError(f"{row._meta.db_table} has no row {row.pk}.")
    return found[0]


def digests(model: type[models.Model], history_ids: Sequence[Any]) -> Iterator[HistoryDigest]:
    """The digests of those of the rows that exist, in one query."""
    types = column_types(model)
    names, table, key = sorted(types), model._meta.db_table, str(model._meta.pk.column)
    written = ", ".join(_WRITTEN.get(types[name], "{0}::text").format(f'"{name}"') for name in names)
    query = f'SELECT {written} FROM "{table}" WHERE "{key}"::text = ANY(%s)'  # noqa: S608  # names from the models
    with connection.cursor() as cursor:
        cursor.execute(query, [[str(history_id) for history_id in history_ids]])
        for row in cursor.fetchall():
            columns = list(zip(names, row, strict=True))
            yield HistoryDigest(table, dict(columns)[key], row_digest(table, columns))


def column_types(model: type[models.Model]) -> dict[str, str]:
    """Every column of the model's table with the type PostgreSQL keeps it in."""
    return {str(field.column): field.db_type(connection) or "" for field in model._meta.concrete_fields}
