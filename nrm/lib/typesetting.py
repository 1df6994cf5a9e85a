"""Pages to print, made into PDF by typst. What is printed goes in as data and can never become markup.

The typeface is one that typst carries in its wheel, Libertinus Serif: it has every letter of Albanian, Bosnian, Serbian
and Macedonian in both scripts. No font of the machine is looked at, nothing is fetched, and no title, author or date is
written into the file, so the same page is the same bytes everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("sheet.typ")
#: What typst calls the two scripts.
SCRIPTS = {"Latn": "latn", "Cyrl": "cyrl"}

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with short paragraphs under it, and a list of points below them."""

    heading: str
    lines: Sequence[str] = ()
    points: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One plain page. `tag` is the language as HTML writes it, `sr-Cyrl` for Serbian in Cyrillic letters."""

    tag: str
    heading: str
    parts: Sequence[Part]
    #: A drawn signature: strokes of points in a field of 600 × 200.
    strokes: Sequence[Sequence[Point]] = ()
    foot: Sequence[str] = field(default=())


def typeset(sheet: Sheet) -> bytes:
    """The sheet as a PDF."""
    language, _hyphen, script = sheet.tag.partition("-")
    data = {**asdict(sheet), "language": language, "script": SCRIPTS.get(script, "auto")}
    made = typst.compile(
        TEMPLATE.read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, default=str)},
    )
    if not isinstance(made, bytes):
        raise TypeError("A sheet is one file.")
    return made
