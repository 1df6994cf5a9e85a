"""The team of a case, who stands in for whom, who is kept away, and who could be chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import POLICY, Standing
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.models import Membership, Organisation, User
from nrm.accounts.selectors import names_of
from nrm.cases.models import Case, CaseBar, TeamMember, TeamPart
from nrm.cases.models.team import TeamMemberQuerySet
from nrm.cases.selectors.case import require, standing_in
from nrm.vault.fields import opened

#: Relations through which each role sees a case; what a country-wide task or an emergency opens is not among them.
RELATIONS_OF_ROLE = {
    role: {
        rule.relation
        for rule in POLICY[Permission.SEE_CASE]
        if rule.role is role and rule.relation not in {None, Relation.BROKE_GLASS}
    }
    for role in Role
}


@dataclass(frozen=True, slots=True)
class TeamCard:
    """The team as its own organisation sees it."""

    responsible: TeamMember | None = None
    others: list[TeamMember] = field(default_factory=list)
    covers: list[TeamMember] = field(default_factory=list)
    is_restricted: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.responsible or self.others or self.covers)

    @property
    def lasting(self) -> list[TeamMember]:
        return [*([self.responsible] if self.responsible else []), *self.others]


@dataclass(frozen=True, slots=True)
class ReadBar:
    """A conflict of interest as the lead organisation reads it. `who` is empty for somebody outside of the case."""

    bar: CaseBar
    who: str
    by: str
    note: str


def responsible_for(case: Case) -> TeamMember | None:
    """Who is responsible at this moment; None also when that person has left the organisation."""
    return case.team.working().filter(part=TeamPart.RESPONSIBLE).first()


def team_card(case: Case, standing: Standing) -> TeamCard | None:
    """One query; None for who is not in the lead organisation."""
    if not standing.may(Permission.MANAGE_TEAM):
        return None
    rows = list(case.team.working().select_related("user", "covers"))
    return TeamCard(
        responsible=next((row for row in rows if row.part == TeamPart.RESPONSIBLE), None),
        others=[row for row in rows if row.part == TeamPart.MEMBER],
        covers=[row for row in rows if row.part == TeamPart.COVER],
        is_restricted=case.is_restricted,
    )


def member_for(actor: Actor, pk: UUID) -> TeamMember:
    """A row of the team of a case whose team the actor may change."""
    member = TeamMember.objects.select_related("case__person", "user").filter(pk=pk).first()
    if member is None:
        raise NotVisible
    require(standing_in(actor, member.case), Permission.MANAGE_TEAM)
    return member


def case_workers(organisation_id: UUID) -> QuerySet[User]:
    """Who works on cases in an organisation now."""
    works = Membership.objects.filter(
        user=OuterRef("pk"), organisation=organisation_id, role=Role.CASE_WORKER, ended_at=None
    )
    return User.objects.filter(Exists(works), is_active=True)


def colleagues_for(actor: Actor, case: Case) -> QuerySet[User]:
    """Who can be in the team of the case: case workers of the actor's organisation, but for who is kept away."""
    barred = case.bars.standing().filter(user=OuterRef("pk"))
    return case_workers(actor.organisation_id).exclude(Exists(barred))


def colleagues_to_add(actor: Actor, case: Case) -> list[tuple[UUID, str]]:
    """Those who are not in the team yet."""
    there = case.team.lasting().filter(user=OuterRef("pk"))
    return _choices(colleagues_for(actor, case).exclude(Exists(there)))


def colleagues_to_lead(actor: Actor, case: Case, *, besides: UUID | None) -> list[tuple[UUID, str]]:
    people = colleagues_for(actor, case)
    return _choices(people.exclude(pk=besides) if besides else people)


def case_worker_choices(actor: Actor) -> list[tuple[UUID, str]]:
    """Who can stand in for a colleague in the actor's organisation."""
    require_case_work(actor)
    return _choices(case_workers(actor.organisation_id))


def _choices(people: QuerySet[User]) -> list[tuple[UUID, str]]:
    return list(people.values_list("pk", "display_name"))


# Standing in


@dataclass(frozen=True, slots=True)
class Cover:
    """One arrangement: somebody stands in for a colleague until a time, in some cases."""

    pk: UUID
    who: str
    absent: str
    until: datetime
    codes: list[str]


