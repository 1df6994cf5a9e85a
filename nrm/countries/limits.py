"""Time limits as a country's profile sets them, and when they run out.

A started clock keeps the rule it was started under (`ClockRule.kept`, `ClockRule.from_kept`), so no change of a profile
changes a limit that runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any, Self

from django.utils import timezone
from django.utils.translation import ngettext

from nrm.countries.public_holidays import is_holiday
from nrm.countries.sources import Sourced, require_known
from nrm.countries.terms import ClockName, ClockUnit, DayKind
from nrm.lib.days import add_months, add_working_days

#: No state may grant a shorter recovery and reflection period, in calendar days (CETS 197 Art. 13(1)).
SHORTEST_REFLECTION = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule(Sourced):
    """A time limit. `lengths` has more than one entry for a limit that comes again (follow-up after 3, 6, 12 months),
    each counted from the start."""

    key: str
    country: str
    lengths: tuple[int, ...]
    unit: ClockUnit
    day_kind: DayKind
    #: The acts that start it and those that end it before its time: codes of transitions or of audit events.
    starts_on: tuple[str, ...]
    stops_on: tuple[str, ...] = ()
    #: Whether every record of its kind (every referral) has one, instead of the case.
    for_each_record: bool = False
    #: For which records it counts: those of which these columns say this. Empty is all.
    only_for: Mapping[str, str] = field(default_factory=dict, hash=False)
    #: No shorter and no longer than this, in the same unit.
    floor: int | None = None
    longest: int | None = None
    #: What replaces the rule for limits that start from its `valid_from` on; the earliest first.
    later: tuple[ClockRule, ...] = ()

    def __post_init__(self) -> None:
        """Sources are looked up where profiles are read: a clock keeps its rule also when a source was renamed."""

    @property
    def length(self) -> int:
        return self.lengths[0]

    @property
    def label(self) -> str:
        return str(ClockName(self.key).label)

    def counts_for(self, record: Any) -> bool:
        return all(getattr(record, column, None) == value for column, value in self.only_for.items())

    def on(self, day: date) -> ClockRule | None:
        """The rule for a limit that starts on this day; None before there was one."""
        valid = [rule for rule in (self, *self.later) if first_day(rule.valid_from) <= day]
        return valid[-1] if valid else None

    def due_at(self, started: datetime, *, round_: int = 0, subdivision: str = "") -> datetime:
        """When the limit runs out. Hours count from the moment; days and months end with their last day, local time.
        `subdivision` is the part of the country whose public holidays are kept."""
        return self._after(started, self.lengths[round_], subdivision)

    def latest(self, started: datetime, *, subdivision: str = "") -> datetime | None:
        """How far it can be extended; None where nothing is set."""
        return None if self.longest is None else self._after(started, self.longest, subdivision)

    def _after(self, started: datetime, length: int, subdivision: str) -> datetime:
        if self.unit == ClockUnit.HOURS:
            return started.astimezone(UTC) + timedelta(hours=length)
        first = timezone.localdate(started, timezone.get_default_timezone())
        if self.unit == ClockUnit.MONTHS:
            return end_of(add_months(first, length))
        if self.day_kind == DayKind.WORKING:
            return end_of_working_day(started, length, country=self.country, subdivision=subdivision)
        return end_of(first + timedelta(days=length))

    def in_words(self, *, since: str, round_: int = 0) -> str:
        """ "30 calendar days, from 5/3/2026"."""
        count = self.lengths[round_]
        if self.unit == ClockUnit.HOURS:
            sentence = ngettext("%(count)s hour, from %(day)s", "%(count)s hours, from %(day)s", count)
        elif self.unit == ClockUnit.MONTHS:
            sentence = ngettext("%(count)s month, from %(day)s", "%(count)s months, from %(day)s", count)
        elif self.day_kind == DayKind.WORKING:
            sentence = ngettext("%(count)s working day, from %(day)s", "%(count)s working days, from %(day)s", count)
        else:
            sentence = ngettext("%(count)s calendar day, from %(day)s", "%(count)s calendar days, from %(day)s", count)
        return sentence % {"count": count, "day": since}

    def kept(self, *, started_by: str, subdivision: str = "", region: str = "", round_: int = 0) -> dict[str, Any]:
        """What a started clock keeps, as JSON: the whole rule, the act that started it and whose holidays it counts."""
        rule = {
            column.name: getattr(self, column.name) for column in fields(self) if column.name not in {"key", "later"}
        }
        lists = {name: list(rule[name]) for name in LISTS}
        words = {"unit": str(self.unit), "day_kind": str(self.day_kind)}
        circumstances = {"started_by": started_by, "subdivision": subdivision, "region": region, "round": round_}
        return {**rule, **lists, **words, **circumstances}

    @classmethod
    def from_kept(cls, key: str, kept: Mapping[str, Any]) -> Self:
        """The rule as a clock keeps it. Clocks that were started before rules were kept whole know their length."""
        names = {column.name for column in fields(cls)} - {"key", "later"}
        given = {"country": "", "starts_on": (), "lengths": (kept.get("length"),), **kept}
        return cls(key=key, **_typed({name: value for name, value in given.items() if name in names}))


#: What is a list in TOML and JSON and a tuple here.
LISTS = ("lengths", "starts_on", "stops_on")


def limit(key: str, country: str, given: Mapping[str, Any]) -> ClockRule:
    """One `[clocks.<key>]` of a profile with its `later`, each of which says only what it changes."""
    said = {name: value for name, value in given.items() if name != "later"}
    rules = [_sound(ClockRule(key=ClockName(key).value, country=country, **_typed(said)))]
    for changes in given.get("later", ()):
        said = {**{name: value for name, value in said.items() if name not in {"source", "checked"}}, **changes}
        rules.append(_sound(ClockRule(key=rules[0].key, country=country, **_typed(said))))
    days = [first_day(rule.valid_from) for rule in rules]
    if days != sorted(set(days)):
        raise ValueError(f"{key}: every later rule needs a valid_from after the one before it")
    return replace(rules[0], later=tuple(rules[1:]))


def _typed(given: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {"unit": ClockUnit(given["unit"]), "day_kind": DayKind(given.get("day_kind", "calendar"))}
    return {**given, **kinds, **{name: tuple(given.get(name, ())) for name in LISTS}}


def _sound(rule: ClockRule) -> ClockRule:
    """Refuses a rule that gives a person less than it may."""
    require_known(rule.sources)
    if rule.key == ClockName.REFLECTION:
        in_days = (rule.unit, rule.day_kind) == (ClockUnit.DAYS, DayKind.CALENDAR)
        if not in_days or rule.floor is None or rule.floor < SHORTEST_REFLECTION:
            raise ValueError(f"{rule.key} counts calendar days and has a floor of {SHORTEST_REFLECTION} or more")
    if min(rule.lengths) < (rule.floor or 1):
        raise ValueError(f"{rule.key} is shorter than {rule.floor or 1}")
    if rule.longest is not None and max(rule.lengths) > rule.longest:
        raise ValueError(f"{rule.key} is longer than {rule.longest}")
    return rule


def first_day(valid_from: str) -> date:
    """The first day of a year, a month or a day in ISO 8601; what says nothing was always valid."""
    return date.fromisoformat(f"{valid_from}-01-01"[:10]) if valid_from else date.min


def end_of_working_day(started: datetime, count: int, *, country: str, subdivision: str = "") -> datetime:
    """The end of the `count`-th working day after the day on which something started, local time."""
    first = timezone.localdate(started, timezone.get_default_timezone())
    return end_of(add_working_days(first, count, partial(is_holiday, country, subdivision)))


def end_of(day: date) -> datetime:
    """The last second of a day on the wall calendar of the country."""
    return datetime.combine(day, time(23, 59, 59), timezone.get_default_timezone())
