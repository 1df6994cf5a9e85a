"""The published sets of indicators, one JSON file each. None is ever changed: a new version is a new file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def published() -> list[dict[str, Any]]:
    """Every set as its file says, oldest name first."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]


def write_missing(sets: Any, indicators: Any) -> list[str]:
    """Write the sets the database does not have and name them. Takes the models, because a migration has its own."""
    written = []
    for given in published():
        if sets.objects.filter(code=given["code"], number=given["number"]).exists():
            continue
        new = sets.objects.create(
            code=given["code"], number=given["number"], valid_from=date.fromisoformat(given["valid_from"])
        )
        indicators.objects.bulk_create(
            indicators(indicator_set=new, position=position, **entry)
            for position, entry in enumerate(given["indicators"], start=1)
        )
        written.append(f"{given['code']} {given['number']}")
    return written
