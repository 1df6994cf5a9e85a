"""A case whose person agreed to support, and a service that Quiet Room gives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from nrm.accounts.models import Membership, User
from nrm.cases.actions import record_consent
from nrm.lib.clock import now, today
from nrm.support import actions
from tests.conftest import player_of

SECRET = "CANARY-heard-the-same-song-every-night"


@pytest.fixture
def consented(case: Any, cast: Any) -> Any:
    record_consent(case, by=cast.case_worker.actor, purpose="service", given_how="signed", given_on=today())
    return case


@pytest.fixture
def planned(consented: Any, cast: Any) -> Any:
    return actions.plan_service(
        consented,
        by=cast.case_worker.actor,
        provider_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        goal=SECRET,
    )


@pytest.fixture
def running(planned: Any, cast: Any) -> Any:
    return actions.take_step(planned, "start", by=cast.clinician.actor, expected_version=planned.version)


@pytest.fixture
def appointment(running: Any, cast: Any) -> Any:
    return actions.add_appointment(running, by=cast.clinician.actor, starts_at=now() + timedelta(days=2), minutes=50)


@pytest.fixture
def join(cast: Any) -> Any:
    """Another person with a role in one of the organisations of the cast."""

    def joined(organisation: Any, role: Any) -> Any:
        user = User.objects.create(email=f"{role}.more@cast.example", display_name="Zoran Sorb")
        membership = Membership.objects.create(user=user, organisation=organisation, role=role, started_at=now())
        return player_of(membership)

    return joined


@pytest.fixture
def second_clinician(cast: Any, join: Any) -> Any:
    return join(cast.organisations.quiet_room, "clinician")


@pytest.fixture
def shelter_in(case: Any, cast: Any) -> Any:
    """House of Lindens shelters the person."""
    from nrm.cases.models import Participation

    Participation.objects.create(
        case=case,
        organisation=cast.organisations.house_of_lindens,
        relation="shelters",
        because="test",
        opened_by=cast.shelter_worker.actor.user_id,
    )
    return cast.shelter_worker
