"""Tasks as the people of a case see them: who may do one, who reads what colleagues wrote about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import POLICY, REACH_RESTRICTED_CASES, Standing
from nrm.access.refusals import NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.accounts.models import Membership, Organisation
from nrm.accounts.selectors import names_of
from nrm.cases.models import Case, CaseBar, RemarkKind, TaskRemark
from nrm.cases.models.participation import team_of
from nrm.cases.selectors.case import knows_work_of, standing_in
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task
from nrm.vault.fields import opened

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
    return free_to_know(people, case).order_by("user__display_name", "user_id")


def free_to_know(people: QuerySet[Membership], case: Case | None) -> QuerySet[Membership]:
    """Those of them whom no conflict of interest keeps away."""
    return (
        people.exclude(Exists(CaseBar.objects.standing().filter(case=case, user=OuterRef("user")))) if case else people
    )


def _reaches(role: Role, case: Case) -> bool:
    return None in WAYS_OF_ROLE[role] and (not case.is_restricted or role in REACH_RESTRICTED_CASES)


def takes_part(case: Case, organisation_id: UUID) -> bool:
    rows = case.participations.open().filter(organisation=organisation_id, user=None)
    return rows.exists()


def leads(case: Case, organisation_id: UUID) -> bool:
    rows = case.participations.open().filter(organisation=organisation_id, user=None, relation=Relation.LEADS)
    return rows.exists()


@dataclass(frozen=True, slots=True)
class WorkOn:
    """One task before one reader. `case` is None for work of no case, and for who is not shown the case any more."""

    task: Task
    case: Case | None
    standing: Standing | None
    #: It is for the reader's organisation and role; else the reader is who gave it.
    is_ours: bool

    @property
    def is_to_do(self) -> bool:
        return self.is_ours and self.task.is_open

    @property
    def may_remark(self) -> bool:
        """Whether something can be written about it, sealed in the case."""
        return self.task.is_open and self.standing is not None and self.standing.may(Permission.REMARK_ON_TASK)


def work_on(actor: Actor, pk: UUID) -> WorkOn:
    """A task for the actor's organisation and role, in a case of whose tasks the actor may know or in none; or one that
    the actor gave, in a case of which the actor could give one still: whoever led it once does not read what is written
    since. `NotVisible` for any other."""
    task = Task.objects.select_related("organisation", "claimed_by").filter(pk=pk).first()
    if task is None:
        raise NotVisible
    is_ours = task.organisation_id == actor.organisation_id and task.role in {"", actor.role}
    case, standing = _seen(actor, task.case_code)
    is_known = is_ours and (not task.case_code or case is not None or knows_work_of(actor, task.case_code))
    gave_it = task.kind == TaskKind.AD_HOC and task.opened_by == actor.user_id
    if not is_known and not (gave_it and standing is not None and standing.may(Permission.GIVE_TASK)):
        raise NotVisible
    return WorkOn(task, case, standing, is_ours)


def _seen(actor: Actor, code: str) -> tuple[Case | None, Standing | None]:
    case = Case.objects.select_related("person").filter(code=code).first() if code else None
    if case is None:
        return None, None
    standing = standing_in(actor, case)
    is_daily_work = standing.relations != {Relation.BROKE_GLASS}
    return (case, standing) if is_daily_work and standing.may(Permission.SEE_CASE) else (None, None)


def colleagues_for_task(work: WorkOn) -> list[tuple[UUID, str]]:
    """Who could be on it, once each, by name; of a case that is shown to nobody here any more, whoever is not kept away
    from it."""
    people = who_can_do(work.case, work.task.organisation_id, work.task.role)
    found = dict.fromkeys(people.values_list("user_id", "user__display_name"))
    kept_away = set() if work.case is not None else _kept_away_from(work.task.case_code)
    return [one for one in found if one[0] not in kept_away]


def _kept_away_from(code: str) -> set[UUID]:
    with seen_by_the_service():  # Who is kept away from a case is not shown to who does not see it.
        return set(CaseBar.objects.standing().filter(case__code=code).values_list("user_id", flat=True))


@dataclass(frozen=True, slots=True)
class ReadRemark:
    kind: str
    label: str
    text: str
    who: str
    to: str
    until: datetime | None
    at: datetime


def remarks_on(work: WorkOn) -> list[ReadRemark]:
    """What colleagues wrote about it, oldest first; nothing for who is not shown the case. Two queries."""
    if work.case is None:
        return []
    rows = list(TaskRemark.objects.filter(task=work.task).select_related("to"))
    names = names_of({row.written_by for row in rows})
    return [
        ReadRemark(
            kind=row.kind,
            label=str(RemarkKind(row.kind).label),
            text=opened(work.case.person, row, "body"),
            who=names.get(row.written_by, ""),
            to=row.to.display_name if row.to else "",
            until=row.until,
            at=row.written_at,
        )
        for row in rows
    ]


def organisations_to_ask(actor: Actor, case: Case, standing: Standing) -> list[tuple[UUID, str]]:
    """For whom the actor may give a task: their own organisation first; for who leads or coordinates, whoever takes
    part, but for a shelter where the reader may not learn which it is."""
    ours = Organisation.objects.filter(pk=actor.organisation_id).values_list("pk", "name")
    if not standing.may(Permission.GIVE_TASK_TO_OTHERS):
        return list(ours)
    rows = case.participations.open().filter(user=None).exclude(organisation=actor.organisation_id)
    if not standing.may(Permission.SEE_PLACEMENT):
        rows = rows.exclude(relation=Relation.SHELTERS).exclude(because__startswith="placements.")
    if not standing.may(Permission.SEE_SUPPORT):
        rows = rows.exclude(relation=Relation.TREATS)
    theirs = rows.order_by("organisation__name").values_list("organisation_id", "organisation__name")
    return [*ours, *dict.fromkeys(theirs)]
