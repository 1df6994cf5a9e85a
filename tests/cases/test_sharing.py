"""What an accepted referral opens: what it shares, while consent or a legal basis covers it, not a moment longer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from nrm.access.permissions import Permission
from nrm.cases.actions import record_consent, take_basis_step, take_consent_step
from nrm.cases.models import Case, Consent
from nrm.cases.selectors import standing_in
from nrm.referrals.actions import Grounds, prepare_referral, take_step


def consent(case: Case, cast: Any, *categories: str) -> Consent:
    return record_consent(
        case,
        by=cast.case_worker.actor,
        purpose="referral",
        recipient_id=cast.organisations.quiet_room.pk,
        categories=categories,
        given_how="signed",
        given_on=timezone.localdate(),
    )


def accepted(case: Case, cast: Any, *categories: str, basis: str = "consent") -> Any:
    referral = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="routine",
        basis=basis,
        categories=categories,
        grounds=Grounds("A judge asked.", "That a judge asked.", was_told=True),
        summary="Support for one person.",
    )
    referral = take_step(referral, "send", by=cast.case_worker.actor, expected_version=referral.version)
    return take_step(referral, "accept", by=cast.clinician.actor, expected_version=referral.version)


def may_reveal(case: Case, cast: Any) -> bool:
    return standing_in(cast.clinician.actor, case).may(Permission.REVEAL_IDENTITY)


def test_consent_and_referral_together_open_the_identity(case: Case, cast: Any) -> None:
    consent(case, cast, "identity", "account")
    accepted(case, cast, "identity")
    assert may_reveal(case, cast)
    assert not standing_in(cast.clinician.actor, case).may(Permission.SEE_SCREENING)


def test_consent_alone_opens_no_more_than_the_sender_marked(case: Case, cast: Any) -> None:
    consent(case, cast, "identity", "risk")
    accepted(case, cast, "risk")
    assert not may_reveal(case, cast)


def test_z8_withdrawal_closes_it_at_once(case: Case, cast: Any) -> None:
    given = consent(case, cast, "identity")
    accepted(case, cast, "identity")
    take_consent_step(given, "withdraw", by=cast.case_worker.actor, expected_version=1, reason="She changed her mind.")
    assert not may_reveal(case, cast)


@pytest.mark.parametrize("basis", ["vital_interest", "child_protection", "court_order"])
def test_a_legal_basis_opens_what_the_referral_shares(case: Case, cast: Any, basis: str) -> None:
    accepted(case, cast, "identity", basis=basis)
    assert may_reveal(case, cast)


@pytest.mark.parametrize("basis", ["vital_interest", "child_protection", "court_order"])
def test_its_end_closes_it_at_once(case: Case, cast: Any, basis: str) -> None:
    referral = accepted(case, cast, "identity", basis=basis)
    take_basis_step(
        referral.legal_basis, "end", by=cast.case_worker.actor, expected_version=2, reason="The order was lifted."
    )
    assert not may_reveal(case, cast)


def test_a_legal_basis_past_its_end_opens_nothing_even_before_the_clock_looked(case: Case, cast: Any) -> None:
    referral = accepted(case, cast, "identity", basis="court_order")
    yesterday = timezone.localdate() - timedelta(days=1)
    type(referral.legal_basis).objects.filter(pk=referral.legal_basis_id).update(ends_on=yesterday)
    assert not may_reveal(case, cast)


def test_risk_and_needs_are_shared_like_the_rest(case: Case, cast: Any) -> None:
    given = consent(case, cast, "identity", "risk")
    accepted(case, cast, "identity", "risk")
    assert standing_in(cast.clinician.actor, case).may(Permission.SEE_RISK)
    take_consent_step(given, "withdraw", by=cast.case_worker.actor, expected_version=1, reason="She changed her mind.")
    assert not standing_in(cast.clinician.actor, case).may(Permission.SEE_RISK)


def test_completion_ends_it(case: Case, cast: Any) -> None:
    consent(case, cast, "identity")
    referral = accepted(case, cast, "identity")
    by = cast.clinician.actor
    take_step(referral, "complete", by=by, expected_version=referral.version, reason="Done.", outcome="provided")
    assert not may_reveal(case, cast)


def test_a_stranger_is_not_helped_by_another_organisations_referral(case: Case, cast: Any) -> None:
    consent(case, cast, "identity")
    accepted(case, cast, "identity")
    assert not standing_in(cast.stranger.actor, case).may(Permission.SEE_CASE)
