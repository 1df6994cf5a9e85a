"""What the database holds, to see that a refused request wrote nothing and that a posted column had no effect."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from nrm.audit.models import Event

UUID_IN_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: The log is looked at by `acts_after`; sessions keep what was chosen on the way.
APART = {"audit_event", "audit_head", "django_session", "accounts_sessionrecord"}


def kept_models() -> list[type[models.Model]]:
    ours = [model for model in apps.get_models() if model.__module__.startswith("nrm.") and model._meta.managed]
    return [model for model in ours if model._meta.db_table not in APART]


def digests() -> dict[str, str | None]:
    """One digest of all rows a table, in one statement."""
    each = (
        f"SELECT '{table}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t"  # noqa: S608
        for table in sorted(model._meta.db_table for model in kept_models())
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def last_event() -> int:
    return Event.objects.latest("sequence").sequence


def acts_after(sequence: int) -> set[str]:
    """The outcomes of the events since."""
    return set(Event.objects.filter(sequence__gt=sequence).values_list("outcome", flat=True))


def rows_but_for_chance(known: set[str]) -> dict[str, list[str]]:
    """Every row as text, without what differs from one attempt to the next: times, sealed bytes, ids not `known`."""
    everything = {}
    for model in [*kept_models(), Event]:
        names = [field.attname for field in model._meta.concrete_fields if not differs(field)]
        rows = model._default_manager.values_list(*names)
        everything[model._meta.db_table] = sorted(str([steady(value, known) for value in row]) for row in rows)
    return everything


def differs(field: Any) -> bool:
    kinds = (models.AutoField, models.BinaryField, models.DateTimeField)
    return isinstance(field, kinds) or field.attname in {"sequence", "history", "password", "last_t"}


def steady(value: Any, known: set[str]) -> str:
    if isinstance(value, (bytes, memoryview, datetime, DateTimeTZRange)):
        return type(value).__name__
    return UUID_IN_TEXT.sub(lambda found: found[0] if found[0] in known else "new", str(value))


def known_ids() -> set[str]:
    """Every id there is now."""
    found: set[str] = set()
    for model in kept_models():
        if isinstance(model._meta.pk, models.UUIDField):
            found |= {str(pk) for pk in model._default_manager.values_list("pk", flat=True) if isinstance(pk, UUID)}
    return found
