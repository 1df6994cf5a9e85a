"""What a transition sets going, in sentences: on the page before somebody takes it, and in the printed mechanism."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import singledispatch

from django.db import models
from django.utils.translation import gettext as _

from nrm.access.relations import Relation
from nrm.cases.effects import time_limits
from nrm.countries.profile import Profile
from nrm.countries.terms import ClockName
from nrm.tasks.kinds import TaskKind
from workflows.effects import (
    CloseTasks,
    Effect,
    Grant,
    Notify,
    OpenTask,
    Party,
    PassTasks,
    Revoke,
    StartClock,
    StopClock,
)


def sentences(effects: Iterable[Effect]) -> list[str]:
    """One sentence an effect, in the reader's language, in the order declared."""
    return [sentence(effect) for effect in effects]


def time_limits_in_words(
    code: str, countries: Collection[Profile] = (), record: models.Model | None = None
) -> list[str]:
    """What starts and ends with an act. Of several countries, those are named that have the limit and others do not."""
    found = []
    for effect in time_limits(code, countries, record):
        having = [one.name for one in countries if effect in time_limits(code, [one])]
        everywhere = len(having) == len(countries)
        found.append(sentence(effect) if everywhere else _in_some_countries(effect, having))
    return found


def _in_some_countries(effect: StartClock | StopClock, countries: Collection[str]) -> str:
    named = {"clock": ClockName(effect.key).label, "countries": ", ".join(countries)}
    if isinstance(effect, StartClock):
        return _("Time limit starts: %(clock)s (%(countries)s)") % named
    return _("Time limit ends: %(clock)s (%(countries)s)") % named


@singledispatch
def sentence(effect: Effect) -> str:
    raise TypeError(f"unknown effect {effect!r}")


@sentence.register
def _grant(effect: Grant) -> str:
    named = {"party": Party(effect.to).label, "relation": Relation(effect.relation).label}
    return _("Sees its part of the case: %(party)s (%(relation)s)") % named


@sentence.register
def _revoke(effect: Revoke) -> str:
    named = {"party": Party(effect.of).label, "relation": Relation(effect.relation).label}
    return _("No longer sees the case: %(party)s (%(relation)s)") % named


@sentence.register
def _open_task(effect: OpenTask) -> str:
    named = {"party": Party(effect.to).label, "task": TaskKind(effect.kind).label}
    return _("New task for: %(party)s (%(task)s)") % named


@sentence.register
def _close_tasks(effect: CloseTasks) -> str:
    kinds = ", ".join(str(TaskKind(kind).label) for kind in effect.kinds)
    return _("Done: %(tasks)s") % {"tasks": kinds}


@sentence.register
def _pass_tasks(effect: PassTasks) -> str:
    named = {"party": Party(effect.of).label, "other": Party(effect.to).label}
    return _("Open tasks go from %(party)s to %(other)s") % named


@sentence.register
def _start_clock(effect: StartClock) -> str:
    return _("Time limit starts: %(clock)s") % {"clock": ClockName(effect.key).label}


@sentence.register
def _stop_clock(effect: StopClock) -> str:
    return _("Time limit ends: %(clock)s") % {"clock": ClockName(effect.key).label}


@sentence.register
def _notify(effect: Notify) -> str:
    return _("Gets a notice: %(party)s") % {"party": Party(effect.to).label}
