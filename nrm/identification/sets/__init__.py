"""The published sets of indicators, one JSON file each. None is ever changed: a new version is a new file.

A file gives a set whole, or names the set it is `based_on` and says only what it changes, adds or removes: so a country
puts its own list on top of the common one. What is written to the database is always whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def published() -> list[dict[str, Any]]:
    """Every set as its file says: those that are whole first, so that the others find what they are based on."""
    given = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return sorted(given, key=lambda one: "based_on" in one)


def write_missing(sets: Any, indicators: Any, given_sets: Iterable[dict[str, Any]]) -> list[str]:
    """Write the sets the database does not have and name them. Takes the models, because a migration has its own; the
    sets are whole."""
    written = []
    for given in given_sets:
        if sets.objects.filter(code=given["code"], number=given["number"]).exists():
            continue
        new = sets.objects.create(
            code=given["code"],
            number=given["number"],
            valid_from=date.fromisoformat(given["valid_from"]),
            **plan(given),
        )
        indicators.objects.bulk_create(
            indicators(indicator_set=new, position=position, **entry)
            for position, entry in enumerate(given["indicators"], start=1)
        )
        written.append(f"{given['code']} {given['number']}")
    return written


def plan(given: dict[str, Any]) -> dict[str, Any]:
    """The columns that came with the second set; the first one has none of them and keeps what they default to."""
    if "lists" not in given:
        return {}
    return {"country": given["country"], "plan": {"lists": given["lists"], "families": given["families"]}}
