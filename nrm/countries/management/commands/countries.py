"""`manage.py countries`: prints the tables of docs/domain.md that come from the country profiles, or writes them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from nrm.countries import page


class Command(BaseCommand):
    help = "Print what the country profiles say; with --write, put it into docs/domain.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the tables into docs/domain.md")

    def handle(self, *, write: bool, **options: Any) -> None:
        with translation.override("en"):
            if write:
                page.PATH.write_text(page.with_tables(page.PATH.read_text(encoding="utf-8")), encoding="utf-8")
            else:
                self.stdout.write("\n\n".join(page.tables().values()))
