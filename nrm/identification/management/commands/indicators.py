"""`manage.py indicators load`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from nrm.identification import actions


class Command(BaseCommand):
    help = (
        "Load the published sets of indicators that the database does not have yet. A set that exists stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        tasks = parser.add_subparsers(dest="task", required=True)
        tasks.add_parser("load", help="Load the missing sets; says which.")

    def handle(self, *_args: Any, **_options: Any) -> None:
        written = actions.load_sets()
        self.stdout.write("\n".join(f"Loaded {name}." for name in written) or "Every published set is there already.")
