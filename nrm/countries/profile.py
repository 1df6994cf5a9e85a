"""What is particular to a country: bodies, words, time limits. Read from one TOML file each, never written in code.

`checked` means that a source was seen for the value. Where it is false the value is general knowledge or our own
default, and the interface has to say so to the administrator.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from django.utils.translation import get_language

from nrm.countries.terms import (
    KOSOVO_FOOTNOTE,
    BodyForm,
    BodyTask,
    Capacity,
    ClockName,
    ClockUnit,
    Country,
    DayKind,
    ShelterType,
    StatusTerm,
)
from nrm.languages.transliterate import to_latin
from nrm.lib.days import add_months, add_working_days
from workflows.status import Status

FOLDER = Path(__file__).parent
#: Our own time limits, the same everywhere until a country sets one.
EVERYWHERE = "everywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """Where a value comes from. Keys of sources are listed in docs/domain.md."""

    source: str
    checked: bool


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Sourced):
    """A plain value: the label of the identity number, the data protection law, the languages of the service."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule(Sourced):
    """Who has to sign a decision about the status; for a child these as well."""

    signatures: tuple[Capacity, ...]
    also_for_child: tuple[Capacity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Region(Sourced):
    """A part of the country: an entity, a canton, a county. `part_of` is the code of the region above it."""

    code: str
    names: Mapping[str, str]
    part_of: str = ""

    @property
    def name(self) -> str:
        return in_readers_language(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule(Sourced):
    """A time limit. `lengths` has more than one entry for a limit that comes again (follow-up after 3, 6, 12 months).

    A started clock keeps the rule it was started under, so a changed file changes no running limit.
    """

    key: str
    lengths: tuple[int, ...]
    unit: ClockUnit
    day_kind: DayKind
    #: The acts that start it and those that end it before its time: codes of transitions or of audit events.
    starts_on: tuple[str, ...]
    stops_on: tuple[str, ...] = ()
    #: Whether every record of its kind (every referral) has one, instead of the case.
    for_each_record: bool = False
    floor: int | None = None
    longest: int | None = None
    valid_from: str = ""

    @property
    def length(self) -> int:
        return self.lengths[0]

    @property
    def label(self) -> str:
        return str(ClockName(self.key).label)

    def due_at(self, started: datetime, *, round_: int = 0) -> datetime:
        """When the limit runs out. Hours count from the moment; days and months end with their last day, local time."""
        length = self.lengths[round_]
        if self.unit == ClockUnit.HOURS:
            return started + timedelta(hours=length)
        first = timezone.localdate(started, timezone.get_default_timezone())
        if self.unit == ClockUnit.MONTHS:
            last = add_months(first, length)
        elif self.day_kind == DayKind.WORKING:
            last = add_working_days(first, length)
        else:
            last = first + timedelta(days=length)
        return datetime.combine(last, time(23, 59, 59), timezone.get_default_timezone())


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
    regions: tuple[Region, ...] = ()

    @property
    def name(self) -> str:
        return str(self.country.label)

    @property
    def footnote(self) -> str:
        """What has to stand wherever the country's name does; empty for most."""
        return str(KOSOVO_FOOTNOTE) if self.country is Country.XK else ""

    def clock(self, key: str) -> ClockRule | None:
        """The rule of a time limit, or None where the country has none."""
        return self.clocks.get(key)

    def status_term(self, status_code: str) -> str:
        """What the country calls a protection status, in the reader's language."""
        national = self.status_terms.get(status_code)
        return str(national.term.label if national else Status(status_code).label)

    def signatures(self, *, for_child: bool) -> tuple[Capacity, ...]:
        """In which capacities a decision about the status has to be signed."""
        return self.decision.signatures + (self.decision.also_for_child if for_child else ())

    def region(self, code: str) -> Region | None:
        return next((region for region in self.regions if region.code == code), None)

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
        clocks=MappingProxyType({key: clock(key, given) for key, given in clocks.items()}),
        shelters=tuple(Shelter(**{**given, "type": ShelterType(given["type"])}) for given in own["shelters"]),
        decision=decision(own["decision"]),
        regions=tuple(map(region, own.get("regions", ()))),
    )


def body(given: Mapping[str, Any]) -> Body:
    read_only = MappingProxyType(dict(given["names"]))
    return Body(**{**given, "task": BodyTask(given["task"]), "form": BodyForm(given["form"]), "names": read_only})


def decision(given: Mapping[str, Any]) -> DecisionRule:
    lists = {name: tuple(map(Capacity, given.get(name, ()))) for name in ("signatures", "also_for_child")}
    return DecisionRule(**{**given, **lists})


def region(given: Mapping[str, Any]) -> Region:
    return Region(**{**given, "names": MappingProxyType(dict(given["names"]))})


def term(given: Mapping[str, Any]) -> Term:
    return Term(**{**given, "term": StatusTerm(given["term"])})


def clock(key: str, given: Mapping[str, Any]) -> ClockRule:
    kinds = {"unit": ClockUnit(given["unit"]), "day_kind": DayKind(given.get("day_kind", "calendar"))}
    lists = {name: tuple(given.get(name, ())) for name in ("lengths", "starts_on", "stops_on")}
    return ClockRule(key=ClockName(key).value, **{**given, **kinds, **lists})
