"""`manage.py dbshell` with the psql of the embedded server."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.backends.postgresql import client

from nrm.localdb.server import local_server


class DatabaseClient(client.DatabaseClient):
    def runshell(self, parameters: Iterable[str]) -> None:
        server = local_server()
        server.ensure_running()
        self.executable_name = server.binaries.program("psql")
        self.connection.settings_dict["HOST"] = str(server.sockets)
        super().runshell(parameters)
