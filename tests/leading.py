"""The lead of a case goes to another organisation."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from nrm.cases import actions as cases
from nrm.cases.models import Case, Transfer

SUMMARY = "She moves to the coast in spring."
#: What a new lead comes to see.
WHOLE_FILE = ("identity", "account", "risk")


def shared_by_court_order(case: Case, cast: Any, organisation: Any, *, by: Any = None) -> Any:
    return cases.record_basis(
        case,
        by=(by or cast.case_worker).actor,
        basis="court_order",
        categories=list(WHOLE_FILE),
        recipient_id=organisation.pk,
        reason="The court moved the case.",
        told="She was told at the hearing.",
        was_told=True,
    )


def agree_to_lead(case: Case, cast: Any, organisation: Any, *, by: Any = None) -> Any:
    """The person agrees that this organisation reads the whole file; a court orders it for a child."""
    if case.may_be_a_child():
        return shared_by_court_order(case, cast, organisation, by=by)
    return cases.record_consent(
        case,
        by=(by or cast.case_worker).actor,
        purpose="referral",
        recipient_id=organisation.pk,
        categories=list(WHOLE_FILE),
        given_how="signed",
        given_on=timezone.localdate(),
    )


def offered(case: Case, cast: Any, to: Any, *, by: Any = None) -> Transfer:
    """With the person's consent."""
    by = by or cast.case_worker
    agree_to_lead(case, cast, to.membership.organisation, by=by)
    return cases.offer_lead(case, by=by.actor, receiver_id=to.actor.organisation_id, summary=SUMMARY)


def answered(transfer: Transfer, transition: str, *, by: Any, reason: str = "") -> Transfer:
    return cases.answer_offer(transfer, transition, by=by.actor, expected_version=transfer.version, reason=reason)


def handed_over(case: Case, cast: Any, to: Any, *, by: Any = None) -> Transfer:
    return answered(offered(case, cast, to, by=by), "accept", by=to)
