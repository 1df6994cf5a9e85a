"""What waits for the identifying body, and the file a decision is made on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing, relations_that_grant
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.accounts import selectors as accounts
from nrm.cases.lifecycle import place_of_reason
from nrm.cases.models import Case
from nrm.cases.selectors import cases_visible_to, require, standing_in
from nrm.cases.selectors.clocks import OF_A_CASE, limits_of
from nrm.countries import profile
from nrm.countries.profile import Body
from nrm.countries.terms import ClockName
from nrm.identification.models import Decision
from nrm.identification.selectors import deciding
from nrm.identification.selectors.results import READING, result_of
from nrm.identification.selectors.status import Signed, signatures_of, status_block, status_links, status_term
from nrm.lib import paging
from nrm.lib.paging import Cursor, next_url
from nrm.tasks import selectors as tasks
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Clock, Task, TaskQuerySet
from nrm.vault.fields import opened, opened_at

#: What the identifying body is asked to do; a signature stands for the decision it belongs to.
TO_DECIDE = (TaskKind.DECIDE_STATUS, TaskKind.REVIEW_STATUS)


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit that runs."""

    label: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case before the identifying body: its time limits, and how far its decision is signed."""

    task: Task
    case: Case
    url: str
    term: str
    clocks: list[Limit]
    signed: int = 0
    needed: int = 0
    #: Whether it waits for the reader's own signature.
    is_mine: bool = False

    @property
    def what_to_do(self) -> str | Promise:
        return TaskKind.SIGN_DECISION.label if self.is_mine else self.task.what_to_do


@dataclass(frozen=True, slots=True)
class Docket:
    body: Body
    #: What waits for the reader's own signature, then everything else.
    to_sign: list[Waiting]
    rows: list[Waiting]
    next_url: str

    @property
    def shown(self) -> int:
        return len(self.to_sign) + len(self.rows)


def identifying_body() -> Body:
    return profile.current().identifying_body


def page_of(case: Case) -> str:
    return reverse("identification:decision", args=[case.code])


def require_decider(actor: Actor) -> None:
    """Only roles that decide about the status have a docket."""
    if not relations_that_grant(actor.role, Permission.DECIDE_STATUS):
        raise NotPermitted


def docket_of(actor: Actor, *, after: str = "") -> Docket:
    """What waits for the actor's body, the soonest due first, one page. The queries do not grow with the cases."""
    require_decider(actor)
    cases = cases_visible_to(actor, Permission.DECIDE_STATUS)
    waiting = _one_a_case(tasks.open_tasks_for(actor, cases.values("code")))
    mine = Decision.objects.to_be_signed_by(actor.user_id).filter(case__in=cases)
    codes = list(mine.order_by("proposed_at", "id").values_list("case__code", flat=True)[: paging.PAGE])
    to_sign = [] if after else list(waiting.filter(case_code__in=codes))
    page = tasks.tasks_page(waiting.exclude(case_code__in=codes), after=Cursor.read(after))
    waits = [*to_sign, *page.rows]
    named = cases.filter(code__in=[task.case_code for task in waits])
    rows = _rows(waits, {case.code: case for case in named}, set(codes))
    return Docket(
        body=identifying_body(),
        to_sign=[row for row in rows if row.is_mine],
        rows=[row for row in rows if not row.is_mine],
        next_url=next_url(page.after),
    )


def _one_a_case(open_tasks: TaskQuerySet) -> TaskQuerySet:
    """A signature is a row of its own only where nothing else of the case waits."""
    beside = Task.objects.open().filter(
        case_code=OuterRef("case_code"), organisation=OuterRef("organisation"), kind__in=TO_DECIDE
    )
    docket = open_tasks.filter(kind__in=(*TO_DECIDE, TaskKind.SIGN_DECISION))
    return docket.exclude(Exists(beside), kind=TaskKind.SIGN_DECISION)


def _rows(waiting: list[Task], cases: dict[str, Case], mine: set[str]) -> list[Waiting]:
    limits: dict[str, list[Limit]] = {}
    for clock in filter(_is_for_the_body, tasks.clocks_of_cases(cases).filter(subject__startswith=OF_A_CASE)):
        limits.setdefault(clock.case_code, []).append(Limit(str(ClockName(clock.key).label), clock.due_at))
    proposed = Decision.objects.proposed().filter(case__in=cases.values()).prefetch_related("signatures")
    decisions = {decision.case_id: decision for decision in proposed}
    return [
        _row(task, cases[task.case_code], limits, decisions, is_mine=task.case_code in mine)
        for task in waiting
        if task.case_code in cases
    ]


def _is_for_the_body(clock: Clock) -> bool:
    """Limits of the status and of a child's protection; what the case workers have to keep is not before the body."""
    return not clock.rule.get("started_by", "").startswith("case.")


