"""What the keys of sources in the profiles stand for. A key that is not in `sources.toml` refuses the start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from django.utils.translation import gettext as _

#: What stands instead of a source where none was seen.
GENERAL_KNOWLEDGE = "general knowledge"
OURS = "ours"


@cache
def references() -> Mapping[str, str]:
    """Every key of a document with its title, in English as it can be looked up."""
    text = (Path(__file__).parent / "sources.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


def require_known(keys: Iterable[str]) -> None:
    for key in keys:
        if key not in references() and key not in {GENERAL_KNOWLEDGE, OURS}:
            raise ValueError(f"{key!r} is no source; add it to nrm/countries/sources.toml.")


def label(key: str) -> str:
    """The key of a document, or in words that there is none."""
    return {GENERAL_KNOWLEDGE: _("General knowledge"), OURS: _("Own default")}.get(key, key)


def reference(key: str) -> str:
    """What a key stands for; what is no document is said in the reader's language."""
    if key == GENERAL_KNOWLEDGE:
        return _("Not seen in a source; to be confirmed")
    if key == OURS:
        return _("A default of this service; no law was found")
    return references()[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """Where a value comes from: one key of `sources.toml` or several, and whether that source was seen."""

    source: str
    checked: bool
    #: Since when the value holds, as far as known: a year, a month or a day of ISO 8601.
    valid_from: str = ""

    def __post_init__(self) -> None:
        require_known(self.sources)

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(self.source.split(", "))
