"""Who is told of a case: in the organisation that leads it whoever works on it, and nobody who is kept away."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.accounts.models import Membership
from nrm.cases.models import Case, CaseBar, TeamPart
from nrm.cases.models.participation import team_of


def people_to_tell(case: Case, organisation_id: UUID, role: str) -> list[UUID]:
    """Whom a notice for this organisation goes to, by role where one is named.

    Where it leads the case: the team; while nobody is responsible, also its supervisors. A case with neither is open
    to every case worker, so all are told. Of a restricted case no country-wide office is told."""
    people = _people_of(organisation_id, role)
    if role in {"", Role.CASE_WORKER} and _leads(case, organisation_id):
        near = _nearest(case, organisation_id)
        people = people.filter(user__in=near) if near or case.is_restricted else people
    if case.is_restricted:
        people = people.exclude(role=Role.COORDINATOR)
    return _but_for_the_barred(people, case)


def may_be_told(user_id: UUID, organisation_id: UUID | None, case_code: str) -> bool:
    """Asked once more when a notice leaves: whoever was kept away or left the team meanwhile hears nothing of it."""
    case = Case.objects.filter(code=case_code).first()
    if case is None or organisation_id is None:
        return True
    people = _people_of(organisation_id, "").filter(user=user_id)
    if _leads(case, organisation_id):
        works = _team(case, organisation_id)
        if works or case.is_restricted:
            people = people.exclude(role=Role.CASE_WORKER, supervises=False) | people.filter(user__in=works)
    if case.is_restricted:
        people = people.exclude(role=Role.COORDINATOR)
    return bool(_but_for_the_barred(people, case))


def codes_kept_from(user_id: UUID) -> Collection[str]:
    """The cases that a conflict of interest keeps this user away from."""
    with seen_by_the_service():  # The case itself is not shown to who is kept away from it.
        return list(CaseBar.objects.standing().filter(user=user_id).values_list("case__code", flat=True))


def _people_of(organisation_id: UUID, role: str) -> QuerySet[Membership]:
    people = Membership.objects.filter(organisation=organisation_id, ended_at=None, user__is_active=True)
    return people.filter(role=role) if role else people


def _leads(case: Case, organisation_id: UUID) -> bool:
    leads = case.participations.open().filter(relation=Relation.LEADS, user=None, organisation=organisation_id)
    return leads.exists()


def _nearest(case: Case, organisation_id: UUID) -> set[UUID]:
    """The team, and the supervisors while nobody is responsible."""
    works = _team(case, organisation_id)
    if case.team.working().filter(organisation=organisation_id, part=TeamPart.RESPONSIBLE).exists():
        return works
    supervisors = _people_of(organisation_id, Role.CASE_WORKER).filter(supervises=True)
    return works | set(supervisors.values_list("user", flat=True))


def _team(case: Case, organisation_id: UUID) -> set[UUID]:
    rows = team_of(case).filter(organisation=organisation_id).values_list("user", flat=True)
    return {user_id for user_id in rows if user_id is not None}


def _but_for_the_barred(people: QuerySet[Membership], case: Case) -> list[UUID]:
    barred = CaseBar.objects.standing().filter(case=case, user=OuterRef("user"))
    free = people.exclude(Exists(barred)).order_by("user_id").values_list("user_id", flat=True)
    return list(dict.fromkeys(free))
