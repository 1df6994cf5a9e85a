"""The only ways to a case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import IsNull

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import REACH_RESTRICTED_CASES, Condition, Standing, relations_that_grant
from nrm.access.refusals import Gone, NotPermitted, NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.cases.models import Basis, Case, Consent, DataCategory, Participation
from nrm.cases.models.participation import bars_of, lead_of
from nrm.lib.codes import normalise_code
from nrm.tasks.models import Task
from workflows.case import Stage

#: Stands among the relations for a conflict of interest, so that one query finds both.
BARRED = "barred"
#: What a category that is shared with the actor's organisation makes true of the case.
CONDITION_OF_CATEGORY = {
    DataCategory.IDENTITY: Condition.SHARES_IDENTITY,
    DataCategory.ACCOUNT: Condition.SHARES_ACCOUNT,
    DataCategory.RISK: Condition.SHARES_RISK,
}


def cases_visible_to(actor: Actor, permission: Permission = Permission.SEE_CASE) -> QuerySet[Case]:
    """Every case of which the actor may know this much. A country-wide role sees all, everybody else the cases they
    take part in. What needs a condition beside the relation counts as not granted. Emergency access opens one case by
    its code: nothing that lists, counts, searches or exports ever includes it."""
    relations = relations_that_grant(actor.role, permission) - {Relation.BROKE_GLASS}
    if None in relations:
        return _countrywide(actor)
    return Case.objects.filter(Exists(_taking_part(actor, relations, OuterRef("pk"))))


def is_of_visible_case(actor: Actor, permission: Permission = Permission.SEE_CASE) -> Q:
    """The same as a condition on rows of cases, asked of one row after the other: a page that is read in the order of
    an index ends where it is full. As a join, the set of all cases would often be made first."""
    relations = relations_that_grant(actor.role, permission) - {Relation.BROKE_GLASS}
    if not relations:
        return Q(pk__in=())
    case = OuterRef("case")
    seen = _countrywide(actor).filter(pk=case) if None in relations else _taking_part(actor, relations, case)
    return Q(IsNull(Subquery(seen.values("pk")[:1]), False))


def _taking_part(actor: Actor, relations: Collection[Relation | None], case: Any) -> QuerySet[Participation]:
    mine = Participation.objects.open().of(actor)
    return mine.filter(case=case, relation__in=[relation for relation in relations if relation])


def codes_with_work_for(actor: Actor) -> QuerySet[Any, Any] | list[str]:
    """The codes of the cases of whose tasks the actor may know. In the organisation that leads, those that the actor
    sees; an organisation that no longer takes part keeps what it was left to do, such as to stop using something."""
    cases = _where_work_is_known(actor)
    if None in relations_that_grant(actor.role, Permission.SEE_CASE):
        return cases.values("code")
    waiting = Task.objects.open().filter(organisation=actor.organisation_id).values("case_code")
    with seen_by_the_service():  # The case itself is not shown to whom only a task of it is left.
        return list(cases.filter(code__in=waiting).values_list("code", flat=True))


def knows_work_of(actor: Actor, code: str) -> bool:
    """The same of one case."""
    with seen_by_the_service():
        return _where_work_is_known(actor).filter(code=code).exists()


def _where_work_is_known(actor: Actor) -> QuerySet[Case]:
    if None in relations_that_grant(actor.role, Permission.SEE_CASE):
        return _countrywide(actor)
    cases = _not_kept_from(actor)
    if actor.role is not Role.CASE_WORKER:
        return cases
    elsewhere = ~Q(Exists(lead_of(OuterRef("pk"), actor)))
    return cases.filter(elsewhere | Q(pk__in=cases_visible_to(actor).values("pk")))


def _not_kept_from(actor: Actor) -> QuerySet[Case]:
    return Case.objects.exclude(Exists(bars_of(actor).filter(case=OuterRef("pk"))))


def _countrywide(actor: Actor) -> QuerySet[Case]:
    cases = _not_kept_from(actor)
    return cases if actor.role in REACH_RESTRICTED_CASES else cases.filter(is_restricted=False)


def case_for(actor: Actor, code: str, permission: Permission = Permission.SEE_CASE) -> tuple[Case, Standing]:
    """The case and how the actor stands to it. `NotVisible` to strangers, `NotPermitted` to others."""
    case = Case.objects.select_related("person").filter(code=code).first() if normalise_code(code) == code else None
    if case is None:
        raise NotVisible
    standing = standing_in(actor, case)
    require(standing, permission)
    return case, standing


def require(standing: Standing, permission: Permission) -> None:
    """Refuse unless the standing includes the permission; without sight of the case, as if it did not exist."""
    if not standing.may(Permission.SEE_CASE):
        raise NotVisible
    if not standing.may(permission):
        raise Gone if replace(standing, is_erased=False).may(permission) else NotPermitted


def standing_in(actor: Actor, case: Case) -> Standing:
    """The actor's relations to the case now, and what is shared with them (at most three queries)."""
    rows = case.participations.open().of(actor).values_list("relation")
    bars = bars_of(actor).filter(case=case).values_list(Value(BARRED))
    found = {relation for (relation,) in rows.union(bars)}
    relations = frozenset(Relation(relation) for relation in found - {BARRED})
    conditions: frozenset[Condition] = frozenset()
    if relations & {Relation.ACCEPTED_REFERRAL}:
        conditions = _shared_conditions(actor, case)
    return Standing(
        actor,
        relations,
        conditions,
        is_barred=BARRED in found,
        is_restricted=case.is_restricted,
        is_erased=case.stage == Stage.CLOSED and not case.has_its_person(),
    )


