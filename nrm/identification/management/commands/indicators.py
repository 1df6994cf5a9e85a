"""`manage.py indicators load` and `manage.py indicators list`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nrm.identification import selectors
from nrm.identification.sets.checks import SetRefused
from nrm.identification.sets.loading import load_set_from, load_sets


class Command(BaseCommand):
    help = "The sets of indicators: load what the database does not have yet, or list what it has. None ever changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        load = tasks.add_parser("load", help="Load the published sets that are missing, or the set in a file.")
        load.add_argument("--file", type=Path, help="A set of your own, for example of a country (docs/indicators.md).")
        tasks.add_parser("list", help="List the sets in the database; the one that new screenings use is marked.")

    def handle(self, *_args: Any, task: str, **options: Any) -> None:
        if task == "list":
            self.stdout.write("\n".join(selectors.set_lines()))
            return
        try:
            written = load_set_from(options["file"]) if options["file"] else load_sets()
        except SetRefused as refused:
            raise CommandError(f"Nothing was loaded. {refused}") from refused
        self.stdout.write("\n".join(f"Loaded {name}." for name in written) or "Every published set is there already.")
