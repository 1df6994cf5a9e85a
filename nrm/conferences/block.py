"""The conferences of a case on its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.cases.models import Case
from nrm.conferences import selectors
from nrm.conferences.models import Attendance, Conference
from workflows.case import Stage
from workflows.conference import ConferenceState

CONFERENCES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ConferenceRow:
    conference: Conference
    #: The reader's organisation has not answered yet.
    is_to_answer: bool


def block_for(case: Case, standing: Standing, actor: Actor) -> dict[str, Any] | None:
    """The conferences of a case that the reader may know of; two queries."""
    if not standing.may(Permission.SEE_CONFERENCE):
        return None
    sees_all = selectors.sees_all_parts(standing)
    may_call = standing.may(Permission.CALL_CONFERENCE) and case.stage != Stage.CLOSED
    own = Attendance.objects.invited().filter(conference__case=case, organisation=actor.organisation_id)
    answers = standing.may(Permission.ANSWER_CONFERENCE)
    parts = {part.conference_id: part.state for part in own} if answers else {}
    rows = Conference.objects.filter(case=case)
    if not sees_all:
        rows = rows.filter(pk__in=parts)
    shown = [
        ConferenceRow(row, row.state == ConferenceState.CALLED and parts.get(row.pk) == "invited")
        for row in rows[:CONFERENCES_SHOWN]
    ]
    if not shown and not may_call:
        return None
    return {"case": case, "rows": shown, "may_call": may_call}
