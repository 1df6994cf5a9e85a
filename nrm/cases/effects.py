"""Carries out what transitions declare: participations, tasks, clocks, notices. Called by the lifecycle only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
from nrm.cases.telling import people_to_tell
from nrm.countries import profile
from nrm.countries.limits import ClockRule, end_of_working_day
from nrm.countries.profile import Profile
from nrm.lib.clock import now
from nrm.lib.history import Recording, save_recorded
from nrm.notices import actions as notices
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from workflows.effects import (
    CloseTasks,
    Effect,
    Grant,
    Notify,
    OpenTask,
    Party,
    PassTasks,
    Revoke,
    StartClock,
    StopClock,
)

#: Parties that are whoever stands in this relation to the case now.
#: Where no authority for children is named, the lead organisation is that authority or finds it; where no service
#: acts on a safety alert, the lead does.
BY_RELATION = {
    Party.LEAD: Relation.LEADS,
    Party.REPORTER: Relation.REPORTED,
    Party.CHILD_PROTECTION: Relation.LEADS,
    Party.RESPONSIBLE: Relation.LEADS,
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
    #: The key of the time limit that tasks are about, where the machine names none.
    time_limit: str = ""
    rows: list[models.Model] = field(default_factory=list)

    @property
    def reference(self) -> str:
        return reference(self.subject)

    def organisations(self, party: Party) -> list[UUID]:
        """The organisations behind a party; empty when the country or the case has none."""
        if party in self.parties:
            return [self.parties[party]]
        if party in {Party.RECIPIENT, Party.INVITED}:
            return list(self.subject.recipients())
        if party in (named := self.subject.parties()):
            return [named[party]]
        if party in BY_RELATION:
            leading = self.case.participations.open().filter(relation=BY_RELATION[party])
            return list(leading.values_list("organisation", flat=True).distinct())
        if party in BY_KIND:
            bodies = Organisation.objects.filter(kind=BY_KIND[party], is_active=True)
            return list(bodies.values_list("pk", flat=True))
        return []


def time_limits(
    code: str, countries: Collection[Profile] = (), record: models.Model | None = None
) -> tuple[StartClock | StopClock, ...]:
    """What profiles (of this country, unless given) start and end with an act: a transition's code or an audit code;
    of a `record`, only what counts for it."""
    rules = [rule for country in countries or [profile.current()] for rule in country.limits()]
    rules = [rule for rule in rules if record is None or rule.counts_for(record)]
    starts = dict.fromkeys(StartClock(rule.key) for rule in rules if code in rule.starts_on)
    return (*dict.fromkeys(StopClock(rule.key) for rule in rules if code in rule.stops_on), *starts)


def keep_time(code: str, setting: Setting) -> None:
    """End the running limits whose own rule ends with this act, then start those that the profile starts with it."""
    subjects = {reference(setting.case), setting.reference}
    rules = profile.current().limits()
    tasks.stop_clocks(code, subjects=subjects, keys=[rule.key for rule in rules if code in rule.stops_on])
    for rule in rules:
        if code in rule.starts_on and rule.counts_for(setting.subject):
            _start(rule, code, setting)


def _start(rule: ClockRule, code: str, setting: Setting) -> None:
    """A time limit runs for the case, unless each record of its kind has one."""
    at, region = now(), setting.case.region
    subdivision = profile.current().holidays_in(region)
    tasks.start_clock(
        rule.key,
        case_code=setting.case.code,
        subject=setting.reference if rule.for_each_record else reference(setting.case),
        rule=rule.kept(started_by=code, subdivision=subdivision, region=region),
        started_at=at,
        due_at=rule.due_at(at, subdivision=subdivision),
    )


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
        if effect.personal:
            opens |= {"user_id": setting.subject.user_id, "ends_at": setting.subject.ends_at}
        if not Participation.objects.open().filter(**opens).exists():
            row = Participation(**opens, opened_by=setting.by.user_id)
            setting.rows.append(save_recorded(row, Recording(setting.by.user_id)))


@_do.register
def _revoke(effect: Revoke, setting: Setting) -> None:
    rows = Participation.objects.unclosed().filter(
        case=setting.case,
        organisation__in=setting.organisations(effect.of),
        relation=effect.relation,
    )
    if not effect.whoever_opened:
        rows = rows.filter(because=setting.reference)
    if effect.unless_named and (authority := setting.case.child_protection_id):
        rows = rows.exclude(organisation=authority)
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
            due_at=_due_at(effect, setting),
            time_limit=_time_limit(effect, setting),
            by=setting.by,
        )


def _limit_of(effect: OpenTask, setting: Setting) -> ClockRule | None:
    """The time limit by which the task is due: the first of those it names that counts for this record."""
    named = [profile.current().clock(key) for key in (effect.within, *effect.or_within)]
    return next((rule for rule in named if rule and rule.counts_for(setting.subject)), None)


def _time_limit(effect: OpenTask, setting: Setting) -> str:
    rule = _limit_of(effect, setting)
    return rule.key if rule else effect.within or setting.time_limit


def _due_at(effect: OpenTask, setting: Setting) -> datetime | None:
    if effect.as_the_record_says:
        due_at: datetime = setting.subject.due_at(effect.kind)
        return due_at
    rule = _limit_of(effect, setting)
    if rule is not None:
        return rule.due_at(now(), subdivision=profile.current().holidays_in(setting.case.region))
    if effect.working_days is not None:
        country = profile.current()
        return end_of_working_day(
            now(), effect.working_days, country=country.country, subdivision=country.holidays_in(setting.case.region)
        )
    return None if effect.days is None else now() + timedelta(days=effect.days)


@_do.register
def _close_tasks(effect: CloseTasks, setting: Setting) -> None:
    tasks.close_tasks(subject=setting.reference, kinds=effect.kinds, by=setting.by)


@_do.register
def _pass_tasks(effect: PassTasks, setting: Setting) -> None:
    """What a named authority does for a child stays with it, also where it led the case before."""
    for former in setting.organisations(effect.of):
        kept = [TaskKind.GUARDIAN_NEEDED] if former == setting.case.child_protection_id else []
        for new in setting.organisations(effect.to):
            tasks.pass_tasks(
                case_code=setting.case.code,
                role=ROLE_OF_PARTY[Party.LEAD],
                of=former,
                to=new,
                besides=kept,
                by=setting.by,
            )


@_do.register
def _notify(effect: Notify, setting: Setting) -> None:
    """A record may say that it is urgent: then nobody's quiet hours hold it back."""
    for organisation_id in setting.organisations(effect.to):
        notices.queue(
            effect.kind,
            case_code=setting.case.code,
            organisation_id=organisation_id,
            recipients=people_to_tell(setting.case, organisation_id, _role_of(effect.to, setting)),
            except_user_id=setting.by.user_id,
            is_urgent=bool(getattr(setting.subject, "is_urgent", False)),
        )
