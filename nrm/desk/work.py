"""My work: the tasks that wait for a reader and the time limits that end soon."""

from __future__ import annotations

from dataclasses import dataclass, field

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.cases.selectors import codes_with_work_for
from nrm.cases.selectors.clocks import EndingSoon, ending_soon
from nrm.lib.clock import now
from nrm.lib.paging import Cursor
from nrm.tasks.models import Task
from nrm.tasks.selectors import (
    Late,
    late_by_organisation,
    open_tasks_for,
    tasks_overdue,
    tasks_overdue_in_country,
    tasks_page,
)

#: How many late tasks the coordinator sees at once; the oldest matter most.
TASKS_SHOWN = 25


@dataclass(frozen=True, slots=True)
class MyWork:
    tasks: list[Task]
    after: Cursor | None
    overdue: int
    ending: EndingSoon
    #: For the coordinator: where in the country it waits, and what waits longest.
    late: list[Late] = field(default_factory=list)
    late_longest: list[Task] = field(default_factory=list)

    @property
    def most(self) -> int:
        """The length of the longest bar."""
        return max((line.count for line in self.late), default=1)


def my_work(actor: Actor, after: Cursor | None = None) -> MyWork:
    """The actor's tasks, soonest due first; for the coordinator also what is late anywhere in the country."""
    codes = codes_with_work_for(actor)
    page = tasks_page(open_tasks_for(actor, codes), after=after)
    if allows(actor, Permission.SEE_COUNTRY):
        late = late_by_organisation(codes, now())
        overdue = sum(line.count for line in late)
        longest = list(tasks_overdue_in_country(codes, now())[:TASKS_SHOWN])
        return MyWork(page.rows, page.after, overdue, ending_soon(actor), late, longest)
    return MyWork(page.rows, page.after, tasks_overdue(actor, codes, now()).count(), ending_soon(actor))
