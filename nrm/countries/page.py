"""The tables of docs/domain.md, made from the profiles: the page never says another length than the service."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from django.conf import settings

from nrm.countries.limits import ClockRule
from nrm.countries.profile import Profile, load
from nrm.countries.sources import GENERAL_KNOWLEDGE, OURS, Sourced, reference, references
from nrm.countries.terms import BodyTask, Capacity, ClockName, ClockUnit, Country
from workflows.status import Status

PATH = Path(settings.BASE_DIR) / "docs" / "domain.md"
#: Stands behind every value for which no source was seen.
UNCHECKED = "(unverified)"


def with_tables(text: str) -> str:
    """`text` with what stands between the marks of each table replaced by the table."""
    for name, made in tables().items():
        start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        before, _old, rest = text.partition(start)
        _table, _end, after = rest.partition(end)
        text = f"{before}{start}\n{made}\n\n{end}{after}"
    return text


def tables() -> dict[str, str]:
    every = profiles()
    of_profiles = {"statuses": statuses, "bodies": bodies, "decisions": decisions, "regions": regions, "clocks": clocks}
    return {**{name: made(every) for name, made in of_profiles.items()}, "sources": sources()}


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


def decisions(countries: Iterable[Profile]) -> str:
    rows = []
    for profile in countries:
        rule, review = profile.decision, profile.review
        signed = [names(rule.signatures), names(rule.also_for_child)]
        against = seen(str(review.remedy.label), review)
        rows.append([profile.name, *(seen(cell, rule) if cell else "" for cell in signed), against])
    return table(["", "Who signs", "Who also signs for a child", "Against a decision"], rows)


def regions(countries: Iterable[Profile]) -> str:
    """How many there are, and which divide into others."""
    rows = []
    for profile in countries:
        upper = profile.parts_of()
        divided = [f"{one.names['en']} ({len(parts)})" for one in upper if (parts := profile.parts_of(one.code))]
        first = "; ".join(one.names["en"] for one in upper)
        rows.append([profile.name, str(len(profile.regions)), first, "; ".join(divided)])
    return table(["", "Regions", "The uppermost", "Divided further"], rows)


def clocks(countries: Iterable[Profile]) -> str:
    every = list(countries)
    rows = []
    for name in ClockName:
        rules = [profile.clocks.get(name) for profile in every]
        acts = [in_code(rule.starts_on for rule in rules if rule), in_code(rule.stops_on for rule in rules if rule)]
        rows.append([f"{name.label} `{name}`", *acts, *(length(rule) for rule in rules)])
    return table(["Time limit", "Starts with", "Stops with", *(profile.country.upper() for profile in every)], rows)


def in_code(lists: Iterable[tuple[str, ...]]) -> str:
    """Every act that some country names, once."""
    return ", ".join(f"`{code}`" for code in dict.fromkeys(chain.from_iterable(lists)))


def length(rule: ClockRule | None) -> str:
    """What holds first, then what replaces it and since when."""
    if rule is None:
        return "–"
    lengths = ", ".join(map(str, rule.lengths)) + (f"–{rule.longest}" if rule.longest else "")
    kind = f" {rule.day_kind.label}" if rule.unit == ClockUnit.DAYS else f" {rule.unit.label}"
    since = f" from {rule.valid_from}" if rule.valid_from else ""
    return "; ".join([seen(f"{lengths}{kind}{since}", rule), *map(length, rule.later)])


def sources() -> str:
    rows = [[f"`{key}`", title] for key, title in references().items()]
    return table(["Key", "What it is"], [*rows, *([f"`{key}`", reference(key)] for key in (GENERAL_KNOWLEDGE, OURS))])


def names(capacities: Iterable[Capacity]) -> str:
    return ", ".join(str(capacity.label) for capacity in capacities)


def seen(text: str, value: Sourced) -> str:
    return text if value.checked else f"{text} {UNCHECKED}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell or '–' if row is not head else cell for cell in row)} |" for row in lines)
