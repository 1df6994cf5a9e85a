"""How old the person is, as far as it is known, and what follows for how the person is helped."""

from __future__ import annotations

from typing import Any

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions.track import choose_track
from nrm.cases.models import Case
from workflows.track import Track


@lifecycle.act()
def record_age(case: Case, *, by: Actor, expected_version: int, age_group: str, reason: str, **authority: Any) -> Case:
    """Whoever may be a child is protected as one from now on, by `child_protection` where the caller names one; an
    adult who was protected as a child is asked from now on. What it rests on is sealed with the change."""
    amended = lifecycle.amend(
        case,
        by=by,
        permission=Permission.RECORD_AGE,
        code=Code.AGE_RECORDED,
        expected_version=expected_version,
        reason=reason,
        data={"to": age_group},
        age_group=age_group,
    )
    if amended.may_be_a_child() and amended.track != Track.CHILD:
        return choose_track(amended, "protect_as_child", by=by, expected_version=amended.version, **authority)
    if amended.is_adult() and amended.track == Track.CHILD:
        return choose_track(amended, "go_on_as_adult", by=by, expected_version=amended.version, reason=reason)
    return amended
