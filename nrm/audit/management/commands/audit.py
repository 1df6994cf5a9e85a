"""`manage.py audit verify` and `manage.py audit checkpoint`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nrm.access.actor import THE_SERVICE
from nrm.audit import actions
from nrm.audit.checkpoints import Statement, from_lines


class Command(BaseCommand):
    help = "Check that nothing in the audit log was changed or removed, or sign how long it is now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        verify = tasks.add_parser("verify", help="Replay the whole log; fails when anything does not fit.")
        verify.add_argument(
            "--checkpoint", metavar="FILE", action="append", default=[], help="A checkpoint kept outside."
        )
        checkpoint = tasks.add_parser("checkpoint", help="Sign the present end of the log, for a holder outside.")
        checkpoint.add_argument("--out", metavar="FILE", help="Add the checkpoint to this file.")

    def handle(self, *_args: Any, task: str, **options: Any) -> None:
        if task == "verify":
            self.verify([statement for name in options["checkpoint"] for statement in self.read(name)])
        else:
            self.checkpoint(options["out"])

    def verify(self, outside: list[Statement]) -> None:
        report = actions.verify_chain(by=THE_SERVICE, outside=outside)
        for finding in report.findings:
            self.stderr.write(str(finding))
        checked = f"{report.events} events, {report.history_rows} history rows, {report.checkpoints} checkpoints"
        if not report.is_in_order:
            raise CommandError(f"{checked}: {report.faults} found that do not fit.")
        self.stdout.write(f"{checked}: in order. Head {report.head.hex()}")

    def checkpoint(self, out: str | None) -> None:
        statement = actions.make_checkpoint(by=THE_SERVICE)
        self.stdout.write(statement.as_line())
        if out:
            with Path(out).open("a", encoding="utf-8") as file:
                file.write(statement.as_line() + "\n")

    def read(self, name: str) -> list[Statement]:
        try:
            return list(from_lines(Path(name).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise CommandError(f"{name}: {error}") from error
