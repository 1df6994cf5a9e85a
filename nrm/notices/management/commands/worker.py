"""`manage.py worker`: delivers notices and lets time limits run out, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections

from nrm.access.rows import refuse_a_role_that_sees_everything, seen_by_the_service
from nrm.notices.delivery import deliver_due

log = logging.getLogger(__name__)

SECONDS = 15


class Command(BaseCommand):
    help = "Deliver notices and let time limits run out, every 15 seconds, until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do what is due now, then stop.")

    def handle(self, *_args: Any, once: bool, **_options: Any) -> None:
        if settings.IN_PRODUCTION:
            refuse_a_role_that_sees_everything()
        if once:
            self.work()
            return
        stop = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        while not stop.is_set():
            close_old_connections()
            try:
                self.work()
            except Error as error:  # the database is away for a moment: try again at the next turn
                log.warning("The worker could not work: %s", type(error).__name__)
            stop.wait(SECONDS)

    @seen_by_the_service()  # Whoever is told of a case is looked up once more.
    def work(self) -> None:
        """Clocks first: what runs out may leave notices. The command that acts on clocks lives with the cases."""
        if "clocks" in get_commands():
            call_command("clocks", "run")
        if sent := deliver_due():
            self.stdout.write(f"{sent} mails sent")
