"""Reading case conferences: who may know of one, which points and minutes, who else is there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.accounts.selectors import names_of
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Case
from nrm.cases.selectors import cases_visible_to, require, standing_in
from nrm.cases.selectors.work import who_can_do
from nrm.conferences.models import INVITABLE, NEVER_INVITED, Attendance, Conference, ConferenceQuerySet, Decision
from nrm.conferences.points import Topic, is_clinical, may_see
from nrm.lib.clock import now
from nrm.vault.fields import opened
from workflows.attendance import TAKING_PART, AttendanceState
from workflows.conference import ConferenceState

#: What tells where the person lives or is helped is for who may know that.
NEEDED_TO_NAME = {Relation.SHELTERS: Permission.SEE_PLACEMENT, Relation.TREATS: Permission.SEE_SUPPORT}


# Who may know of a conference


def conference_for(actor: Actor, pk: UUID, permission: Permission | None = None) -> tuple[Conference, Standing]:
    """`NotVisible` to who takes no part in the case or was not invited, `NotPermitted` to who may not see that much."""
    conference = Conference.objects.select_related("case__person").filter(pk=pk).first()
    if conference is None:
        raise NotVisible
    standing = standing_in(actor, conference.case)
    require(standing, Permission.SEE_CONFERENCE)
    require_sight(conference, standing)
    if permission is not None and not narrowed(standing, conference).may(permission):
        raise NotPermitted
    return conference, standing


def require_sight(conference: Conference, standing: Standing) -> None:
    if not (sees_all_parts(standing) or own_part(conference, standing)):
        raise NotVisible


def sees_all_parts(standing: Standing) -> bool:
    """Whoever leads the case, and the coordinator, know of every conference about it."""
    return leads(standing) or standing.actor.role is Role.COORDINATOR


def leads(standing: Standing) -> bool:
    return Relation.LEADS in standing.relations


def own_part(conference: Conference, standing: Standing) -> Attendance | None:
    """The part of the reader’s organisation, unless it is not invited any more."""
    if not standing.may(Permission.ANSWER_CONFERENCE):
        return None
    return conference.attendances.invited().filter(organisation=standing.actor.organisation_id).first()


def guest_for(actor: Actor, pk: UUID) -> tuple[Attendance, Standing]:
    """The part of an organisation, for that one and for who may invite."""
    guest = Attendance.objects.select_related("conference__case__person", "organisation").filter(pk=pk).first()
    if guest is None:
        raise NotVisible
    standing = standing_in(actor, guest.conference.case)
    require(standing, Permission.SEE_CONFERENCE)
    is_own = guest.organisation_id == actor.organisation_id and guest.state != AttendanceState.WITHDRAWN
    if not is_own and not (sees_all_parts(standing) and may_name(guest, standing)):
        raise NotVisible
    guest.case = guest.conference.case
    return guest, standing


def may_name(guest: Attendance, standing: Standing) -> bool:
    """Whether the reader may know that this organisation is there."""
    if guest.organisation_id == standing.actor.organisation_id:
        return True
    return standing.may(Permission.SEE_PARTICIPANTS) and may_know_of(guest.relation, standing)


def may_know_of(relation: str, standing: Standing) -> bool:
    needed = NEEDED_TO_NAME.get(Relation(relation))
    return needed is None or standing.may(needed)


def conferences_coming(actor: Actor) -> ConferenceQuerySet:
    """Those that the actor runs, and those to which their organisation comes: with them, where it said who."""
    coming = Attendance.objects.filter(state=AttendanceState.ACCEPTED, organisation=actor.organisation_id)
    coming = coming.filter(Q(people=[]) | Q(people__contains=[actor.user_id]))
    coming = coming.filter(case__in=cases_visible_to(actor, Permission.ANSWER_CONFERENCE))
    runs = Q(case__in=cases_visible_to(actor, Permission.CHAIR_CONFERENCE))
    called = Conference.objects.filter(state=ConferenceState.CALLED, starts_at__gte=now())
    return called.filter(runs | Q(pk__in=coming.values("conference"))).select_related("case")


# Who can be invited, who comes, who can be asked to do something


@dataclass(frozen=True, slots=True)
class Colleague:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Guest:
    """An organisation that could be invited, and through what."""

    id: UUID
    name: str
    relation: str


def possible_guests(case: Case, standing: Standing) -> list[Guest]:
    """Organisations that take part in the case beside the one that leads it, as far as the reader may know of them;
    each by the relation that most may know of. One query."""
    rows = case.participations.open().filter(user=None, organisation__is_active=True)
    rows = rows.exclude(organisation__kind__in=NEVER_INVITED).select_related("organisation")
    found = list(rows.order_by("organisation__name", "opened_at"))
    leading = {row.organisation_id for row in found if row.relation == Relation.LEADS}
    guests: dict[UUID, Guest] = {}
    for relation in INVITABLE:
        for row in found:
            is_free = row.organisation_id not in guests and row.organisation_id not in leading
            if row.relation == relation and is_free and may_know_of(_told_by(row), standing):
                guests[row.organisation_id] = Guest(row.organisation_id, row.organisation.name, relation)
    return sorted(guests.values(), key=lambda guest: guest.name)


def _told_by(row: Any) -> str:
    """A part that a placement opened tells where the person lives, whatever it is called."""
    return Relation.SHELTERS if row.because.startswith("placements.") else str(row.relation)


def guests_left(conference: Conference, standing: Standing) -> list[Guest]:
    there = set(conference.attendances.invited().values_list("organisation", flat=True))
    return [guest for guest in possible_guests(conference.case, standing) if guest.id not in there]


def who_can_come(guest: Attendance) -> list[Colleague]:
    """People of the invited organisation who see the case."""
    return _people_of(guest.conference.case, guest.organisation_id)


def _people_of(case: Case, organisation_id: UUID) -> list[Colleague]:
    members = who_can_do(case, organisation_id)
    return list(dict.fromkeys(Colleague(member.user_id, member.user.display_name) for member in members))


@dataclass(frozen=True, slots=True)
class Owner:
    """An organisation that can be asked to do something, with those of its people who said they come."""

    id: UUID
    name: str
    people: list[Colleague]


def possible_owners(conference: Conference) -> list[Owner]:
    """Whoever leads the case first, then who takes part in the conference and still in the case."""
    case = conference.case
    leading = Organisation.objects.filter(pk__in=_leading(case)).order_by("name")
    owners = [Owner(one.pk, one.name, _people_of(case, one.pk)) for one in leading]
    taking_part = conference.attendances.taking_part().select_related("organisation")
    guests = list(taking_part.order_by("organisation__name"))
    names = names_of({user_id for guest in guests for user_id in guest.people})
    still_in = set(case.participations.open().filter(user=None).values_list("organisation", flat=True))
    for guest in guests:
        if guest.organisation_id in still_in and guest.organisation_id not in {owner.id for owner in owners}:
            coming = [Colleague(user_id, names[user_id]) for user_id in guest.people if user_id in names]
            owners.append(Owner(guest.organisation_id, guest.organisation.name, coming))
    return owners


def can_do(conference: Conference, owner: Owner, user_id: UUID) -> bool:
    """Whether this person said that they come, and still sees the case there."""
    is_named = user_id in {person.id for person in owner.people}
    return is_named and user_id in {person.id for person in _people_of(conference.case, owner.id)}


def _leading(case: Case) -> Collection[UUID]:
    rows = case.participations.open().filter(relation=Relation.LEADS, user=None)
    return list(rows.values_list("organisation", flat=True))


# Who may write


def agenda_permission(conference: Conference) -> Permission:
    """Until it is held the agenda is with who called it, then with who runs it."""
    is_called = conference.state == ConferenceState.CALLED
    return Permission.CALL_CONFERENCE if is_called else Permission.CHAIR_CONFERENCE


def writing_permission(topic: str) -> Permission:
    """What only clinicians read, a clinician who takes part writes."""
    return Permission.ANSWER_CONFERENCE if is_clinical(topic) else Permission.CHAIR_CONFERENCE


def may_write(conference: Conference, standing: Standing, topic: str, part: Attendance | None = None) -> bool:
    if not (standing.may(writing_permission(topic)) and may_see(standing, topic)):
        return False
    if not is_clinical(topic):
        return True
    part = part or own_part(conference, standing)
    return part is not None and part.state in TAKING_PART


def reads_minutes(conference: Conference, standing: Standing, part: Attendance | None) -> bool:
    """Who runs it, at any time; who has a part in it, once they are agreed. Nobody else, and never the coordinator."""
    if leads(standing):
        return True
    return part is not None and part.state in TAKING_PART and conference.state == ConferenceState.CLOSED


def sees_point(standing: Standing, part: Attendance | None, topic: str) -> bool:
    """Who called or runs it chose the points; everybody else meets those of the parts of the case that they see."""
    if sees_all_parts(standing):
        return True
    return part is not None and part.state in TAKING_PART and may_see(standing, topic)


def texts_of(conference: Conference) -> dict[str, str]:
    """What is sealed about the conference itself, opened. The caller has checked who reads."""
    person = conference.case.person
    return {column: opened(person, conference, column) for column in ("details", "wish", "childs_view")}


def sentence_of(decision: Decision) -> str:
    """What was decided, opened. The caller has checked who reads."""
    return opened(decision.conference.case.person, decision, "sentence")


def decision_for(actor: Actor, pk: UUID) -> tuple[Decision, Standing]:
    """For who runs the conference."""
    related = ("conference__case__person",)
    decision = Decision.objects.select_related(*related).filter(pk=pk, is_dropped=False).first()
    if decision is None:
        raise NotVisible
    _conference, standing = conference_for(actor, decision.conference_id, Permission.CHAIR_CONFERENCE)
    return decision, standing


def topic_for(conference: Conference, standing: Standing, topic: str) -> Topic:
    """A point of the agenda that the reader may write."""
    if topic not in conference.agenda or not sees_point(standing, own_part(conference, standing), topic):
        raise NotVisible
    if not may_write(conference, standing, topic):
        raise NotPermitted
    return Topic(topic)
