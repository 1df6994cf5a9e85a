"""What is particular to a country: bodies, words, time limits. Read from one TOML file each, never written in code.

`checked` means that a source was seen for the value. Where it is false the value is general knowledge or our own
default, and the interface has to say so to the administrator.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import get_language

from nrm.countries.limits import ClockRule, limit
from nrm.countries.sources import Sourced
from nrm.countries.terms import (
    KOSOVO_FOOTNOTE,
    BodyForm,
    BodyTask,
    Capacity,
    ClockUnit,
    Country,
    Remedy,
    ShelterType,
    StatusTerm,
)
from nrm.languages.transliterate import to_latin
from nrm.lib.clock import today
from nrm.lib.days import add_months
from workflows.status import Status

FOLDER = Path(__file__).parent
#: Our own time limits, the same everywhere until a country sets one.
EVERYWHERE = "everywhere"


def in_readers_language(names: Mapping[str, str]) -> str:
    """A name in the reader's language, else in English. Serbian in Latin script is made from Cyrillic."""
    language = get_language() or "en"
    if language == "sr-latn" and "sr" in names:
        return to_latin(names["sr"])
    return names.get(language) or names["en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Body(Sourced):
    task: BodyTask
    form: BodyForm
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        """The official name in the reader's language, else in English."""
        return in_readers_language(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Sourced):
    term: StatusTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelter(Sourced):
    type: ShelterType
    #: How many the source counts.
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Sourced):
    """A plain value: the label of the identity number, the data protection law, the languages of the service."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Sourced):
    """What the law gives a person who does not agree with a decision about the status."""

    remedy: Remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule(Sourced):
    """Who has to sign a decision about the status; for a child these as well."""

    signatures: tuple[Capacity, ...]
    also_for_child: tuple[Capacity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRule(Sourced):
    """How long what the directory of services says is relied on."""

    confirm_after_months: int
    doubtful_after_months: int
    licence_ends_within_days: int

    def to_confirm_since(self, day: date) -> date:
        """What was last confirmed before this day is asked about again."""
        return add_months(day, -self.confirm_after_months)

    def doubtful_since(self, day: date) -> date:
        """What was last confirmed before this day is shown as doubtful."""
        return add_months(day, -self.doubtful_after_months)

    def licence_ends_by(self, day: date) -> date:
        """A licence that ends by this day is asked about."""
        return day + timedelta(days=self.licence_ends_within_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRule(Sourced):
    """How many hours after its time who is told of a task that is late, beside who has to do it."""

    supervisor: int
    coordinator: int

    def __post_init__(self) -> None:
        if not 0 < self.supervisor < self.coordinator:
            raise ValueError("supervisors are told of a late task first, after at least an hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders(Sourced):
    """How many hours before its end whoever has to act is reminded, once for each number: of time limits by their
    unit, of tasks, of appointments."""

    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    tasks: tuple[int, ...]
    appointments: tuple[int, ...]

    def of_limits(self, unit: ClockUnit) -> tuple[int, ...]:
        return {ClockUnit.HOURS: self.hours, ClockUnit.DAYS: self.days, ClockUnit.MONTHS: self.months}[unit]

    @property
    def longest_of_limits(self) -> int:
        return max((*self.hours, *self.days, *self.months), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region(Sourced):
    """A part of the country: an entity, a canton, a county. `part_of` is the code of the region above it."""

    code: str
    names: Mapping[str, str]
    part_of: str = ""
    #: The subdivision of the package `holidays` whose public holidays are kept here; empty: as in the region above.
    holidays: str = ""

    @property
    def name(self) -> str:
        return in_readers_language(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    country: Country
    languages: Fact
    id_number: Fact
    data_protection_law: Fact
    bodies: tuple[Body, ...]
    status_terms: Mapping[str, Term]
    clocks: Mapping[str, ClockRule]
    shelters: tuple[Shelter, ...]
    decision: DecisionRule
    review: Review
    reminders: Reminders
    escalation: EscalationRule
    directory: DirectoryRule
    regions: tuple[Region, ...] = ()

    @property
    def name(self) -> str:
        return str(self.country.label)

    @property
    def footnote(self) -> str:
        """What has to stand wherever the country's name does; empty for most."""
        return str(KOSOVO_FOOTNOTE) if self.country is Country.XK else ""

    def values(self) -> Iterator[Sourced]:
        """Everything the profile says, each with its source."""
        yield from (self.languages, self.id_number, self.data_protection_law, self.decision, self.review)
        yield self.reminders
        yield self.escalation
        yield self.directory
        yield from (*self.bodies, *self.shelters, *self.regions, *self.status_terms.values())
        for rule in self.clocks.values():
            yield from (rule, *rule.later)

    def clock(self, key: str, on: date | None = None) -> ClockRule | None:
        """The rule for a time limit that starts on this day, today unless said; None where the country has none."""
        rule = self.clocks.get(key)
        return rule.on(on or today()) if rule else None

    def limits(self, on: date | None = None) -> list[ClockRule]:
        """Every rule for time limits that start on this day, today unless said."""
        return [rule for rule in (first.on(on or today()) for first in self.clocks.values()) if rule]

    def status_term(self, status_code: str) -> str:
        """What the country calls a protection status, in the reader's language."""
        national = self.status_terms.get(status_code)
        return str(national.term.label if national else Status(status_code).label)

    def signatures(self, *, for_child: bool) -> tuple[Capacity, ...]:
        """In which capacities a decision about the status has to be signed."""
        return self.decision.signatures + (self.decision.also_for_child if for_child else ())

    def region(self, code: str) -> Region | None:
        return next((region for region in self.regions if region.code == code), None)

    def parts_of(self, code: str = "") -> tuple[Region, ...]:
        """The regions right under a region, or the uppermost."""
        return tuple(region for region in self.regions if region.part_of == code)

    def holidays_in(self, code: str) -> str:
        """The subdivision of the package `holidays` that a region keeps; empty for those of the whole country."""
        region = self.region(code)
        return (region.holidays or self.holidays_in(region.part_of)) if region else ""

    def body(self, task: BodyTask) -> Body | None:
        return next((body for body in self.bodies if body.task is task), None)

    @property
    def identifying_body(self) -> Body:
        return next(body for body in self.bodies if body.task is BodyTask.IDENTIFYING)


