"""The protection status as people read it: its national name, its history, the steps from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.accounts import selectors as accounts
from nrm.audit.codes import Outcome
from nrm.audit.models import Event
from nrm.cases.lifecycle import place_of_reason
from nrm.cases.models import Case
from nrm.cases.steps import StepLink, step_links
from nrm.countries import profile
from nrm.countries.terms import Capacity
from nrm.identification.models import CourtView, Decision
from nrm.identification.selectors import deciding
from nrm.vault.fields import opened, opened_at
from workflows.decision import DecisionFlow
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


def status_term(status: str) -> str:
    """What the country calls the status, in the reader's language."""
    return profile.current().status_term(status)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a decision, in which capacity, when. The name is empty for readers who may not read the reasons."""

    capacity: str | Promise
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
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
    provision: str
    signatures: list[Signed]


def status_history(case: Case, *, with_reasons: bool) -> list[Change]:
    """Every change of the status, newest first. Six queries whatever the number of changes.

    Reasons can tell of what happened to the person, so they are opened only for who may read the screenings.
    """
    authorities = _authorities(case)
    decisions = list(case.decisions.in_effect().prefetch_related("signatures"))
    signers = {one.signed_by for decision in decisions for one in decision.signatures.all()} if with_reasons else set()
    names = accounts.names_of(signers) if signers else {}
    changes = []
    before = ""
    for row in case.history.order_by("history_id"):
        if row.status != before or row.transition.startswith(f"{StatusFlow.machine}."):
            decision = _decision_behind(row, decisions)
            authority = authorities.get(row.version, "")
            changes.append(_change(case, row, authority, decision, names, with_reasons=with_reasons))
        before = row.status
    return changes[::-1]


def _decision_behind(row: Any, decisions: list[Decision]) -> Decision | None:
    """The decision that this row carries out: the newest with this outcome whose last signature is not later."""
    before = [
        decision
        for decision in decisions
        if row.transition == f"{StatusFlow.machine}.{decision.outcome}"
        and all(one.signed_at <= row.history_date for one in decision.signatures.all())
    ]
    return max(before, key=lambda decision: decision.proposed_at, default=None)


def _change(
    case: Case, row: Any, authority: str, decision: Decision | None, names: dict[UUID, str], *, with_reasons: bool
) -> Change:
    sealed = row.history_change_reason if with_reasons else None
    machine, _dot, name = row.transition.partition(".")
    edges = (edge for edge in StatusFlow.edges() if machine == StatusFlow.machine and edge.name == name)
    edge = next(edges, None)
    return Change(
        status=row.status,
        label=Status(row.status).label,
        term=status_term(row.status),
        step=edge.label if edge else StatusFlow.beginning.label,
        authority=authority,
        at=row.history_date,
        basis=LegalBasis(row.status_basis).label if edge and "status_basis" in edge.writes and row.status_basis else "",
        effect=EFFECTS[row.status],
        reason=opened_at(case.person, place_of_reason(case, row.version), sealed) if sealed else "",
        provision=opened(case.person, decision, "provision") if decision and with_reasons else "",
        signatures=signatures_of(decision, names) if decision else [],
    )


def signatures_of(decision: Decision, names: dict[UUID, str]) -> list[Signed]:
    """In the order they were given."""
    return [
        Signed(Capacity(one.capacity).label, names.get(one.signed_by, ""), one.signed_at)
        for one in decision.signatures.all()
    ]


def _authorities(case: Case) -> dict[int, str]:
    """Version of the case -> organisation that brought it about, as the audit recorded it."""
    steps = {"case.begin", *(edge.code for edge in StatusFlow.edges())}
    acts = Event.objects.filter(action__in=steps, case_code=case.code, outcome=Outcome.DONE)
    by_version: dict[int, UUID] = {
        act.data.get("version", 1): act.organisation_id for act in acts if act.organisation_id
    }
    names = dict(accounts.organisations().filter(pk__in=by_version.values()).values_list("pk", "name"))
    return {version: names[pk] for version, pk in by_version.items() if pk in names}


@dataclass(frozen=True, slots=True)
class SaidByCourt:
    """What a prosecutor or a court said, its note opened."""

    view: CourtView
    note: str


def court_block(case: Case, standing: Standing) -> dict[str, Any] | None:
    """What prosecution and courts said, or None where it is not shared."""
    if not standing.may(Permission.SEE_COURT_VIEW):
        return None
    said = [SaidByCourt(view, opened(case.person, view, "note")) for view in case.court_views.all()]
    may_record = standing.may(Permission.RECORD_COURT_VIEW)
    return {"said": said, "url": reverse("identification:record_court_view", args=[case.code]) if may_record else ""}


def status_block(case: Case, standing: Standing) -> dict[str, Any] | None:
    """The status as the case page shows it, or None where it is not shared."""
    if not standing.may(Permission.SEE_STATUS):
        return None
    return {
        "code": case.status,
        "label": Status(case.status).label,
        "term": status_term(case.status),
        "effect": EFFECTS[case.status],
        "history": status_history(case, with_reasons=standing.may(Permission.SEE_DECISION)),
        "court": court_block(case, standing),
    }


def status_links(case: Case, standing: Standing) -> list[StepLink]:
    """The steps of the status from here. What the body decides is no step of one person: the machine has it for when
    the last signature is there, a page has the proposal instead."""
    links = step_links(StatusFlow, case, standing, "identification:status_step", case.code, besides=deciding.SIGNED_FOR)
    return [*_decision_link(case, standing), *links]


def _decision_link(case: Case, standing: Standing) -> list[StepLink]:
    """To the proposal that waits, or to a new one; none where nothing can be decided."""
    if not standing.may(Permission.DECIDE_STATUS):
        return []
    if deciding.is_proposed(case):
        return [
            StepLink("decision", _("Read the proposed decision"), reverse("identification:decision", args=[case.code]))
        ]
    if not deciding.outcomes_from_here(case):
        return []
    unmet = deciding.SCREENED_BY_READER if case.was_screened_by(standing.user_id) else ""
    url = reverse("identification:propose_decision", args=[case.code])
    return [StepLink("propose", DecisionFlow.beginning.label, url, unmet)]