def _row(
    task: Task, case: Case, limits: dict[str, list[Limit]], decisions: dict[UUID, Decision], *, is_mine: bool
) -> Waiting:
    decision = decisions.get(case.pk)
    return Waiting(
        task=task,
        case=case,
        url=page_of(case),
        term=status_term(case.status),
        clocks=limits.get(case.code, []),
        signed=len(decision.signatures.all()) if decision else 0,
        needed=len(decision.needs) if decision else 0,
        is_mine=is_mine,
    )


# The file


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed decision as its signers read it."""

    decision: Decision
    reasons: str
    provision: str
    proposed_by: str
    signatures: list[Signed]
    missing: list[str]
    #: Why the reader does not sign it; empty when they can.
    unmet: str | Promise
    reason_taken_back: str = ""

    @property
    def is_last(self) -> bool:
        """Whether the next signature puts it into effect."""
        return len(self.missing) == 1

    @property
    def total(self) -> int:
        return len(self.decision.needs)

    @property
    def moved_on(self) -> bool:
        return self.unmet in (deciding.STATUS_MOVED_ON, deciding.AGE_MOVED_ON)


def decision_for(actor: Actor, pk: UUID) -> tuple[Decision, Standing]:
    """A decision on a case that the actor decides about."""
    decisions = Decision.objects.select_related("case__person").prefetch_related("signatures")
    decision = decisions.filter(pk=pk).first()
    if decision is None:
        raise NotVisible
    standing = standing_in(actor, decision.case)
    require(standing, Permission.DECIDE_STATUS)
    return decision, standing


def proposal_of(decision: Decision, actor: Actor) -> Proposal:
    """A decision with its sealed texts opened, for a reader whose permission was checked."""
    return _proposal(decision, _names([decision]), deciding.why_not_sign(decision, actor.user_id))


def _names(decisions: Iterable[Decision]) -> dict[UUID, str]:
    people = {one.signed_by for decision in decisions for one in decision.signatures.all()}
    return accounts.names_of(people | {decision.proposed_by for decision in decisions})


def _proposal(decision: Decision, names: dict[UUID, str], unmet: str | Promise, reason: str = "") -> Proposal:
    return Proposal(
        decision=decision,
        reasons=opened(decision.case.person, decision, "reasons"),
        provision=opened(decision.case.person, decision, "provision"),
        proposed_by=names.get(decision.proposed_by, ""),
        signatures=signatures_of(decision, names),
        missing=[str(capacity.label) for capacity in deciding.open_capacities(decision)],
        unmet=unmet,
        reason_taken_back=reason,
    )


def proposals_taken_back(case: Case) -> list[Proposal]:
    """Newest first, each with the reason why it was taken back."""
    decisions = list(case.decisions.taken_back().prefetch_related("signatures"))
    if not decisions:
        return []
    rows = Decision.history.filter(case=case.pk, transition="decision.take_back")
    reasons = {
        row.id: opened_at(case.person, place_of_reason(row.instance, row.version), row.history_change_reason)
        for row in rows
    }
    names = _names(decisions)
    return [_proposal(decision, names, "", reasons.get(decision.pk, "")) for decision in decisions]


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment of a child's best interests, opened."""

    step: str
    finding: str
    childs_view: str
    reasons: str
    at: datetime


def child_block(case: Case, standing: Standing) -> dict[str, Any] | None:
    """What protects the child, for who decides; None for adults and where it is not shared. Two queries."""
    if not case.may_be_a_child() or not standing.may(Permission.SEE_CHILD):
        return None
    assessments = [
        Assessed(
            one.get_step_display(),
            one.get_finding_display(),
            opened(case.person, one, "childs_view"),
            opened(case.person, one, "reasons"),
            one.assessed_at,
        )
        for one in case.best_interest_assessments.all()
    ]
    return {"guardians": list(case.guardians.all()), "assessments": assessments}


def decision_file(case: Case, standing: Standing) -> dict[str, Any]:
    """What the identifying body sees of a case, with a constant number of queries."""
    screenings = case.screenings.completed().select_related("indicator_set").prefetch_related(*READING)
    proposed = case.decisions.proposed().prefetch_related("signatures").first()
    return {
        "case": case,
        "body": identifying_body(),
        "status": status_block(case, standing),
        "links": [link for link in status_links(case, standing) if link.name != "decision"],
        "proposal": proposal_of(proposed, standing.actor) if proposed else None,
        "taken_back": proposals_taken_back(case),
        "results": [result_of(screening) for screening in screenings],
        "child": child_block(case, standing),
        "limits": limits_of(case, standing),
        "may_see_risk_level": standing.may(Permission.SEE_RISK_LEVEL),
    }
