"""A case that may be shared, and referrals of it in the states the tests start from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nrm.lib.clock import today

SUMMARY = "A woman who needs somebody to talk to, twice a week."


@pytest.fixture
def grounds() -> Any:
    """Why something is shared without consent, and what the person was told."""
    from nrm.referrals.actions import Grounds

    return Grounds(reason="She is in danger.", told="That the doctor is asked.", was_told=True)


@pytest.fixture
def consent(cast: Any, case: Any) -> Any:
    """The person agreed that Quiet Room may know identity and risk."""
    from nrm.cases.actions import record_consent

    return record_consent(
        case,
        by=cast.case_worker.actor,
        purpose="referral",
        given_how="signed",
        given_on=today(),
        recipient_id=cast.organisations.quiet_room.pk,
        categories=["identity", "risk"],
    )


@pytest.fixture
def draft(cast: Any, case: Any, consent: Any) -> Any:
    from nrm.referrals.actions import prepare_referral

    return prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="urgent",
        basis="consent",
        categories=["identity", "risk"],
        summary=SUMMARY,
    )


@pytest.fixture
def take() -> Callable[..., Any]:
    """Takes a step on the referral as it is now."""
    from nrm.referrals.actions import take_step
    from nrm.referrals.models import Referral

    def taken(referral: Any, transition: str, player: Any, **values: Any) -> Any:
        now = Referral.objects.get(pk=referral.pk)
        return take_step(now, transition, by=player.actor, expected_version=now.version, **values)

    return taken


@pytest.fixture
def sent(cast: Any, draft: Any, take: Any) -> Any:
    return take(draft, "send", cast.case_worker)


@pytest.fixture
def accepted(cast: Any, sent: Any, take: Any) -> Any:
    return take(sent, "accept", cast.clinician)


@pytest.fixture
def completed(cast: Any, accepted: Any, take: Any) -> Any:
    return take(accepted, "complete", cast.clinician, reason="Eight talks were held.", outcome="provided")


@pytest.fixture
def offer() -> Callable[..., Any]:
    """A service in the directory, written past its machine: `offer(organisation, service="legal", …)`."""
    from nrm.directory.models import Listing

    def offered(organisation: Any, **values: Any) -> Any:
        given = {"service": "mhpss", "sexes": ["woman"], "age_groups": ["adult"], "languages": ["sq"]}
        return Listing.objects.create(
            organisation=organisation, **{**given, "state": "listed", "confirmed_on": today(), **values}
        )

    return offered


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """How many queries an act takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            act()
        return len(captured)

    return counted
