"""Reading tasks and clocks: what waits for whom, in the order it falls due."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Min, Q, QuerySet, TextChoices, Value, When
from django.db.models.expressions import RawSQL
from django.utils.translation import pgettext_lazy

from nrm.access.actor import Actor
from nrm.lib import clock
from nrm.lib.paging import Cursor, Page, page_of
from nrm.tasks.models import FALLS_DUE, Clock, ClockQuerySet, Task, TaskQuerySet


@dataclass(frozen=True, slots=True)
class Late:
    """How much is late in one organisation."""

    organisation: str
    count: int
    oldest: datetime


#: Puts off a time beyond `NO_LIMIT`: what is put off stands after what has no time limit, soonest back first.
AFTER_EVERYTHING = timedelta(days=365 * 7300)

#: The codes of the cases that a reader sees. Cases lie above this room, so whoever asks for tasks brings them along.
Codes = QuerySet[Any, Any] | Collection[str]


def _in_cases(codes: Codes) -> Q:
    """In one of these cases, or in none. A list is one parameter: thousands of them would take longer to read than the
    tasks do."""
    if isinstance(codes, QuerySet):
        return Q(case_code="") | Q(case_code__in=codes)
    listed = RawSQL("SELECT unnest(%s::text[])", ([*codes],))
    return Q(case_code="") | Q(case_code__in=listed)


def open_tasks_for(actor: Actor, codes: Codes) -> TaskQuerySet:
    """Open tasks of the actor's organisation that are for everybody there or for the actor's role, in the cases that
    the actor sees or in none."""
    return (
        Task.objects.open()
        .filter(Q(role="") | Q(role=actor.role), organisation_id=actor.organisation_id)
        .filter(_in_cases(codes))
        .select_related("organisation", "claimed_by")
        .annotate(falls_due=FALLS_DUE)
        .order_by("falls_due", "id")
    )


def kinds_waiting(subject: str) -> set[str]:
    """Of what kinds the open tasks about this record are."""
    return set(Task.objects.open().filter(subject=subject).values_list("kind", flat=True))


class Whose(TextChoices):
    """Which of the organisation's tasks somebody looks at."""

    ALL = "all", pgettext_lazy("tasks", "All")
    MINE = "mine", pgettext_lazy("tasks", "Mine")
    NOBODYS = "nobodys", pgettext_lazy("tasks", "Nobody’s yet")


@dataclass(frozen=True, slots=True)
class Counts:
    """Of all open tasks that somebody may do, put off or not."""

    all: int
    mine: int
    nobodys: int
    late: int

    def of(self, whose: Whose) -> int:
        return int(getattr(self, whose.value))


def counts_of(tasks: TaskQuerySet, actor: Actor, now: datetime) -> Counts:
    """One query."""
    wanted = {
        "all": Count("id"),
        "mine": Count("id", filter=Q(claimed_by=actor.user_id)),
        "nobodys": Count("id", filter=Q(claimed_by=None)),
        "late": Count("id", filter=Q(due_at__lt=now)),
    }
    return Counts(**tasks.order_by().aggregate(**wanted))


def tasks_page(
    tasks: TaskQuerySet,
    *,
    whose: Whose = Whose.ALL,
    by: Actor | None = None,
    after: Cursor | None = None,
) -> Page[Task]:
    """A page of `open_tasks_for`, soonest due first, what is put off after everything else by when it comes back."""
    if whose is Whose.MINE and by is not None:
        tasks = tasks.filter(claimed_by=by.user_id)
    elif whose is Whose.NOBODYS:
        tasks = tasks.filter(claimed_by=None)
    put_off = When(snoozed_until__gt=clock.now(), then=F("snoozed_until") + Value(AFTER_EVERYTHING))
    return page_of(tasks.annotate(stands=Case(put_off, default=FALLS_DUE)), "stands", after=after)


def tasks_overdue(actor: Actor, codes: Codes, now: datetime) -> TaskQuerySet:
    return open_tasks_for(actor, codes).filter(due_at__lt=now)


def tasks_of_case(case_code: str) -> list[Task]:
    """All open tasks of a case, for a page that has checked who asks."""
    tasks = Task.objects.open().filter(case_code=case_code).select_related("organisation", "claimed_by")
    return list(tasks.annotate(falls_due=FALLS_DUE).order_by("falls_due", "id"))


def tasks_overdue_in_country(codes: Codes, now: datetime) -> TaskQuerySet:
    """Every organisation's, for the coordinator: which step is late where."""
    return (
        Task.objects.open()
        .filter(_in_cases(codes), due_at__lt=now)
        .select_related("organisation", "claimed_by")
        .order_by("due_at", "id")
    )


def late_by_organisation(codes: Codes, now: datetime) -> list[Late]:
    """How many tasks are late in each organisation and since when, most first."""
    late = Task.objects.open().filter(_in_cases(codes), due_at__lt=now)
    by_name = late.values("organisation__name")
    rows = by_name.annotate(count=Count("id"), oldest=Min("due_at")).order_by("-count", "organisation__name")
    return [Late(row["organisation__name"], row["count"], row["oldest"]) for row in rows]


def clocks_of_case(case_code: str) -> list[Clock]:
    """The time limits that run, soonest first."""
    return list(Clock.objects.running().filter(case_code=case_code).order_by("due_at", "id"))


def unstopped_clocks_of_case(case_code: str) -> list[Clock]:
    """The time limits that run and those that ran out, soonest first."""
    return list(Clock.objects.filter(case_code=case_code, stopped_at=None).order_by("due_at", "id"))


def clocks_of_cases(case_codes: Iterable[str]) -> ClockQuerySet:
    return Clock.objects.running().filter(case_code__in=list(case_codes)).order_by("due_at", "id")


def clocks_due(at: datetime) -> list[Clock]:
    """The running time limits whose time has come, longest first. Nothing is locked."""
    return list(Clock.objects.running().filter(due_at__lte=at).order_by("due_at", "id"))


def clocks_ending(case_codes: QuerySet[Any, Any], *, until: datetime) -> ClockQuerySet:
    """The running time limits of these cases that are due until then, soonest first."""
    return Clock.objects.running().filter(case_code__in=case_codes, due_at__lte=until).order_by("due_at", "id")


def clock_of_case(pk: UUID, case_code: str) -> Clock | None:
    return Clock.objects.filter(pk=pk, case_code=case_code).first()


def another_runs(clock: Clock) -> bool:
    """Whether the same time limit of the same record runs once more, in its next round or since it began anew."""
    return Clock.objects.running().filter(key=clock.key, subject=clock.subject).exclude(pk=clock.pk).exists()
