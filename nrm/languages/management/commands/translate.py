"""`manage.py translate`: keeps the message catalogues whole. Needs the development extra (Babel, polib)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nrm.languages import catalogues
from nrm.languages.catalogues import GENERATED, MASTER, TRANSLATED, CannotFill, Folder
from nrm.languages.extract import messages


class Command(BaseCommand):
    help = "Update, compile and check the message catalogues; without a verb, update and compile."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a catalogue is not whole")
        verbs = parser.add_subparsers(dest="verb", title="verbs")
        missing = verbs.add_parser("missing", help="show what is not translated yet")
        missing.add_argument("language", choices=TRANSLATED)
        missing.add_argument("--json", action="store_true", help="as JSON that `translate fill` takes once filled in")
        fill = verbs.add_parser(
            "fill", help='take translations from a JSON file: {"message": "translation" or [forms]}'
        )
        fill.add_argument("language", choices=TRANSLATED)
        fill.add_argument("file", type=Path)

    def handle(self, *, verb: str | None = None, check: bool = False, **options: Any) -> None:
        folder = Folder(Path(settings.LOCALE_PATHS[0]))
        if verb == "missing":
            self.show_missing(folder, options["language"], as_json=options["json"])
        elif verb == "fill":
            self.fill(folder, options["language"], options["file"])
        elif check:
            self.check_catalogues(folder)
        else:
            self.update(folder)

    def update(self, folder: Folder) -> None:
        for language, catalogue in catalogues.all_updated(folder, messages(settings.BASE_DIR)).items():
            folder.write(language, catalogue)
            self.stdout.write(f"{language}: {len(catalogues.missing(catalogue))} of {len(catalogue)} not translated")

    def check_catalogues(self, folder: Folder) -> None:
        if problems := catalogues.problems(folder, messages(settings.BASE_DIR)):
            raise CommandError("\n".join(problems))
        self.stdout.write("All catalogues are whole.")

    def show_missing(self, folder: Folder, language: str, *, as_json: bool) -> None:
        wanted = catalogues.updated(language, folder.read(language), messages(settings.BASE_DIR))
        asked = dict(map(catalogues.asked_as_json, catalogues.missing(wanted)))
        if as_json:
            self.stdout.write(json.dumps(asked, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n".join(str(text) for text in asked.values()))

    def fill(self, folder: Folder, language: str, file: Path) -> None:
        found = messages(settings.BASE_DIR)
        catalogue = catalogues.updated(language, folder.read(language), found)
        try:
            answers = json.loads(file.read_text(encoding="utf-8"))
            gone = catalogues.fill(language, catalogue, answers)
        except (OSError, ValueError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        except CannotFill as refusal:
            raise CommandError(str(refusal)) from refusal
        folder.write(language, catalogue)
        if language == MASTER:
            folder.write(GENERATED, catalogues.in_latin(catalogue, found))
        for key in gone:
            self.stderr.write(f"Not in the source any more: {key!r}")
        left = len(catalogues.missing(catalogue))
        taken = len(answers) - len(gone)
        self.stdout.write(f"{language}: {taken} taken, {left} of {len(catalogue)} not translated")