def current() -> Profile:
    """The profile of the country this instance serves."""
    return load(settings.NRM_COUNTRY)


@cache
def load(code: str) -> Profile:
    if code not in Country:
        raise ImproperlyConfigured(f"NRM_COUNTRY is {code!r}; it must be one of {', '.join(Country.values)}.")
    return parsed(code, read(code), read(EVERYWHERE))


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parsed(code: str, own: Mapping[str, Any], everywhere: Mapping[str, Any]) -> Profile:
    """A value that is missing, misspelt or of an unknown kind raises here, at the start, not in front of a user."""
    clocks = {**everywhere["clocks"], **own["clocks"]}
    return Profile(
        country=Country(code),
        languages=Fact(**own["languages"]),
        id_number=Fact(**own["id_number"]),
        data_protection_law=Fact(**own["data_protection_law"]),
        bodies=tuple(map(body, own["bodies"])),
        status_terms=MappingProxyType({status: term(given) for status, given in own["status_terms"].items()}),
        clocks=MappingProxyType({key: limit(key, code, given) for key, given in clocks.items()}),
        shelters=tuple(Shelter(**{**given, "type": ShelterType(given["type"])}) for given in own["shelters"]),
        decision=decision(own["decision"]),
        review=Review(**{**own["review"], "remedy": Remedy(own["review"]["remedy"])}),
        directory=DirectoryRule(**own.get("directory", everywhere["directory"])),
        escalation=EscalationRule(**{**everywhere["escalation"], **own.get("escalation", {})}),
        reminders=reminders({**everywhere["reminders"], **own.get("reminders", {})}),
        regions=tree(tuple(map(region, own["regions"]))),
    )


def body(given: Mapping[str, Any]) -> Body:
    read_only = MappingProxyType(dict(given["names"]))
    return Body(**{**given, "task": BodyTask(given["task"]), "form": BodyForm(given["form"]), "names": read_only})


def reminders(given: Mapping[str, Any]) -> Reminders:
    lists = {name: tuple(hours) for name, hours in given.items() if isinstance(hours, list)}
    if any(not isinstance(hour, int) or hour < 1 for hours in lists.values() for hour in hours):
        raise ValueError("reminders are whole hours before something ends")
    return Reminders(**{**given, **lists})


def decision(given: Mapping[str, Any]) -> DecisionRule:
    lists = {name: tuple(map(Capacity, given.get(name, ()))) for name in ("signatures", "also_for_child")}
    return DecisionRule(**{**given, **lists})


def region(given: Mapping[str, Any]) -> Region:
    return Region(**{**given, "names": MappingProxyType(dict(given["names"]))})


def tree(regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The same regions, once it is sure that each stands under one that was named before it, and once only."""
    known = {""}
    for one in regions:
        if one.code in known or one.part_of not in known:
            raise ValueError(f"region {one.code!r} comes twice, or before {one.part_of!r} that it is a part of")
        known.add(one.code)
    return regions


def term(given: Mapping[str, Any]) -> Term:
    return Term(**{**given, "term": StatusTerm(given["term"])})
