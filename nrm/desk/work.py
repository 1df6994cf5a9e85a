"""My work: the tasks that wait for a reader, what is late first, and the time limits that end soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.cases.selectors import codes_with_work_for
from nrm.cases.selectors.clocks import EndingSoon, ending_soon
from nrm.lib.clock import now
from nrm.lib.paging import Cursor
from nrm.tasks.models import Task
from nrm.tasks.selectors import (
    Counts,
    Late,
    Whose,
    counts_of,
    late_by_organisation,
    open_tasks_for,
    tasks_overdue_in_country,
    tasks_page,
)

#: How many late tasks the coordinator sees at once; the oldest matter most.
TASKS_SHOWN = 25
WEEK = timedelta(days=7)


class When(TextChoices):
    """The groups in which the list is read, in its order."""

    LATE = "late", _("Late")
    TODAY = "today", _("Today")
    THIS_WEEK = "this_week", _("In the next 7 days")
    LATER = "later", _("Later, or without a time limit")
    PUT_OFF = "put_off", _("Put off")


@dataclass(frozen=True, slots=True)
class Group:
    when: When
    tasks: list[Task]

    @property
    def name(self) -> str | Promise:
        return self.when.label


@dataclass(frozen=True, slots=True)
class Tab:
    name: str | Promise
    url: str
    count: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class MyWork:
    tasks: list[Task]
    after: Cursor | None
    whose: Whose
    counts: Counts
    overdue: int
    at: datetime
    ending: EndingSoon
    #: For the coordinator: where in the country it waits, and what waits longest.
    late: list[Late] = field(default_factory=list)
    late_longest: list[Task] = field(default_factory=list)

    @property
    def most(self) -> int:
        """The length of the longest bar."""
        return max((line.count for line in self.late), default=1)

    @property
    def groups(self) -> list[Group]:
        return grouped(self.tasks, self.at)

    @property
    def tabs(self) -> list[Tab]:
        return [
            Tab(
                whose.label,
                "?" if whose is Whose.ALL else f"?whose={whose.value}",
                self.counts.of(whose),
                whose is self.whose,
            )
            for whose in Whose
        ]


def my_work(actor: Actor, whose: str = "", after: Cursor | None = None) -> MyWork:
    """The actor's tasks, soonest due first; for the coordinator also what is late anywhere in the country."""
    at = now()
    chosen = Whose(whose) if whose in Whose.values else Whose.ALL
    codes = codes_with_work_for(actor)
    tasks = open_tasks_for(actor, codes)
    counts = counts_of(tasks, actor, at)
    page = tasks_page(tasks, whose=chosen, by=actor, after=after)
    ours = page.rows, page.after, chosen, counts
    if not allows(actor, Permission.SEE_COUNTRY):
        return MyWork(*ours, counts.late, at, ending_soon(actor))
    late = late_by_organisation(codes, at)
    longest = list(tasks_overdue_in_country(codes, at)[:TASKS_SHOWN])
    return MyWork(*ours, sum(line.count for line in late), at, ending_soon(actor), late, longest)


def grouped(tasks: Iterable[Task], at: datetime) -> list[Group]:
    """What stands together in the list, in its order."""
    return [Group(when, list(found)) for when, found in groupby(tasks, lambda task: when_of(task, at))]


def when_of(task: Task, at: datetime) -> When:
    """On the country's wall calendar."""
    if task.snoozed_until is not None and task.snoozed_until > at:
        return When.PUT_OFF
    if task.due_at is None:
        return When.LATER
    if task.due_at < at:
        return When.LATE
    zone = timezone.get_default_timezone()
    days = timezone.localdate(task.due_at, zone) - timezone.localdate(at, zone)
    return When.TODAY if not days else When.THIS_WEEK if days < WEEK else When.LATER
