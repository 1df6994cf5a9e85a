"""Who the person is: written and opened."""

from __future__ import annotations

from django.db import transaction

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted
from nrm.cases import lifecycle
from nrm.cases.models import Case
from nrm.cases.selectors import require, standing_in
from nrm.vault import actions as vault
from nrm.vault.identity import Identity
from nrm.vault.reasons import RevealReason


@transaction.atomic
def write_identity(case: Case, identity: Identity, *, by: Actor, expected_version: int) -> None:
    """Seal the identity anew. `expected_version` is the version of the identity, not of the case. Locks the case."""
    locked = lifecycle.lock_case(case.pk)
    require(standing_in(by, locked), Permission.WRITE_IDENTITY)
    vault.write_identity(locked.person, identity, by=by, case_code=locked.code, expected_version=expected_version)


def reveal_identity(case: Case, *, by: Actor, reason: RevealReason) -> Identity:
    """Open the identity for this actor, once, with the event committed first. Must not run inside a transaction."""
    if not standing_in(by, case).may(Permission.REVEAL_IDENTITY):
        raise NotPermitted
    return vault.reveal(case.person, by=by, case_code=case.code, reason_code=reason)
