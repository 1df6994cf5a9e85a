"""Calling a case conference, moving it, asking who comes, holding it and agreeing the minutes.

Whoever leads the case runs the conference, also one that the coordinator called: the coordinator reads no part of a
case in which minutes could be written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.access.roles import Role
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions import give_task
from nrm.cases.models import Case, reference
from nrm.cases.selectors import standing_in
from nrm.conferences import selectors
from nrm.conferences.actions.locked import locked_for, require_state
from nrm.conferences.models import Attendance, Conference
from nrm.conferences.points import in_order
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault.fields import sealed
from workflows.attendance import STILL_TO_COME, AttendanceFlow
from workflows.conference import ConferenceFlow, ConferenceState

NOT_INVITED = _("Choose organisations that take part in the case. Police and prosecution are not invited.")


@lifecycle.act()
def call_conference(
    case: Case,
    *,
    by: Actor,
    starts_at: datetime,
    minutes: int,
    how: str,
    agenda: Iterable[str],
    organisations: Iterable[UUID] = (),
    details: str = "",
    conference_id: UUID | None = None,
) -> Conference:
    """Sent twice under one id, it is one conference. Raises like `lifecycle.begin`; `NotYet` for an organisation that
    cannot be invited. Locks the case."""
    locked = lifecycle.lock_case(case.pk)
    if conference_id and (known := _called_before(conference_id, locked, by)):
        return known
    conference = Conference(
        id=conference_id or uuid4(),
        case=locked,
        caller_id=by.organisation_id,
        called_by=by.user_id,
        is_coordinators=by.role is Role.COORDINATOR,
        starts_at=starts_at,
        minutes=minutes,
        how=how,
        agenda=in_order(agenda),
    )
    conference.details = sealed(locked.person, conference, "details", details)
    lifecycle.begin(ConferenceFlow, conference, by=by, data={"how": how, "agenda": conference.agenda})
    _invite(conference, organisations, by=by)
    return conference


def _called_before(conference_id: UUID, case: Case, by: Actor) -> Conference | None:
    return Conference.objects.filter(pk=conference_id, case=case, called_by=by.user_id).first()


@lifecycle.act()
def invite(conference: Conference, *, by: Actor, organisations: Iterable[UUID]) -> list[Attendance]:
    """More organisations, until it is held. Locks the case."""
    locked = locked_for(conference, by, Permission.CALL_CONFERENCE)
    return _invite(locked, organisations, by=by)


def _invite(conference: Conference, organisations: Iterable[UUID], *, by: Actor) -> list[Attendance]:
    """Only whom the actor may know to take part in the case."""
    possible = {one.id: one for one in selectors.possible_guests(conference.case, standing_in(by, conference.case))}
    there = set(conference.attendances.invited().values_list("organisation", flat=True))
    made = []
    for organisation_id in dict.fromkeys(organisations):
        if organisation_id not in possible:
            raise NotYet(NOT_INVITED)
        if organisation_id in there:
            continue
        guest = Attendance(
            case=conference.case,
            conference=conference,
            organisation_id=organisation_id,
            relation=possible[organisation_id].relation,
            invited_by=by.user_id,
        )
        made.append(lifecycle.begin(AttendanceFlow, guest, by=by, data={"organisation": organisation_id}))
    return made


@lifecycle.act()
def move(
    conference: Conference,
    *,
    by: Actor,
    expected_version: int,
    starts_at: datetime,
    minutes: int,
    how: str,
    details: str = "",
) -> Conference:
    """To another time or place: whoever is invited is asked again. Locks the case."""
    locked = locked_for(conference, by, Permission.CALL_CONFERENCE)
    require_state(locked, ConferenceState.CALLED)
    moved = lifecycle.amend(
        locked,
        by=by,
        permission=Permission.CALL_CONFERENCE,
        code=Code.CONFERENCE_MOVED,
        expected_version=expected_version,
        data={"how": how},
        starts_at=starts_at,
        minutes=minutes,
        how=how,
        details=sealed(locked.case.person, locked, "details", details),
    )
    kind = TaskKind.HOLD_CONFERENCE
    tasks.set_due(subject=reference(moved), kinds=[kind], due_at=moved.due_at(kind))
    for guest in moved.attendances.filter(state__in=STILL_TO_COME):
        lifecycle.perform(AttendanceFlow, guest, "ask_again", by=by, expected_version=guest.version)
    return moved


@lifecycle.act()
def change_agenda(conference: Conference, *, by: Actor, expected_version: int, agenda: Iterable[str]) -> Conference:
    """A point that was written already stays. By who called it until it is held, then by who runs it."""
    permission = selectors.agenda_permission(conference)
    locked = locked_for(conference, by, permission)
    require_state(locked, ConferenceState.CALLED, ConferenceState.HELD)
    kept = {*locked.written.values_list("topic", flat=True), *locked.decisions.values_list("topic", flat=True)}
    return lifecycle.amend(
        locked,
        by=by,
        permission=permission,
        code=Code.CONFERENCE_AGENDA_CHANGED,
        expected_version=expected_version,
        data={"agenda": (chosen := in_order({*agenda, *(kept & set(locked.agenda))}))},
        agenda=chosen,
    )


@lifecycle.act()
def record_persons_part(
    conference: Conference,
    *,
    by: Actor,
    expected_version: int,
    persons_part: str,
    wish: str = "",
    guardians_part: str = "",
    childs_view: str = "",
) -> Conference:
    """Whether the person was asked, and what they want said; of a child also the guardian and the child's view."""
    locked = locked_for(conference, by, Permission.CHAIR_CONFERENCE)
    require_state(locked, ConferenceState.CALLED, ConferenceState.HELD)
    person = locked.case.person
    return lifecycle.amend(
        locked,
        by=by,
        permission=Permission.CHAIR_CONFERENCE,
        code=Code.CONFERENCE_PERSON_ASKED,
        expected_version=expected_version,
        data={"persons_part": persons_part, "guardians_part": guardians_part},
        persons_part=persons_part,
        wish=sealed(person, locked, "wish", wish),
        guardians_part=guardians_part,
        childs_view=sealed(person, locked, "childs_view", childs_view),
    )


