"""Looks for given strings in everything the database holds, in the spellings in which clear text could hide."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from django.db import connection

TABLES = """
SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""


def dump() -> dict[str, bytes]:
    """Every table as `COPY TO STDOUT` gives it, within the present transaction."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [row[0] for row in cursor.fetchall()]
        return {table: _copy(cursor, table) for table in tables}


def _copy(cursor: object, table: str) -> bytes:
    with cursor.cursor.copy(f"COPY {table} TO STDOUT") as copy:  # type: ignore[attr-defined]
        return b"".join(bytes(block) for block in copy)


def spellings(canary: str) -> set[bytes]:
    """In clear, as JSON and COPY escape it, as bytea shows it, and in base64 at any of the three offsets."""
    clear = canary.encode()
    offsets = (base64.b64encode(b"\0" * offset + clear)[4 if offset else 0 : -4] for offset in range(3))
    escaped = canary.encode("ascii", "backslashreplace")
    lower = {clear.lower(), canary.lower().encode()}
    return {clear, *lower, escaped.replace(b"\\", b"\\\\"), escaped, clear.hex().encode(), *filter(None, offsets)}


def found(canaries: Iterable[str], tables: dict[str, bytes] | None = None) -> list[tuple[str, str]]:
    """(table, canary) for each canary that shows; a canary needs six characters or chance finds it."""
    tables = dump() if tables is None else tables
    shown = []
    for canary in canaries:
        if len(canary) < 6:
            raise ValueError(f"{canary!r} is too short to be told from chance.")
        looks = spellings(canary)
        shown += [(table, canary) for table, text in tables.items() if any(look in text for look in looks)]
    return shown
