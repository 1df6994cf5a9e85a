"""What follows when somebody stops working in an organisation. The rooms above say what (`when_somebody_leaves`)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from nrm.access.actor import Actor
from nrm.access.roles import Role
from nrm.accounts.models import Membership


@dataclass(frozen=True, slots=True)
class Leaver:
    """One role of one person in one organisation, that has ended."""

    user_id: UUID
    organisation_id: UUID
    role: Role
    #: Works there in another role still.
    stays: bool


Act = Callable[[Leaver, Actor], None]
_acts: list[Act] = []


def when_somebody_leaves(act: Act) -> None:
    """Done in the transaction in which the role ends or the account is closed, so that nothing is nobody's for a
    moment. Called once, when the service starts."""
    _acts.append(act)


def locked_roles(user_id: UUID) -> list[Membership]:
    """What somebody does where, locked before anything of theirs is handed back."""
    return list(Membership.objects.select_for_update().filter(user=user_id, ended_at=None).order_by("pk"))


def hand_back(memberships: Collection[Membership], *, by: Actor) -> None:
    """Each is over already, or its account is closed. The caller holds them locked, and audits."""
    for one in memberships:
        others = Membership.objects.filter(
            user=one.user_id, organisation=one.organisation_id, ended_at=None, user__is_active=True
        )
        leaver = Leaver(one.user_id, one.organisation_id, one.as_role, stays=others.exists())
        for act in _acts:
            act(leaver, by)
