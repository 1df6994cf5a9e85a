"""The identifying body of a test: as many members as its country wants to sign, and the way to a decision."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from nrm.access.roles import Role
from nrm.accounts.models import Membership, TotpDevice, User
from nrm.countries import profile
from nrm.identification.actions import decisions
from nrm.identification.models import Decision
from tests.conftest import PASSWORD, TOTP_SECRET, Player, hashed, player_of

REASONS = "Canary Maria told how she was locked in"


def members(cast: Any, number: int) -> list[Player]:
    """Members of the panel: the two of the cast, and as many more as are needed."""
    return [cast.officer, cast.second_officer, *(another_member(cast, each) for each in range(2, number))][:number]


def another_member(cast: Any, number: int) -> Player:
    email = f"member{number}@cast.example"
    found = Membership.objects.filter(user__email=email).select_related("user", "organisation").first()
    if found:
        return player_of(found)
    now = timezone.now()
    user = User.objects.create(
        email=email, display_name=f"Member {number}", password=hashed(PASSWORD), password_set_at=now
    )
    device = TotpDevice(user=user, name="phone", confirmed=True)
    device.set_secret(TOTP_SECRET)
    device.save()
    panel = cast.organisations.panel
    role = Role.IDENTIFYING_OFFICER
    return player_of(Membership.objects.create(user=user, organisation=panel, role=role, started_at=now))


def capacities(case: Any) -> list[str]:
    return [str(one) for one in profile.current().signatures(for_child=case.may_be_a_child())]


def propose(case: Any, by: Player, outcome: str = "identify", capacity: str = "", **more: Any) -> Decision:
    """Proposed on the case as it is now, in the first capacity of the country unless another is named."""
    case.refresh_from_db()
    facts = {"basis": "body_procedure", "reasons": REASONS, "expected_version": case.version, **more}
    return decisions.propose_decision(
        case, by=by.actor, outcome=outcome, capacity=capacity or capacities(case)[0], **facts
    )


def decide(case: Any, cast: Any, outcome: str = "identify", **more: Any) -> Any:
    """Proposed and signed by as many as the country asks for. The case as it is then."""
    needed = capacities(case)
    first, *others = members(cast, len(needed))
    decision = propose(case, first, outcome, **more)
    for member, capacity in zip(others, needed[1:], strict=True):
        decision = decisions.sign_decision(
            decision, by=member.actor, expected_version=decision.version, capacity=capacity
        )
    case.refresh_from_db()
    return case
