"""How the person is helped: named, without a name, or protected as a child."""

from __future__ import annotations

from typing import Any

from nrm.access.actor import Actor
from nrm.cases import lifecycle
from nrm.cases.models import Case, reference
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from workflows.track import TrackFlow


@lifecycle.act()
def choose_track(
    case: Case, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Case:
    """`protect_as_child` may bring `child_protection`, the organisation that protects the child.

    Whoever was named before, as a child, is not to be asked for a name again.
    """
    moved = lifecycle.perform(
        TrackFlow, case, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )
    if not moved.is_unnamed():
        tasks.close_tasks(by=by, subject=reference(moved), kinds=[TaskKind.WRITE_IDENTITY])
    return moved
