"""What row-level security costs: the pages that people live on, with and without it, in turns."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

ROUNDS = 150

#: Person of the demo -> the list of cases and the page of one case.
PAGES = {
    "ana.caseworker": ("/cases/", "/cases/{case}/"),
    "lidija.clinician": ("/cases/", "/cases/{case}/"),
    "sanja.coordinator": ("/cases/", "/cases/{case}/"),
    "trajce.auditor": ("/cases/", "/cases/{case}/"),
}


def main() -> None:
    sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()
    from pages import last_case, signed_in

    print(f"{'person':<20}{'page':<22}{'off ms':>8}{'on ms':>8}{'ratio':>8}")
    for person, pages in PAGES.items():
        client, actor = signed_in(person)
        for page in pages:
            url = page.format(case=last_case(actor))
            off, on = medians(lambda url=url, client=client: answered(client, url))
            print(f"{person:<20}{page:<22}{off:>8.1f}{on:>8.1f}{on / off:>8.2f}")


def medians(ask: Callable[[], object]) -> tuple[float, float]:
    """Off and on, in milliseconds of wall time, in turns so that both meet the same machine."""
    from pages import timed

    off, on = [], []
    for _round in range(ROUNDS):
        with unprotected():
            off.append(timed(ask))
        on.append(timed(ask))
    return statistics.median(off), statistics.median(on)


def unprotected() -> Any:
    """As if nothing were said to the database: the connection stays the owner's, whom no policy binds."""
    return patch.multiple(
        "nrm.access.rows", _say_first=lambda execute, *statement: execute(*statement), _say_no_more=nullcontext
    )


def answered(client: Any, url: str) -> None:
    if (status := client.get(url).status_code) != 200:
        raise SystemExit(f"{url} answered {status}")


if __name__ == "__main__":
    main()
