"""`manage.py serve`: the whole service on one machine, for trying it out. Production uses docker-compose.yml instead.

Prepares the database, fills an invented country when it is empty, runs the web server and the worker, and on Ctrl-C or
SIGTERM stops everything it started. A database server that ran before is left running.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from nrm.localdb.server import Server, borrowed_server

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Seconds a child may take to end its work before it is killed.
GRACE = 15
#: Seconds until the first page must answer.
START_LIMIT = 120


class Command(BaseCommand):
    help = "Prepare the database, fill an invented country, serve until Ctrl-C, then stop what was started."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        if settings.IN_PRODUCTION:
            raise CommandError(
                "serve is for trying the service out. In production run the web server and worker apart."
            )
        refuse_taken_port(host, port)
        on_signals(interrupt)
        # By name and not by number: passkeys are bound to the name of a host.
        own = f"http://{'localhost' if host == '127.0.0.1' else host}:{port}"
        os.environ.setdefault("NRM_BASE_URL", own)
        with ExitStack() as started:
            try:
                server = started.enter_context(borrowed_server())
                self.prepare()
                web = started.enter_context(child(server, *web_command(host, port)))
                worker = started.enter_context(child(server, str(settings.BASE_DIR / "manage.py"), "worker"))
                wait_for_port(host, port, web)
                self.stdout.write(self.style.SUCCESS(f"\nOpen {own}/   Ctrl-C stops everything.\n"))
                watch(server, web, worker)
            except KeyboardInterrupt:
                self.stdout.write("\nStopping.")
            finally:
                on_signals(signal.SIG_IGN)
                connections.close_all()

    def prepare(self) -> None:
        self.stdout.write("Preparing the database.")
        call_command("migrate", verbosity=0, interactive=False)
        if settings.NRM_DEMO:
            call_command("demo", country=settings.NRM_COUNTRY.upper())


def web_command(host: str, port: int) -> tuple[str, ...]:
    options = (
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "2",
        "--blocking-threads",
        "4",
        "--no-ws",
    )
    return ("-m", "granian", *options, "--log-level", "warning", "nrm.wsgi:application")


@contextmanager
def child(server: Server | None, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process in a session of its own, so that a Ctrl-C reaches it through us, in order."""
    environment = {**os.environ, **({"DATABASE_URL": server.url} if server else {})}
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=settings.BASE_DIR, env=environment, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def watch(server: Server | None, *children: subprocess.Popen[bytes]) -> None:
    """Until a signal: bring a crashed database back, and end everything when a child ends by itself."""
    while True:
        for process in children:
            if process.poll() is not None:
                raise CommandError(f"{' '.join(map(str, process.args[1:3]))} ended by itself.")  # type: ignore[index]
        if server:
            server.ensure_running()
        time.sleep(2)


def wait_for_port(host: str, port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_LIMIT
    while web.poll() is None and time.monotonic() < deadline:
        with socket.socket() as knock:
            if knock.connect_ex((host, port)) == 0:
                return
        time.sleep(0.1)
    raise CommandError("The web server did not start; its reason stands above.")


def refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as knock:
        if knock.connect_ex((host, port)) == 0:
            raise CommandError(f"Port {port} is taken. Choose another: make run PORT={port + 1}")


def on_signals(handler: Any) -> None:
    for number in SIGNALS:
        signal.signal(number, handler)


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
