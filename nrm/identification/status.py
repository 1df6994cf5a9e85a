"""The protection status as people read it: its national name, its history, the steps from here, the docket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing, relations_that_grant
from nrm.access.refusals import NotPermitted
from nrm.accounts import selectors as accounts
from nrm.audit.codes import Outcome
from nrm.audit.models import Event
from nrm.cases.lifecycle import place_of_reason
from nrm.cases.models import Case
from nrm.cases.selectors import cases_visible_to
from nrm.cases.steps import StepLink, step_links
from nrm.countries import profile
from nrm.countries.terms import ClockName
from nrm.lib.paging import Cursor, next_url
from nrm.tasks import selectors as tasks
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task
from nrm.vault.sealing import unseal_text
from workflows.status import LegalBasis, Status, StatusFlow

#: What a status means for the person, in every country of the region.
EFFECTS: dict[str, Promise] = {
    Status.POTENTIAL: _("Immediate protection and information come first."),
    Status.PRESUMED: _("Protection, services and the recovery and reflection period begin."),
    Status.IDENTIFIED: _("The person has the rights of formal identification."),
    Status.NOT_IDENTIFIED: _("The person keeps access to services."),
    Status.DECLINED: _("The person keeps access to services."),
    Status.WITHDRAWN: _("The rights that follow from the status end. Help is not tied to it."),
}
#: What the identifying body is asked to do.
DOCKET_KINDS = (TaskKind.DECIDE_STATUS, TaskKind.REVIEW_STATUS)


def status_term(status: str) -> str:
    """What the country calls the status, in the reader's language."""
    return profile.current().status_term(status)


@dataclass(frozen=True, slots=True)
class Decision:
    """One entry of the history: a status (our word, the country's) by an authority, when, why, to what effect."""

    status: str
    label: str | Promise
    term: str
    step: str | Promise
    authority: str
    at: datetime
    basis: str | Promise
    effect: str | Promise
    reason: str


def status_history(case: Case, *, with_reasons: bool) -> list[Decision]:
    """Every change of the status, newest first. Three queries whatever the number of changes.

    Reasons can tell of what happened to the person, so they are opened only for who may read the screenings.
    """
    authorities = _authorities(case)
    decisions = []
    before = ""
    for row in case.history.order_by("history_id"):
        if row.status != before or row.transition.startswith(f"{StatusFlow.machine}."):
            decisions.append(_decision(case, row, authorities.get(row.version, ""), with_reasons=with_reasons))
        before = row.status
    return decisions[::-1]


def _decision(case: Case, row: Any, authority: str, *, with_reasons: bool) -> Decision:
    sealed = row.history_change_reason if with_reasons else None
    machine, _dot, name = row.transition.partition(".")
    edges = (edge for edge in StatusFlow.edges() if machine == StatusFlow.machine and edge.name == name)
    edge = next(edges, None)
    return Decision(
        status=row.status,
        label=Status(row.status).label,
        term=status_term(row.status),
        step=edge.label if edge else StatusFlow.beginning.label,
        authority=authority,
        at=row.history_date,
        basis=LegalBasis(row.status_basis).label if edge and "status_basis" in edge.writes and row.status_basis else "",
        effect=EFFECTS[row.status],
        reason=unseal_text(case.person, place_of_reason(case, row.version), sealed) if sealed else "",
    )


def _authorities(case: Case) -> dict[int, str]:
    """Version of the case -> organisation that brought it about, as the audit recorded it."""
    steps = {"case.begin", *(edge.code for edge in StatusFlow.edges())}
    acts = Event.objects.filter(action__in=steps, case_code=case.code, outcome=Outcome.DONE)
    by_version: dict[int, UUID] = {
        act.data.get("version", 1): act.organisation_id for act in acts if act.organisation_id
    }
    names = dict(accounts.organisations().filter(pk__in=by_version.values()).values_list("pk", "name"))
    return {version: names[pk] for version, pk in by_version.items() if pk in names}


def status_block(case: Case, standing: Standing) -> dict[str, Any] | None:
    """The status as the case page shows it, or None where it is not shared."""
    if not standing.may(Permission.SEE_STATUS):
        return None
    return {
        "code": case.status,
        "label": Status(case.status).label,
        "term": status_term(case.status),
        "effect": EFFECTS[case.status],
        "history": status_history(case, with_reasons=standing.may(Permission.SEE_SCREENING)),
    }


def status_links(case: Case, standing: Standing) -> list[StepLink]:
    return step_links(StatusFlow, case, standing, "identification:status_step", case.code)


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit that runs."""

    label: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case before the identifying body, and its time limits."""

    task: Task
    case: Case
    url: str
    clocks: list[Limit]


@dataclass(frozen=True, slots=True)
class Docket:
    rows: list[Waiting]
    next_url: str


def require_decider(actor: Actor) -> None:
    """Only roles that decide about the status have a docket."""
    if not relations_that_grant(actor.role, Permission.DECIDE_STATUS):
        raise NotPermitted


def docket_of(actor: Actor, *, after: str = "") -> Docket:
    """What waits for the actor's body, the soonest due first, one page. Three queries whatever the number of cases."""
    require_decider(actor)
    waiting = tasks.open_tasks_for(actor).filter(kind__in=DOCKET_KINDS)
    page = tasks.tasks_page(waiting, after=Cursor.read(after))
    codes = [task.case_code for task in page.rows]
    cases = {case.code: case for case in cases_visible_to(actor).filter(code__in=codes)}
    limits: dict[str, list[Limit]] = {}
    for clock in tasks.clocks_of_cases(codes):
        limits.setdefault(clock.case_code, []).append(Limit(str(ClockName(clock.key).label), clock.due_at))
    rows = [
        Waiting(
            task,
            cases[task.case_code],
            reverse("identification:decision", args=[task.case_code]),
            limits.get(task.case_code, []),
        )
        for task in page.rows
        if task.case_code in cases
    ]
    return Docket(rows, next_url(page.after))
