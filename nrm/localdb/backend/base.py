"""Connect; and when nobody answers, start the server and connect again."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base

from nrm.localdb.backend.client import DatabaseClient
from nrm.localdb.server import local_server


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        server = local_server()
        try:
            return super().get_new_connection({**conn_params, "host": str(server.sockets)})
        except psycopg.OperationalError:
            server.ensure_running()
            return super().get_new_connection({**conn_params, "host": str(server.sockets)})
