"""Finds every translatable message in the source without GNU gettext: Babel reads Python, Django rewrites templates,
the labels of indicators are read from their sets.

Babel is a development tool: only the `translate` command and tests import this module.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation import templatize

SOURCES = ("nrm", "workflows")
TEMPLATES = "templates"
TEMPLATE_SUFFIXES = {".html", ".txt", ".svg", ".typ"}
#: Published sets of indicators, whose labels are messages.
INDICATOR_SETS = "nrm/identification/sets/*.json"
TRANSLATOR_COMMENT = "Translators:"

#: Which arguments of which function are (context,) message (, plural).
Places = tuple[int | tuple[int, int] | tuple[int, str], ...]
PLAIN: Places = (1,)
PLURAL: Places = (1, 2)
IN_CONTEXT: Places = ((1, "c"), 2)
PLURAL_IN_CONTEXT: Places = ((1, "c"), 2, 3)
KEYWORDS: dict[str, Places] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], PLAIN),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], PLURAL),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], IN_CONTEXT),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], PLURAL_IN_CONTEXT),
}

#: (context, message); the context of most messages is None.
Key = tuple[str | None, str]


@dataclass
class Message:
    context: str | None
    text: str
    plural: str = ""
    files: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.context, self.text


class ContradictoryPlural(Exception):
    """One message with two different plurals cannot stand in a catalogue."""


def messages(root: Path) -> dict[Key, Message]:
    """Every message under `root`, in a stable order."""
    found: dict[Key, Message] = {}
    for path in source_files(root):
        for message in messages_of(path, path.relative_to(root).as_posix()):
            merge(found, message)
    return dict(sorted(found.items(), key=lambda item: (item[0][1], item[0][0] or "")))


def merge(found: dict[Key, Message], message: Message) -> None:
    known = found.setdefault(message.key, message)
    if message.plural and known.plural not in {"", message.plural}:
        raise ContradictoryPlural(f"{message.text!r} has the plurals {known.plural!r} and {message.plural!r}.")
    known.plural = known.plural or message.plural
    known.files |= message.files
    known.comments |= message.comments


def source_files(root: Path) -> Iterator[Path]:
    for folder in SOURCES:
        yield from (path for path in sorted((root / folder).rglob("*")) if path.suffix == ".py" or is_template(path))
    yield from (path for path in sorted((root / TEMPLATES).rglob("*")) if is_template(path))
    yield from sorted(root.glob(INDICATOR_SETS))


def is_template(path: Path) -> bool:
    return path.suffix in TEMPLATE_SUFFIXES and TEMPLATES in path.parts


def messages_of(path: Path, name: str) -> Iterator[Message]:
    """The messages of one file. A template becomes Python first; its indentation is dropped because Babel minds it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        yield from labels_of(text, name)
        return
    if path.suffix != ".py":
        text = "\n".join(line.lstrip() for line in templatize(text, origin=name).splitlines())
    source = io.BytesIO(text.encode())
    options = {"encoding": "utf-8"}
    for _line, words, comments, context in extract("python", source, KEYWORDS, [TRANSLATOR_COMMENT], options):
        singular, plural = words if isinstance(words, tuple) else (words, "")
        if singular:
            notes = {" ".join(comments).removeprefix(TRANSLATOR_COMMENT).strip()} - {""}
            yield Message(context, singular, plural, {name}, notes)


def labels_of(text: str, name: str) -> Iterator[Message]:
    """The labels of a set of indicators: short statements about a person, who is not named in them."""
    for indicator in json.loads(text)["indicators"]:
        notes = {f"Indicator {indicator['code']}. The subject is the person, of any sex."}
        yield Message(None, indicator["label"], "", {name}, notes)
