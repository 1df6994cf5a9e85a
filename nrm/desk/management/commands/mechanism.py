"""Print the mechanism: the machines with who may do what, as Markdown and as diagrams, in any language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.template.loader import render_to_string
from django.utils import translation

from nrm.countries.profile import Profile, load
from nrm.countries.terms import KOSOVO_FOOTNOTE, Country
from nrm.desk import mechanism


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--language", default="en", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--into", type=Path, help="a folder for mechanism.md, access.md and the diagrams")

    def handle(self, *_args: Any, language: str, into: Path | None, **_options: Any) -> None:
        files = printed_files(language)
        if into is None:
            self.stdout.write(files["mechanism.md"])
            return
        for name, text in files.items():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_text(text, encoding="utf-8")


def printed_files(language: str) -> dict[str, str]:
    """File name -> text, relative to the folder of the documents. The same whichever country the instance serves."""
    with translation.override(language):
        machines = mechanism.machines(language, everywhere())
        files: dict[str, str] = {
            f"mechanism/{machine.name}.svg": render_to_string(
                "desk/_diagram.svg", {"diagram": machine.diagram, "name": machine.name}
            )
            for machine in machines
        }
        files["mechanism.md"] = with_footnote(render_to_string("desk/mechanism.md", {"machines": machines}))
        access = {"table": mechanism.access_table(), "need_to_know": mechanism.need_to_know()}
        files["access.md"] = render_to_string("desk/access.md", access)
        return files


def with_footnote(text: str) -> str:
    """The star behind the name of Kosovo* is explained wherever the name stands."""
    return f"{text}\n\\{KOSOVO_FOOTNOTE}\n" if str(Country.XK.label) in text else text


def everywhere() -> list[Profile]:
    return [load(country) for country in Country.values]
