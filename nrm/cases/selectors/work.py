"""Tasks as the people of a case see them: who may do one, who reads what colleagues wrote about it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import POLICY, REACH_RESTRICTED_CASES
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.models import Membership
from nrm.cases.models import Case, CaseBar
from nrm.cases.models.participation import team_of
from nrm.tasks.models import Task

#: Through what each role sees a case; None is a country-wide task. An emergency is nobody's daily work.
WAYS_OF_ROLE = {
    role: {rule.relation for rule in POLICY[Permission.SEE_CASE] if rule.role is role} - {Relation.BROKE_GLASS}
    for role in Role
}


def who_can_do(case: Case | None, organisation_id: UUID, role: str = "") -> QuerySet[Membership]:
    """The memberships of an organisation whose people see the case, and so can be given a task of it; for work that
    belongs to no case, everybody's there. Whoever is kept away is not among them."""
    people = Membership.objects.filter(
        organisation=organisation_id, ended_at=None, user__is_active=True
    ).select_related("user")
    if role:
        people = people.filter(role=role)
    return people.order_by("user__display_name", "user_id") if case is None else _who_see(people, case, organisation_id)


def _who_see(people: QuerySet[Membership], case: Case, organisation_id: UUID) -> QuerySet[Membership]:
    open_rows = case.participations.open().filter(organisation=organisation_id, user=None)
    theirs = set(open_rows.values_list("relation", flat=True))
    roles = [role for role in Role if WAYS_OF_ROLE[role] & theirs or _reaches(role, case)]
    people = people.filter(role__in=roles)
    if Relation.LEADS in theirs and (case.is_restricted or team_of(case).exists()):
        near = team_of(case).filter(user=OuterRef("user"), organisation=organisation_id)
        people = people.filter(~Q(role=Role.CASE_WORKER) | Q(supervises=True) | Q(Exists(near)))
    barred = CaseBar.objects.standing().filter(case=case, user=OuterRef("user"))
    return people.exclude(Exists(barred)).order_by("user__display_name", "user_id")


def _reaches(role: Role, case: Case) -> bool:
    return None in WAYS_OF_ROLE[role] and (not case.is_restricted or role in REACH_RESTRICTED_CASES)


def takes_part(case: Case, organisation_id: UUID) -> bool:
    rows = case.participations.open().filter(organisation=organisation_id, user=None)
    return rows.exists()


def leads(case: Case, organisation_id: UUID) -> bool:
    rows = case.participations.open().filter(organisation=organisation_id, user=None, relation=Relation.LEADS)
    return rows.exists()


def is_its_giver(task: Task, actor: Actor) -> bool:
    return task.opened_by == actor.user_id
