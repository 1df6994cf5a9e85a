"""Writing sets of indicators: the published ones, and those of an authority. A set that exists is never changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from nrm.identification.models import Indicator, IndicatorSet
from nrm.identification.sets import published, write_missing
from nrm.identification.sets.checks import SetRefused, check
from nrm.identification.sets.composing import whole

#: Bytes; many times the whole common set.
LARGEST = 2_000_000


@transaction.atomic
def load_sets() -> list[str]:
    """Load the published sets that are missing, all or none, and name them."""
    return [name for given in published() for name in _load(given)]


@transaction.atomic
def load_set_from(path: Path) -> list[str]:
    """Load the set in a file, whole or on top of another. `SetRefused` says what is wrong; then nothing is written."""
    try:
        given = _read(path)
    except (OSError, ValueError, RecursionError) as unreadable:
        raise SetRefused(f"{path.name} cannot be read as JSON: {unreadable}") from unreadable
    if not isinstance(given, dict):
        raise SetRefused(f"{path.name} holds no set.")
    written = _load(given)
    if not written:
        raise SetRefused(f"{given['code']} {given['number']} is there already and never changes. Give it a new number.")
    return written


def _read(path: Path) -> Any:
    """What the file says, unless it is no file of a set by its size alone."""
    with path.open("rb") as file:
        text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")
    return json.loads(text.decode("utf-8"))


def _load(given: dict[str, Any]) -> list[str]:
    complete = whole(given)
    check(complete)
    if IndicatorSet.objects.filter(code=complete["code"]).exclude(country=complete.get("country", "")).exists():
        raise SetRefused(f"code: {complete['code']} names a set of another country.")
    return write_missing(IndicatorSet, Indicator, [complete])
