"""Minutes point by point, and decisions with an owner and a day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.selectors import standing_in
from nrm.conferences import selectors
from nrm.conferences.actions.locked import locked_for, require_state
from nrm.conferences.models import Conference, Decision, Minute
from nrm.conferences.points import BLOCK_OF, Topic, is_clinical
from nrm.vault.fields import sealed
from workflows.conference import ConferenceState


@lifecycle.act()
def write_point(
    conference: Conference,
    topic: str,
    *,
    by: Actor,
    expected_version: int,
    was_discussed: bool,
    body: str = "",
) -> Minute:
    """What was said on one point, while minutes are written; a version of 0 says that nothing was. Locks the case."""
    locked = _locked_to_write(conference, topic, by, ConferenceState.HELD)
    if was_discussed and not body:
        raise NotYet(_("Write what was said, or that the point was put off."))
    permission = selectors.writing_permission(topic)
    known = locked.written.first_ones().filter(topic=topic).first()
    if (known.version if known else 0) != expected_version:
        raise MovedOn
    minute = known or _new_minute(locked, topic, by)
    said = sealed(locked.case.person, minute, "body", body if was_discussed else "")
    if known is not None:
        return lifecycle.amend(
            known,
            by=by,
            permission=permission,
            code=Code.CONFERENCE_WRITTEN,
            expected_version=expected_version,
            data={"topic": topic},
            was_discussed=was_discussed,
            body=said,
            written_by=by.user_id,
        )
    minute.was_discussed, minute.body = was_discussed, said
    return lifecycle.add(minute, by=by, permission=permission, code=Code.CONFERENCE_WRITTEN, data={"topic": topic})


@lifecycle.act()
def add_to_point(conference: Conference, topic: str, *, by: Actor, body: str, minute_id: UUID | None = None) -> Minute:
    """Agreed minutes stay as they are: what has to be put right is added. Sent twice under one id, it is one addition.
    Locks the case."""
    locked = _locked_to_write(conference, topic, by, ConferenceState.CLOSED)
    if minute_id and (known := locked.written.filter(pk=minute_id, written_by=by.user_id).first()):
        return known
    minute = _new_minute(locked, topic, by, minute_id=minute_id, is_addition=True)
    minute.body = sealed(locked.case.person, minute, "body", body)
    permission = selectors.writing_permission(topic)
    return lifecycle.add(minute, by=by, permission=permission, code=Code.CONFERENCE_ADDED_TO, data={"topic": topic})


def _new_minute(
    conference: Conference, topic: str, by: Actor, *, minute_id: UUID | None = None, **facts: Any
) -> Minute:
    block = BLOCK_OF[Topic(topic)]
    return Minute(
        id=minute_id or uuid4(), conference=conference, topic=topic, block=block, written_by=by.user_id, **facts
    )


def _locked_to_write(conference: Conference, topic: str, by: Actor, state: str) -> Conference:
    """Who runs it writes what they see; what only clinicians see, a clinician who takes part in it."""
    locked = locked_for(conference, by, selectors.writing_permission(topic))
    if topic not in locked.agenda:
        raise NotVisible
    if not selectors.may_write(locked, standing_in(by, locked.case), topic):
        raise NotPermitted
    require_state(locked, state)
    return locked


@lifecycle.act()
def write_decision(
    conference: Conference,
    *,
    by: Actor,
    topic: str,
    sentence: str,
    owner_id: UUID,
    due_on: date,
    user_id: UUID | None = None,
    decision_id: UUID | None = None,
) -> Decision:
    """Somebody does something until a day. Sent twice under one id, it is one decision. Locks the case."""
    locked = _locked_to_decide(conference, by)
    if decision_id and (known := locked.decisions.filter(pk=decision_id, written_by=by.user_id).first()):
        return known
    _require_sound(locked, topic, owner_id, user_id)
    decision = Decision(
        id=decision_id or uuid4(),
        conference=locked,
        topic=topic,
        owner_id=owner_id,
        user_id=user_id,
        due_on=due_on,
        written_by=by.user_id,
    )
    decision.sentence = sealed(locked.case.person, decision, "sentence", sentence)
    told = {"topic": topic, "owner": owner_id}
    permission = Permission.CHAIR_CONFERENCE
    return lifecycle.add(decision, by=by, permission=permission, code=Code.CONFERENCE_DECIDED, data=told)


@lifecycle.act()
def change_decision(
    decision: Decision,
    *,
    by: Actor,
    expected_version: int,
    topic: str,
    sentence: str,
    owner_id: UUID,
    due_on: date,
    user_id: UUID | None = None,
) -> Decision:
    """Until the minutes are agreed. Locks the case."""
    locked = _locked_to_decide(decision.conference, by)
    _require_sound(locked, topic, owner_id, user_id)
    written = sealed(locked.case.person, decision, "sentence", sentence)
    values = {"topic": topic, "sentence": written, "owner_id": owner_id, "user_id": user_id, "due_on": due_on}
    return _amend_decision(decision, by, expected_version, data={"topic": topic, "owner": owner_id}, **values)


@lifecycle.act()
def drop_decision(decision: Decision, *, by: Actor, expected_version: int) -> Decision:
    """It was written by mistake; it becomes nobody's task. Locks the case."""
    _locked_to_decide(decision.conference, by)
    return _amend_decision(decision, by, expected_version, data={"dropped": True}, is_dropped=True)


def _amend_decision(
    decision: Decision, by: Actor, expected_version: int, *, data: dict[str, Any], **values: Any
) -> Decision:
    return lifecycle.amend(
        decision,
        by=by,
        permission=Permission.CHAIR_CONFERENCE,
        code=Code.CONFERENCE_DECISION_CHANGED,
        expected_version=expected_version,
        data=data,
        **values,
    )


def _require_sound(conference: Conference, topic: str, owner_id: UUID, user_id: UUID | None) -> None:
    if topic not in conference.agenda or is_clinical(topic):
        raise NotYet(_("Choose a point of the agenda."))
    owner = next((one for one in selectors.possible_owners(conference) if one.id == owner_id), None)
    if owner is None:
        raise NotYet(_("Choose an organisation that takes part in the conference."))
    if user_id is not None and not selectors.can_do(conference, owner, user_id):
        raise NotYet(_("Choose somebody who works there."))


def _locked_to_decide(conference: Conference, by: Actor) -> Conference:
    locked = locked_for(conference, by, Permission.CHAIR_CONFERENCE)
    require_state(locked, ConferenceState.HELD)
    return locked
