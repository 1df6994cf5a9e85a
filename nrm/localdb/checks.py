"""What every PostgreSQL server must hold, embedded or not. Asked by `migrate` and by `check --database default`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections


@checks.register(checks.Tags.database)
def check_server(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    return [message for alias in databases or () for message in check_durability(alias) + check_letters(alias)]


def check_durability(alias: str) -> list[CheckMessage]:
    """With `synchronous_commit` off, acknowledged writes were lost in one kill of the server processes."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_setting('synchronous_commit'), current_setting('fsync')")
        commit, fsync = cursor.fetchone()
    if commit == "off" or fsync == "off":
        hint = "Turn synchronous_commit and fsync on."
        return [checks.Error("The database may lose acknowledged writes.", hint=hint, id="localdb.E001")]
    return []


def check_letters(alias: str) -> list[CheckMessage]:
    """A cluster made with LC_CTYPE=C loses every letter outside ASCII in case changes and trigrams."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT lower('Љ')")
        (lowered,) = cursor.fetchone()
    if lowered != "љ":
        hint = "Make the database with LC_CTYPE C.UTF-8 or another UTF-8 locale."
        return [
            checks.Warning("The database does not know the letters of our languages.", hint=hint, id="localdb.W001")
        ]
    return []
