"""The answer to "are you well?" for a proxy or a watcher: one word, and nothing about why."""

from __future__ import annotations

import logging
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_http_methods

from nrm.accounts.doors import open_door
from nrm.audit.selectors import head_is_in_order

log = logging.getLogger("nrm.web")


class Unmigrated(RuntimeError):
    """The database is older than the program."""


@open_door
@require_http_methods(["GET", "HEAD"])
def health(request: HttpRequest) -> JsonResponse:
    if is_well():
        return JsonResponse({"status": "ok"})
    return JsonResponse({"status": "unavailable"}, status=503)


def is_well() -> bool:
    """The database answers, has every migration, and the newest event is the head of the chain."""
    try:
        connection.ensure_connection()
        require_migrations()
        in_order = head_is_in_order()
    except (DatabaseError, Unmigrated) as fault:
        log.warning("Not well: %s", type(fault).__name__)
        return False
    if not in_order:
        log.error("Not well: the head of the audit chain is not its last event")
    return in_order


@cache
def require_migrations() -> None:
    """Raises while a migration is missing. Remembered once all are there: a running process cannot lose one."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unmigrated
