"""Conflicts of interest: somebody is kept away from one case, by themselves or by the team that leads it."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotVisible, NotYet
from nrm.accounts.models import User
from nrm.audit import actions as audit
from nrm.audit.codes import Outcome
from nrm.cases import lifecycle
from nrm.cases.models import Case, CaseBar, reference
from nrm.cases.selectors import require, standing_in
from nrm.drafts import actions as drafts
from nrm.tasks import actions as tasks
from nrm.vault.fields import sealed
from workflows.bar import BarFlow
from workflows.team import TeamFlow, TeamState


@lifecycle.act()
def keep_away(case: Case, *, by: Actor, user_id: UUID, reason: str, note: str = "") -> CaseBar:
    """From this moment nothing opens the case to them. Anybody who sees it may say so of themselves, of others only
    who leads it. Ends their part in the team. `NotYet` when nobody would be left in the team of a restricted case.
    Locks the case."""
    locked = lifecycle.lock_case(case.pk)
    standing = standing_in(by, locked)
    if not standing.may(Permission.SEE_CASE):
        raise NotVisible
    if user_id != by.user_id:
        require(standing, Permission.SEE_CONFLICTS)
    if locked.bars.standing().filter(user=user_id).exists():
        raise NotYet(_("This person is kept away from the case already."))
    bar = CaseBar(case=locked, user_id=user_id, reason=reason, barred_by=by.user_id)
    bar.note = sealed(locked.person, bar, "note", note)
    lifecycle.begin(BarFlow, bar, by=by, data={"user": user_id, "reason": reason})
    for member in locked.team.filter(state=TeamState.ACTIVE, user=user_id):
        lifecycle.perform(TeamFlow, member, "step_aside", by=THE_SERVICE, expected_version=member.version)
    tasks.put_back(case_code=locked.code, user_id=user_id)
    drafts.forget(case_code=locked.code, user_id=user_id)
    return bar


def keep_away_address(case: Case, *, by: Actor, address: str, reason: str, note: str = "") -> CaseBar | None:
    """The same for who has this e-mail address. None, and nothing said, when nobody has it: who uses the service is
    not told here."""
    require(standing_in(by, case), Permission.SEE_CONFLICTS)
    found = User.objects.filter(email=address.strip().lower(), is_active=True).first()
    if found is None:
        told = {"refusal": "no_such_address"}
        audit.record(
            "bar.begin", by=by, case_code=case.code, subject=reference(case), outcome=Outcome.REFUSED, data=told
        )
        return None
    return keep_away(case, by=by, user_id=found.pk, reason=reason, note=note)


def lift_bar(bar: CaseBar, transition: str, *, by: Actor, expected_version: int, reason: str = "") -> CaseBar:
    return lifecycle.perform(BarFlow, bar, transition, by=by, expected_version=expected_version, reason=reason)
