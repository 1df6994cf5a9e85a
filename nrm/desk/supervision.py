"""The supervisor's board: the cases that the organisation leads and its open tasks, by who is on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.cases.models import Case, Participation, TeamMember, TeamPart
from nrm.cases.selectors import cases_visible_to, codes_with_work_for
from nrm.cases.selectors.team import case_workers
from nrm.lib.clock import now
from nrm.lib.paging import Cursor, page_of
from nrm.tasks.kinds import Escalation
from nrm.tasks.models import Task
from nrm.tasks.selectors import open_tasks_for

#: In the address: the cases and tasks that are nobody's.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Share:
    """What one colleague, or nobody, is responsible for and on."""

    key: str
    name: str
    cases: int = 0
    tasks: int = 0
    late: int = 0
    put_off: int = 0
    #: Of how many late tasks others were told.
    escalated: int = 0

    @property
    def has_work(self) -> bool:
        return bool(self.cases or self.tasks)


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

    @property
    def may_hand_over(self) -> bool:
        return self.chosen is not None and self.chosen.key != NOBODY and self.chosen.has_work and len(self.shares) > 1


def board_of(actor: Actor, who: str = "", after: Cursor | None = None) -> Board:
    """What is nobody's first. The number of queries does not depend on how much there is."""
    require_supervisor(actor)
    cases = _led_by(actor)
    shares = _shares(actor, cases)
    chosen = next((share for share in shares if share.key == who), shares[0] if shares else None)
    if chosen is None:
        return Board([], None, [], None)
    theirs = cases.filter(responsible=None if chosen.key == NOBODY else UUID(chosen.key))
    page = page_of(_with_late_tasks(theirs, actor), "changed_at", after=after)
    return Board(shares, chosen, [Line(case, getattr(case, "late", 0)) for case in page.rows], page.after)


def require_supervisor(actor: Actor) -> None:
    if not actor.is_supervisor or actor.role is not Role.CASE_WORKER:
        raise NotPermitted


def _led_by(actor: Actor) -> QuerySet[Any, Any]:
    """Open cases, each with who is responsible."""
    leads = Participation.objects.open().filter(
        case=OuterRef("pk"), relation=Relation.LEADS, user=None, organisation=actor.organisation_id
    )
    responsible = TeamMember.objects.working().filter(case=OuterRef("pk"), part=TeamPart.RESPONSIBLE)
    seen = cases_visible_to(actor).filter(Exists(leads)).exclude(stage="closed")
    return seen.annotate(responsible=Subquery(responsible.values("user")[:1]))


def _with_late_tasks(cases: QuerySet[Any, Any], actor: Actor) -> QuerySet[Any, Any]:
    late = (
        Task.objects.open()
        .filter(case_code=OuterRef("code"), organisation=actor.organisation_id, due_at__lt=now())
        .order_by()
        .values("case_code")
        .annotate(count=Count("pk"))
        .values("count")
    )
    counted: QuerySet[Any, Any] = cases.annotate(late=Coalesce(Subquery(late, output_field=IntegerField()), 0))
    return counted


def _shares(actor: Actor, cases: QuerySet[Any, Any]) -> list[Share]:
    """Everybody who works on cases, with or without any; what is nobody's, where there is such. Four queries."""
    by_case = dict(
        cases.order_by().values("responsible").annotate(count=Count("pk")).values_list("responsible", "count")
    )
    by_task = {row.pop("claimed_by"): row for row in _tasks_by_colleague(actor)}
    names = dict(case_workers(actor.organisation_id).values_list("pk", "display_name"))
    people = [
        Share(str(pk), name, by_case.get(pk, 0), **by_task.get(pk, {}))
        for pk, name in sorted(names.items(), key=lambda pair: (pair[1], str(pair[0])))
    ]
    nobodys = Share(NOBODY, "", by_case.get(None, 0), **by_task.get(None, {}))
    return [*([nobodys] if nobodys.has_work else []), *people]


def _tasks_by_colleague(actor: Actor) -> list[dict[str, Any]]:
    tasks, at = open_tasks_for(actor, codes_with_work_for(actor)), now()
    counted = {
        "tasks": Count("pk"),
        "late": Count("pk", filter=Q(due_at__lt=at)),
        "put_off": Count("pk", filter=Q(snoozed_until__gt=at)),
        "escalated": Count("pk", filter=Q(escalation__gt=Escalation.NOBODY)),
    }
    return list(tasks.order_by().values("claimed_by").annotate(**counted).values("claimed_by", *counted))


def to_hand_over(actor: Actor, colleague: UUID) -> tuple[Share, list[tuple[UUID, str]]]:
    """What a colleague works on, and who else could. `NotVisible` for who does not work on cases here."""
    require_supervisor(actor)
    shares = _shares(actor, _led_by(actor))
    chosen = next((share for share in shares if share.key == str(colleague)), None)
    if chosen is None:
        raise NotVisible
    others = [(UUID(share.key), share.name) for share in shares if share.key not in {NOBODY, chosen.key}]
    return chosen, others


class HandOverWorkForm(forms.Form):
    to = forms.TypedMultipleChoiceField(
        label=_("Who takes it over"),
        coerce=UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Several share it in turn. With nobody chosen it waits in the queue, and you decide who takes it."),
    )

    def __init__(self, *args: Any, colleagues: list[tuple[UUID, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].choices = [(str(pk), name) for pk, name in colleagues]  # type: ignore[attr-defined]
