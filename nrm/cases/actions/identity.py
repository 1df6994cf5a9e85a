"""Who the person is: written and opened."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotYet
from nrm.cases import lifecycle
from nrm.cases.models import Case, reference
from nrm.cases.selectors import require, standing_in
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault import actions as vault
from nrm.vault.identity import Identity
from nrm.vault.reasons import RevealReason
from workflows.track import Track

#: Who the person is is written only where the person agreed to be named, or is protected as a child.
WHY_NO_IDENTITY: Mapping[str, Promise] = {
    Track.UNDECIDED: _("Ask first whether the person wants to be named, and record the answer on the case."),
    Track.NAMELESS: _(
        "This person is helped without a name. If they want to be named now, record that on the case first."
    ),
}


def why_no_identity(case: Case) -> str | Promise:
    """What has to happen before an identity may be written; empty when it may."""
    return WHY_NO_IDENTITY.get(case.track, "")


@lifecycle.act()
def write_identity(case: Case, identity: Identity, *, by: Actor, expected_version: int) -> None:
    """Seal the identity anew. `expected_version` is the version of the identity, not of the case. Locks the case.

    `NotYet` while the person was not asked, and for a person who is helped without a name.
    """
    locked = lifecycle.lock_case(case.pk)
    require(standing_in(by, locked), Permission.WRITE_IDENTITY)
    require_named(locked)
    tasks.close_tasks(by=by, subject=reference(locked), kinds=[TaskKind.WRITE_IDENTITY])
    vault.write_identity(locked.person, identity, by=by, case_code=locked.code, expected_version=expected_version)


def require_named(case: Case) -> None:
    if sentence := why_no_identity(case):
        raise NotYet(sentence)


def reveal_identity(case: Case, *, by: Actor, reason: RevealReason) -> Identity:
    """Open the identity for this actor, once, with the event committed first. Must not run inside a transaction."""
    if not standing_in(by, case).may(Permission.REVEAL_IDENTITY):
        raise NotPermitted
    return vault.reveal(case.person, by=by, case_code=case.code, reason_code=reason)
