"""The supervisor's board: the cases that the organisation leads by who is responsible, and what is late in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from nrm.access.actor import Actor
from nrm.access.refusals import NotPermitted
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.selectors import names_of
from nrm.cases.models import Case, Participation, TeamMember, TeamPart
from nrm.cases.selectors import cases_visible_to
from nrm.lib.clock import now
from nrm.lib.paging import Cursor, page_of
from nrm.tasks.models import Task

#: In the address: the cases that nobody is responsible for.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Share:
    """What one colleague, or nobody, is responsible for."""

    key: str
    name: str
    cases: int
    late: int


@dataclass(frozen=True, slots=True)
class Line:
    case: Case
    late: int


@dataclass(frozen=True, slots=True)
class Board:
    shares: list[Share]
    #: Whose cases are listed below.
    chosen: Share | None
    lines: list[Line]
    after: Cursor | None


def board_of(actor: Actor, who: str = "", after: Cursor | None = None) -> Board:
    """Those without anybody first. Four queries whatever the number of cases."""
    if not actor.is_supervisor or actor.role is not Role.CASE_WORKER:
        raise NotPermitted
    cases = _led_by(actor)
    shares = _shares(cases)
    chosen = next((share for share in shares if share.key == who), shares[0] if shares else None)
    if chosen is None:
        return Board([], None, [], None)
    theirs = cases.filter(responsible=None if chosen.key == NOBODY else UUID(chosen.key))
    page = page_of(theirs, "changed_at", after=after)
    return Board(shares, chosen, [Line(case, getattr(case, "late", 0)) for case in page.rows], page.after)


def _led_by(actor: Actor) -> QuerySet[Any, Any]:
    """Open cases, longest unchanged first, each with who is responsible and how much of the organisation's is late."""
    leads = Participation.objects.open().filter(
        case=OuterRef("pk"), relation=Relation.LEADS, user=None, organisation=actor.organisation_id
    )
    responsible = TeamMember.objects.working().filter(case=OuterRef("pk"), part=TeamPart.RESPONSIBLE)
    late = (
        Task.objects.open()
        .filter(case_code=OuterRef("code"), organisation=actor.organisation_id, due_at__lt=now())
        .order_by()
        .values("case_code")
        .annotate(count=Count("pk"))
        .values("count")
    )
    seen = cases_visible_to(actor).filter(Exists(leads)).exclude(stage="closed")
    return seen.annotate(
        responsible=Subquery(responsible.values("user")[:1]),
        late=Coalesce(Subquery(late, output_field=IntegerField()), 0),
    )


def _shares(cases: QuerySet[Any, Any]) -> list[Share]:
    counted = cases.order_by().values("responsible").annotate(cases=Count("pk"), all_late=Sum("late"))
    rows = list(counted.values_list("responsible", "cases", "all_late"))
    names = names_of({who for who, _cases, _late in rows if who})
    shares = [
        Share(str(who) if who else NOBODY, names.get(who, "") if who else "", count, late) for who, count, late in rows
    ]
    return sorted(shares, key=lambda share: (share.key != NOBODY, share.name, share.key))