def covers_of(actor: Actor) -> list[Cover]:
    """The arrangements that run: one's own, those one stands in for, and all of the organisation for its supervisors.
    One query."""
    rows = _arranged(actor).select_related("case", "user", "covers").order_by("ends_at", "user", "covers", "case__code")
    found: dict[tuple[UUID, UUID | None, datetime | None], list[TeamMember]] = {}
    for row in rows:
        found.setdefault((row.user_id, row.covers_id, row.ends_at), []).append(row)
    return [
        Cover(
            pk=rows[0].pk,
            who=rows[0].user.display_name,
            absent=rows[0].covers.display_name if rows[0].covers else "",
            until=rows[0].ends_at,  # type: ignore[arg-type]  # a cover always has one
            codes=[row.case.code for row in rows],
        )
        for rows in found.values()
    ]


def cover_for(actor: Actor, pk: UUID) -> TeamMemberQuerySet:
    """The rows of one arrangement, of which `pk` is one."""
    row = _arranged(actor).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return TeamMember.objects.filter(
        organisation=row.organisation_id, user=row.user_id, covers=row.covers_id, ends_at=row.ends_at
    )


def _arranged(actor: Actor) -> TeamMemberQuerySet:
    require_case_work(actor)
    rows = TeamMember.objects.active().filter(part=TeamPart.COVER, organisation=actor.organisation_id)
    rows = rows.exclude(Exists(CaseBar.objects.standing().filter(user=actor.user_id, case=OuterRef("case"))))
    if actor.is_supervisor:
        return rows
    return rows.filter(user=actor.user_id) | rows.filter(covers=actor.user_id)


def require_case_work(actor: Actor) -> None:
    if actor.role is not Role.CASE_WORKER:
        raise NotPermitted


def absent_choices(actor: Actor) -> list[tuple[UUID, str]]:
    """For whom the actor may arrange it: for themselves, as a supervisor for every colleague."""
    require_case_work(actor)
    rows = case_workers(actor.organisation_id)
    return _choices(rows if actor.is_supervisor else rows.filter(pk=actor.user_id))


# Conflicts of interest


def bars_of_case(case: Case, standing: Standing) -> list[ReadBar] | None:
    """Newest first; None where they are not shared. Two queries however many there are."""
    if not standing.may(Permission.SEE_CONFLICTS):
        return None
    rows = list(case.bars.standing())
    if not rows:
        return []
    near = {pk for pk, _name in people_who_see(case, with_barred=True)}
    names = names_of({row.barred_by for row in rows} | {row.user_id for row in rows})
    return [
        ReadBar(
            bar=row,
            who=names.get(row.user_id, "") if row.user_id in near else "",
            by=names.get(row.barred_by, "") if row.barred_by in near else "",
            note=opened(case.person, row, "note"),
        )
        for row in rows
    ]


def bar_for(actor: Actor, pk: UUID) -> CaseBar:
    bar = CaseBar.objects.select_related("case__person").filter(pk=pk).first()
    if bar is None:
        raise NotVisible
    require(standing_in(actor, bar.case), Permission.LIFT_BAR)
    return bar


def people_who_see(case: Case, *, with_barred: bool = False) -> list[tuple[UUID, str]]:
    """Who could open the case now because their organisation takes part in it, with the organisation, by name."""
    rows = case.participations.open().exclude(relation=Relation.BROKE_GLASS)
    takes_part: dict[UUID, set[str]] = {}
    for organisation_id, relation in rows.values_list("organisation", "relation"):
        takes_part.setdefault(organisation_id, set()).add(relation)
    people = Membership.objects.filter(organisation__in=takes_part, ended_at=None, user__is_active=True).select_related(
        "user", "organisation"
    )
    barred = set() if with_barred else set(case.bars.standing().values_list("user", flat=True))
    found = {
        one.user_id: _named(one.user, one.organisation)
        for one in people
        if RELATIONS_OF_ROLE[one.as_role] & takes_part[one.organisation_id] and one.user_id not in barred
    }
    return sorted(found.items(), key=lambda pair: pair[1])


def _named(user: User, organisation: Organisation) -> str:
    return f"{user.display_name} ({organisation.name})"
