"""What can be decided about a status, and whose signature is missing. Reads only; `decisions` writes."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.audit.codes import Code
from nrm.cases.models import Case
from nrm.countries import profile
from nrm.countries.terms import Capacity
from nrm.identification.models import Decision, Outcome
from workflows.decision import DecisionFlow
from workflows.status import StatusFlow

#: Steps of the status that are the body's to decide: proposed and signed, never one click.
SIGNED_FOR = frozenset(Outcome.values)
SCREENED_BY_READER = DecisionFlow.decider_did_not_screen.sentence
PROPOSED_ALREADY = _("A decision is proposed already. Read it first.")
NOT_FROM_THIS_STATUS = _("This cannot be decided from the present status.")
STATUS_MOVED_ON = _("The status has changed since the decision was proposed. Take the proposal back.")
AGE_MOVED_ON = _(
    "The age was recorded since the decision was proposed, and it needs other signatures now. Take the proposal back."
)
SIGNED_BY_READER = _("You have signed this decision. The other signatures are for your colleagues.")
SIGNED_IN_CAPACITY = _("A colleague has signed in this capacity meanwhile.")
SIGNER_SCREENED = _("Somebody who signed recorded a screening in this case. Take the proposal back.")


def outcomes_from_here(case: Case) -> list[Outcome]:
    """What can be decided from the present status. A decision is upheld only where a review was asked for."""
    steps = {edge.name for edge in StatusFlow.edges() if edge.source == case.status}
    possible = [outcome for outcome in Outcome if outcome in steps]
    if Outcome.UPHOLD in possible and not review_is_asked(case):
        possible.remove(Outcome.UPHOLD)
    return possible


def is_proposed(case: Case) -> bool:
    return bool(case.decisions.proposed().exists())


def review_is_asked(case: Case) -> bool:
    """Whether the newest step of the status asked for a review."""
    steps = case.history.filter(transition__startswith=f"{StatusFlow.machine}.").order_by("-history_id")
    newest: str | None = steps.values_list("transition", flat=True).first()
    return newest == f"{StatusFlow.machine}.request_review"


def signatures_needed(case: Case) -> tuple[Capacity, ...]:
    """In which capacities the country has a decision on this case signed."""
    return profile.current().signatures(for_child=case.may_be_a_child())


def open_capacities(decision: Decision) -> list[Capacity]:
    """In which capacities it still has to be signed, in the order of the profile."""
    given = {signature.capacity for signature in decision.signatures.all()}
    return [Capacity(capacity) for capacity in decision.needs if capacity not in given]


def moved_on(decision: Decision) -> str | Promise:
    """What happened since the proposal that the reasons and the signatures do not know of, in a sentence: the status
    changed, even if it came back to what it was, or an age was recorded that needs more signatures. One query."""
    status = Q(transition__startswith=f"{StatusFlow.machine}.") & ~Q(source_state=F("status"))
    age = Q(transition=Code.AGE_RECORDED)
    rows = decision.case.history.filter(status | age, history_date__gt=decision.proposed_at)
    acts = set(rows.values_list("transition", flat=True))
    if acts - {Code.AGE_RECORDED}:
        return STATUS_MOVED_ON
    waits_for_all = set(signatures_needed(decision.case)) <= set(decision.needs)
    return AGE_MOVED_ON if acts and not waits_for_all else ""


def why_not_sign(decision: Decision, user_id: UUID) -> str | Promise:
    """What keeps this person from signing, in a sentence; empty when nothing does."""
    if decision.was_screened_by(user_id):
        return SCREENED_BY_READER
    if any(signature.signed_by == user_id for signature in decision.signatures.all()):
        return SIGNED_BY_READER
    return moved_on(decision)