@lifecycle.act()
def take_step(
    conference: Conference,
    transition: str,
    *,
    by: Actor,
    expected_version: int,
    reason: str = "",
    attended: Collection[UUID] = (),
) -> Conference:
    """Hold, agree or cancel, with what follows for the parts of organisations and the decisions. Locks the case."""
    taken = lifecycle.perform(
        ConferenceFlow, conference, transition, by=by, expected_version=expected_version, reason=reason
    )
    if transition == "hold":
        _note_who_was_there(taken, attended, by=by)
    elif transition == "cancel":
        for guest in taken.attendances.filter(state__in=STILL_TO_COME):
            lifecycle.perform(AttendanceFlow, guest, "call_off", by=by, expected_version=guest.version)
    elif transition == "close":
        _give_tasks(taken, by=by)
    return taken


def _note_who_was_there(conference: Conference, attended: Collection[UUID], *, by: Actor) -> None:
    for guest in conference.attendances.filter(state__in=STILL_TO_COME):
        step = "attend" if guest.organisation_id in attended else "miss"
        lifecycle.perform(AttendanceFlow, guest, step, by=by, expected_version=guest.version)


def _give_tasks(conference: Conference, *, by: Actor) -> None:
    """Each decision becomes a task of its owner."""
    for decision in conference.decisions.standing():
        give_task(
            conference.case,
            by=by,
            organisation_id=decision.owner_id,
            text=selectors.sentence_of(decision),
            due_at=_end_of(decision.due_on),
            user_id=decision.user_id,
            subject=reference(decision),
        )


def answer(
    guest: Attendance,
    transition: str,
    *,
    by: Actor,
    expected_version: int,
    reason: str = "",
    people: Iterable[UUID] | None = None,
) -> Attendance:
    """Accept, naming who comes or nobody in particular; decline; or, by who called it, invite no more."""
    facts: dict[str, Any] = {}
    if people is not None:
        own = {colleague.id for colleague in selectors.who_can_come(guest)}
        if not (chosen := list(dict.fromkeys(people))) == [one for one in chosen if one in own]:
            raise NotYet(_("Choose a colleague from the list."))
        facts["people"] = chosen
    return lifecycle.perform(
        AttendanceFlow, guest, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59)))
