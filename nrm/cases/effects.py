"""Carries out what transitions declare: participations, tasks, clocks, notices. Called by the lifecycle only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any
from uuid import UUID

from django.db import models

from nrm.access.actor import Actor
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Organisation
from nrm.cases.models import Case, Participation, reference
from nrm.countries import profile
from nrm.countries.profile import ClockRule
from nrm.lib.clock import now
from nrm.lib.history import Recording, save_recorded
from nrm.notices import actions as notices
from nrm.tasks import actions as tasks
from workflows.effects import CloseTasks, Effect, Grant, Notify, OpenTask, Party, Revoke, StartClock, StopClock

#: Parties that are whoever stands in this relation to the case now.
#: Where no authority for children is named, the lead organisation is that authority or finds it.
BY_RELATION = {
    Party.LEAD: Relation.LEADS,
    Party.REPORTER: Relation.REPORTED,
    Party.CHILD_PROTECTION: Relation.LEADS,
}
#: Parties that are the country's bodies of this kind.
BY_KIND = {
    Party.IDENTIFYING_BODY: OrganisationKind.IDENTIFYING_BODY,
    Party.COORDINATOR: OrganisationKind.COORDINATION_OFFICE,
}
#: Whose task it is inside an organisation; a party that is missing leaves it to everybody there.
ROLE_OF_PARTY = {
    Party.LEAD: Role.CASE_WORKER,
    Party.SENDER: Role.CASE_WORKER,
    Party.CHILD_PROTECTION: Role.CASE_WORKER,
    Party.IDENTIFYING_BODY: Role.IDENTIFYING_OFFICER,
    Party.SHELTER: Role.SHELTER_WORKER,
    Party.COORDINATOR: Role.COORDINATOR,
}


@dataclass(slots=True)
class Setting:
    """In what an effect takes place. `rows` collects the history rows that it wrote."""

    case: Case
    subject: Any
    by: Actor
    parties: Mapping[Party, UUID] = field(default_factory=dict)
    rows: list[models.Model] = field(default_factory=list)

    @property
    def reference(self) -> str:
        return reference(self.subject)

    def organisations(self, party: Party) -> list[UUID]:
        """The organisations behind a party; empty when the country or the case has none."""
        if party in self.parties:
            return [self.parties[party]]
        if party in (named := self.subject.parties()):
            return [named[party]]
        if party in BY_RELATION:
            leading = self.case.participations.open().filter(relation=BY_RELATION[party])
            return list(leading.values_list("organisation", flat=True).distinct())
        if party in BY_KIND:
            bodies = Organisation.objects.filter(kind=BY_KIND[party], is_active=True)
            return list(bodies.values_list("pk", flat=True))
        return []


def time_limits(code: str) -> tuple[Effect, ...]:
    """What the country's profile starts and stops with an act; `code` is a transition's or an audit code."""
    clocks = profile.current().clocks.values()
    starts = tuple(StartClock(rule.key) for rule in clocks if code in rule.starts_on)
    return (*(StopClock(rule.key) for rule in clocks if code in rule.stops_on), *starts)


def carry_out(effects: Iterable[Effect], setting: Setting) -> list[models.Model]:
    """Do each in the order declared; returns the history rows written, for the audit."""
    for effect in effects:
        _do(effect, setting)
    return setting.rows


@singledispatch
def _do(effect: Effect, setting: Setting) -> None:
    raise TypeError(f"unknown effect {effect!r}")


@_do.register
def _grant(effect: Grant, setting: Setting) -> None:
    for organisation_id in setting.organisations(effect.to):
        opens = {
            "case": setting.case,
            "organisation_id": organisation_id,
            "relation": effect.relation,
            "because": setting.reference,
        }
        if not Participation.objects.open().filter(**opens).exists():
            row = Participation(**opens, opened_by=setting.by.user_id)
            setting.rows.append(save_recorded(row, Recording(setting.by.user_id)))


@_do.register
def _revoke(effect: Revoke, setting: Setting) -> None:
    rows = Participation.objects.open().filter(
        case=setting.case,
        organisation__in=setting.organisations(effect.of),
        relation=effect.relation,
        because=setting.reference,
    )
    for row in rows:
        row.closed_at, row.closed_by = now(), setting.by.user_id
        setting.rows.append(save_recorded(row, Recording(setting.by.user_id), only=["closed_at", "closed_by"]))


def _role_of(party: Party, setting: Setting) -> str:
    """A record may say for which role its party acts; a safety alert is not for everybody in the house."""
    own: Mapping[Party, Role] = getattr(setting.subject, "roles", dict)()
    return str(own.get(party, ROLE_OF_PARTY.get(party, "")))


@_do.register
def _open_task(effect: OpenTask, setting: Setting) -> None:
    for organisation_id in setting.organisations(effect.to):
        tasks.open_task(
            effect.kind,
            case_code=setting.case.code,
            subject=setting.reference,
            organisation_id=organisation_id,
            role=_role_of(effect.to, setting),
            due_at=_due_at(effect),
            by=setting.by,
        )


def _due_at(effect: OpenTask) -> datetime | None:
    rule = profile.current().clock(effect.within) if effect.within else None
    if rule is not None:
        return rule.due_at(now())
    return None if effect.days is None else now() + timedelta(days=effect.days)


@_do.register
def _close_tasks(effect: CloseTasks, setting: Setting) -> None:
    tasks.close_tasks(subject=setting.reference, kinds=effect.kinds, by=setting.by)


@_do.register
def _start_clock(effect: StartClock, setting: Setting) -> None:
    rule = profile.current().clock(effect.key)
    if rule is not None:
        tasks.start_clock(
            effect.key,
            case_code=setting.case.code,
            subject=_what_it_runs_for(rule, setting),
            rule=rule,
            due_at=rule.due_at(now()),
        )


def _what_it_runs_for(rule: ClockRule, setting: Setting) -> str:
    """A time limit runs for the case, unless each record of its kind has one."""
    return setting.reference if rule.for_each_record else reference(setting.case)


@_do.register
def _stop_clock(effect: StopClock, setting: Setting) -> None:
    rule = profile.current().clock(effect.key)
    if rule is not None:
        tasks.stop_clock(effect.key, subject=_what_it_runs_for(rule, setting))


@_do.register
def _notify(effect: Notify, setting: Setting) -> None:
    for organisation_id in setting.organisations(effect.to):
        notices.queue(
            effect.kind,
            case_code=setting.case.code,
            organisation_id=organisation_id,
            role=_role_of(effect.to, setting),
            except_user_id=setting.by.user_id,
        )
