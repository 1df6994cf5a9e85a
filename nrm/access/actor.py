"""Who acts: one user in one membership, as plain identifiers."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from nrm.access.roles import Role

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Actor:
    """A user acting in one membership, after the second factor was verified."""

    user_id: UUID
    membership_id: UUID
    organisation_id: UUID
    role: Role
    #: Sees every case that the organisation leads, whoever is in its team.
    is_supervisor: bool = False

    @property
    def is_the_service(self) -> bool:
        return self.role is Role.CLOCK


#: The actor of what time limits set going; it never signs in.
THE_SERVICE = Actor(user_id=NOBODY, membership_id=NOBODY, organisation_id=NOBODY, role=Role.CLOCK)
