"""What the identifying body does: propose a decision, sign it, take it back. The last signature changes the status.

No decision of one person alone where the country asks for several, and never by whoever screened.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotYet
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions import take_status_step
from nrm.cases.models import Case
from nrm.cases.selectors import require, standing_in
from nrm.identification.models import CourtView, Decision, Signature
from nrm.identification.selectors import deciding
from nrm.vault.fields import opened, sealed
from workflows.decision import DecisionFlow, DecisionState


@lifecycle.act()
def propose_decision(
    case: Case,
    *,
    by: Actor,
    expected_version: int,
    outcome: str,
    basis: str,
    reasons: str,
    capacity: str,
    provision: str = "",
) -> Decision:
    """Propose and sign as the first. Where the country asks for one signature, the status changes with it.

    `expected_version` is that of the case whose file was read. Locks the case.
    """
    case = lifecycle.lock_case(case.pk)
    require(standing_in(by, case), Permission.DECIDE_STATUS)
    _require_proposal(case, by=by, expected_version=expected_version, outcome=outcome, reasons=reasons)
    decision = Decision(
        case=case,
        outcome=outcome,
        basis=basis,
        needs=[str(one) for one in deciding.signatures_needed(case)],
        proposed_by=by.user_id,
    )
    decision.reasons = sealed(case.person, decision, "reasons", reasons)
    decision.provision = sealed(case.person, decision, "provision", provision)
    decision = _signed(lifecycle.begin(DecisionFlow, decision, by=by), by=by, capacity=capacity)
    if decision.state == DecisionState.PROPOSED:
        return lifecycle.perform(DecisionFlow, decision, "ask_to_sign", by=by, expected_version=decision.version)
    return decision


def _require_proposal(case: Case, *, by: Actor, expected_version: int, outcome: str, reasons: str) -> None:
    if case.was_screened_by(by.user_id):
        raise NotYet(deciding.SCREENED_BY_READER)
    if deciding.is_proposed(case):
        raise MovedOn(deciding.PROPOSED_ALREADY)
    if case.version != expected_version:
        raise MovedOn
    if outcome not in deciding.outcomes_from_here(case):
        raise NotYet(deciding.NOT_FROM_THIS_STATUS)
    if not reasons.strip():
        raise NotYet(_("Give a reason."))


@lifecycle.act()
def sign_decision(decision: Decision, *, by: Actor, expected_version: int, capacity: str) -> Decision:
    """Sign a proposal in a capacity that is still open; the signer attests it. Locks the case, then the decision.

    A signature does not raise the version: colleagues who read the same proposal sign one after the other.
    """
    proposal = _locked(decision, by=by)
    if proposal.state != DecisionState.PROPOSED or proposal.version != expected_version:
        raise MovedOn
    if unmet := deciding.why_not_sign(proposal, by.user_id):
        raise NotYet(unmet)
    return _signed(proposal, by=by, capacity=capacity)


def _locked(decision: Decision, *, by: Actor) -> Decision:
    case = lifecycle.lock_case(decision.case_id)
    require(standing_in(by, case), Permission.DECIDE_STATUS)
    locked = Decision.objects.select_for_update(of=("self",)).get(pk=decision.pk)
    locked.case = case
    return locked


def _signed(proposal: Decision, *, by: Actor, capacity: str) -> Decision:
    """Add the signature; when it was the last, the decision takes effect in the same transaction."""
    if capacity not in deciding.open_capacities(proposal):
        raise MovedOn(deciding.SIGNED_IN_CAPACITY)
    lifecycle.add(
        Signature(decision=proposal, capacity=capacity, signed_by=by.user_id),
        by=by,
        permission=Permission.DECIDE_STATUS,
        code=Code.DECISION_SIGNED,
        data={"capacity": capacity},
    )
    return _in_effect(proposal, by=by) if proposal.has_every_signature() else proposal


def _in_effect(decision: Decision, *, by: Actor) -> Decision:
    case = decision.case
    if any(map(case.was_screened_by, decision.signatures.values_list("signed_by", flat=True))):
        raise NotYet(deciding.SIGNER_SCREENED)
    decision = lifecycle.perform(
        DecisionFlow, decision, "complete_signatures", by=by, expected_version=decision.version
    )
    take_status_step(
        case,
        decision.outcome,
        by=by,
        expected_version=case.version,
        reason=opened(case.person, decision, "reasons"),
        status_basis=decision.basis,
    )
    return lifecycle.perform(DecisionFlow, decision, "take_effect", by=by, expected_version=decision.version)


def take_back(decision: Decision, *, by: Actor, expected_version: int, reason: str) -> Decision:
    """The signatures stay in the history and count for nothing; another decision can be proposed."""
    return lifecycle.perform(
        DecisionFlow, decision, "take_back", by=by, expected_version=expected_version, reason=reason
    )


def take_decision_step(
    decision: Decision, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Decision:
    """The steps of a decision that people take on a page of their own; all others follow from signatures."""
    if transition != "take_back":
        raise NotYet
    return take_back(decision, by=by, expected_version=expected_version, reason=reason, **facts)


def record_court_view(
    case: Case, *, by: Actor, authority: str, opinion: str, dated_on: date, note: str = ""
) -> CourtView:
    """What a prosecutor or a court said. It stands beside the status and never changes it.

    The audit log says that something was recorded, not what: it has readers who do not see this.
    """
    view = CourtView(case=case, authority=authority, opinion=opinion, dated_on=dated_on, recorded_by=by.user_id)
    view.note = sealed(case.person, view, "note", note)
    return lifecycle.add(view, by=by, permission=Permission.RECORD_COURT_VIEW, code=Code.COURT_VIEW_RECORDED)