def standings_in(actor: Actor, cases: Collection[Case]) -> dict[UUID, Standing]:
    """How the actor stands to each of these cases, without conditions, in one query. For lists, so without emergency
    access, which is to one case."""
    mine = Participation.objects.open().of(actor).filter(case__in=cases)
    mine = mine.exclude(relation=Relation.BROKE_GLASS)
    relations: dict[UUID, set[Relation]] = {case.pk: set() for case in cases}
    for case_id, relation in mine.values_list("case_id", "relation"):
        relations[case_id].add(Relation(relation))
    return {case.pk: Standing(actor, frozenset(relations[case.pk]), is_restricted=case.is_restricted) for case in cases}


def _shared_conditions(actor: Actor, case: Case) -> frozenset[Condition]:
    """What the running referrals to the actor's organisation share, as far as it is covered at this moment: by the
    person's live consent, or by the legal basis that the referral records."""
    shared: set[str] = set()
    for referral in case.referrals.running_at(actor.organisation_id).select_related("legal_basis"):
        shared |= set(covered(case, referral))
    return frozenset(condition for category, condition in CONDITION_OF_CATEGORY.items() if category.value in shared)


def covered(case: Case, referral: Any) -> list[str]:
    """The categories a referral marks, as far as they are covered at this moment: by the person's live consent, or by
    the legal basis it rests on. One from before legal bases were records keeps what it marked."""
    if referral.basis == Basis.CONSENT:
        live = case.consents.live().for_recipient(referral.receiver_id).values_list("categories", flat=True)
        return [category for category in referral.categories if any(category in listed for listed in live)]
    basis = referral.legal_basis
    if basis is None:
        return list(referral.categories)
    return [category for category in referral.categories if basis.is_live and category in basis.categories]


def consent_for(actor: Actor, pk: UUID) -> tuple[Consent, Standing]:
    """A consent of a case whose consents the actor may see."""
    consent = Consent.objects.select_related("case__person").filter(pk=pk).first()
    if consent is None:
        raise NotVisible
    standing = standing_in(actor, consent.case)
    require(standing, Permission.SEE_CONSENT)
    return consent, standing
