"""`manage.py localdb start|stop|status|url|reset`: the embedded PostgreSQL of this checkout."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from nrm.localdb.errors import LocalDatabaseError
from nrm.localdb.server import ENGINE, Server, local_server

NOT_RUNNING = 3


class Command(BaseCommand):
    help = "Start, stop, show, locate or reset the embedded PostgreSQL of this checkout."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["start", "stop", "status", "url", "reset"])
        parser.add_argument("--yes", action="store_true", help="reset without asking")

    def handle(self, *args: Any, act: str, yes: bool, **options: Any) -> None:
        if settings.DATABASES["default"]["ENGINE"] != ENGINE:
            raise LocalDatabaseError("DATABASE_URL is set: the embedded server is not used here.")
        server = local_server()
        if act == "reset":
            self._reset(server, confirmed=yes)
        else:
            getattr(self, f"_{act}")(server)

    def _start(self, server: Server) -> None:
        started = server.ensure_running()
        self.stdout.write("PostgreSQL started." if started else "PostgreSQL was running already.")
        self._status(server)

    def _stop(self, server: Server) -> None:
        self.stdout.write("PostgreSQL stopped." if server.stop() else "PostgreSQL was not running.")

    def _status(self, server: Server) -> None:
        running = server.is_running()
        self.stdout.write(
            f"{'running' if running else 'stopped'}: PostgreSQL {server.binaries.version} as user {server.user.name}\n"
            f"data    {server.data}\nsockets {server.sockets}\nlog     {server.log}"
        )
        if not running:
            raise SystemExit(NOT_RUNNING)

    def _url(self, server: Server) -> None:
        server.ensure_running()
        self.stdout.write(server.url)

    def _reset(self, server: Server, *, confirmed: bool) -> None:
        if not confirmed and input(f"Delete every record in {server.data}? Type yes: ").strip() != "yes":
            raise LocalDatabaseError("Nothing was deleted.")
        server.destroy()
        self.stdout.write(f"{server.data} was deleted. The next connection starts an empty server.")
