"""Emergency access: opened against a reason, ended by the hour, reviewed by somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted, NotYet
from nrm.accounts.models import User
from nrm.cases import lifecycle
from nrm.cases.models import EmergencyAccess
from nrm.cases.models.emergency import LONGEST
from nrm.cases.selectors import require, standing_in
from nrm.cases.selectors.emergency import OPENED, NoSuchCase, case_in_emergency
from nrm.lib.clock import now
from nrm.tasks.rounds import one_by_one
from nrm.vault.fields import sealed
from workflows.emergency import EmergencyFlow, EmergencyState

UNREVIEWED_USE = _("Your last use of emergency access was not reviewed yet. Until it is, you cannot use it again.")
SEEN_ALREADY = _("You already see this case, and emergency access would show you nothing more.")


@lifecycle.act()
def break_glass(*, by: Actor, code: str, reason: str, account: str) -> EmergencyAccess:
    """Open one case to this person for an hour. The caller has asked for the second factor again.

    `NotPermitted` by role; `NotYet` while an earlier use waits for its review, without a reason, and where nothing
    would be opened; `NoSuchCase` when no case has the code. Locks the person, then the case.
    """
    if not allows(by, Permission.BREAK_GLASS):
        raise NotPermitted
    lock_user(by.user_id)
    if EmergencyAccess.objects.unreviewed().filter(user=by.user_id).exists():
        raise NotYet(UNREVIEWED_USE)
    if not account.strip():
        raise NotYet(_("Give a reason."))
    case = case_in_emergency(by, code)
    if case is None:
        raise NoSuchCase
    if all(map(standing_in(by, case).may, OPENED)):
        raise NotYet(SEEN_ALREADY)
    at = now()
    access = EmergencyAccess(
        case=case,
        user_id=by.user_id,
        organisation_id=by.organisation_id,
        reason=reason,
        opened_at=at,
        ends_at=at + LONGEST,
    )
    access.account = sealed(case.person, access, "account", account)
    told = {"reason": reason, "minutes": LONGEST // timedelta(minutes=1)}
    return lifecycle.begin(EmergencyFlow, access, by=by, data=told)


def lock_user(user_id: UUID) -> None:
    """One use at a time for one person. Rows that only point at the person are written meanwhile."""
    User.objects.select_for_update(no_key=True).get(pk=user_id)


def end_emergency(access: EmergencyAccess, *, by: Actor) -> EmergencyAccess:
    return lifecycle.perform(EmergencyFlow, access, "end", by=by, expected_version=access.version, ended_at=now())


def review_emergency(
    access: EmergencyAccess, *, by: Actor, is_justified: bool, note: str, expected_version: int
) -> EmergencyAccess:
    """`NotYet` for who used it, while it runs, and without a note. `MovedOn` when somebody reviewed it meanwhile."""
    require(standing_in(by, access.case), Permission.REVIEW_EMERGENCY)
    if not note.strip():
        raise NotYet(_("Give a reason."))
    return lifecycle.perform(
        EmergencyFlow,
        access,
        "find_justified" if is_justified else "find_unjustified",
        by=by,
        expected_version=expected_version,
        reviewed_at=now(),
        review_note=sealed(access.case.person, access, "review_note", note),
    )


def expire_emergencies(at: datetime) -> int:
    """Write down which uses ran out, each in a transaction of its own; how many did. They opened nothing since."""
    over = EmergencyAccess.objects.filter(state=EmergencyState.OPEN, ends_at__lte=at).select_related("case")
    return one_by_one(over, _expire)


def _expire(access: EmergencyAccess) -> EmergencyAccess:
    over, version = access.ends_at, access.version
    return lifecycle.perform(EmergencyFlow, access, "expire", by=THE_SERVICE, expected_version=version, ended_at=over)
