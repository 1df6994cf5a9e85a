"""The tables of docs/domain.md, made from the profiles: the page never says another length than the service."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from nrm.countries.limits import ClockRule
from nrm.countries.profile import Profile, load
from nrm.countries.sources import Sourced
from nrm.countries.terms import BodyTask, ClockName, Country
from workflows.status import Status

PATH = Path(settings.BASE_DIR) / "docs" / "domain.md"
#: Stands behind every value for which no source was seen.
UNCHECKED = "(unverified)"


def with_tables(text: str) -> str:
    """`text` with what stands between the marks of each table replaced by the table."""
    for name, table in {"bodies": bodies, "statuses": statuses, "clocks": clocks}.items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _old, rest = text.partition(start)
        _table, _end, after = rest.partition(end)
        text = f"{before}{start}\n{table(profiles())}\n\n{end}{after}"
    return text


def profiles() -> list[Profile]:
    return [load(code) for code in Country.values]


def bodies(countries: Iterable[Profile]) -> str:
    rows = []
    for profile in countries:
        cells = [[seen(body.names["en"], body) for body in profile.bodies if body.task is task] for task in BodyTask]
        rows.append([profile.name, *("; ".join(cell) for cell in cells)])
    return table(["", *(str(task.label) for task in BodyTask)], rows)


def statuses(countries: Iterable[Profile]) -> str:
    shown = [Status.POTENTIAL, Status.PRESUMED, Status.IDENTIFIED]
    rows = []
    for profile in countries:
        terms = [profile.status_terms[status] for status in shown]
        rows.append([profile.name, *(seen(str(term.term.label), term) for term in terms)])
    return table(["", *(f"`{status}`" for status in shown)], rows)


def clocks(countries: Iterable[Profile]) -> str:
    every = list(countries)
    rows = []
    for name in ClockName:
        rules = [profile.clock(name) for profile in every]
        starts = next((", ".join(f"`{code}`" for code in rule.starts_on) for rule in rules if rule), "")
        rows.append([f"{name.label} `{name}`", starts, *(length(rule) for rule in rules)])
    return table(["Time limit", "Starts with", *(profile.country.upper() for profile in every)], rows)


def length(rule: ClockRule | None) -> str:
    if rule is None:
        return "–"
    lengths = ", ".join(map(str, rule.lengths)) + (f"–{rule.longest}" if rule.longest else "")
    return seen(f"{lengths} {rule.unit.label}", rule)


def seen(text: str, value: Sourced) -> str:
    return text if value.checked else f"{text} {UNCHECKED}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or '–' if row is not head else cell for cell in row)} |" for row in lines)
