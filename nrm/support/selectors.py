"""Reading support: that a service exists for those around the person, its content for whoever gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import IntegerField, QuerySet, Value, When
from django.utils import timezone

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing, relations_that_grant
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Membership, Organisation
from nrm.accounts.selectors import active_organisations, names_of
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Case
from nrm.cases.selectors import cases_visible_to, require, standing_in
from nrm.cases.steps import StepLink, step_links
from nrm.directory.services import Service
from nrm.lib.clock import now
from nrm.lib.paging import Cursor, Page, page_of
from nrm.support.models import Alert, Appointment, AppointmentState, ClinicalNote, Episode
from nrm.vault.fields import opened
from workflows.alert import OPEN_ALERTS, AlertFlow
from workflows.support import OPEN_EPISODES, EpisodeState, SupportFlow

#: In a choice of who acts on an alert: the lead organisation rather than a service.
LEAD = "lead"
#: Who gives services to people; police, prosecution and offices do not.
GIVING_SUPPORT = (
    OrganisationKind.SOCIAL_WORK_CENTRE,
    OrganisationKind.NGO,
    OrganisationKind.SHELTER,
    OrganisationKind.HEALTH_SERVICE,
)


# The case page


@dataclass(frozen=True, slots=True)
class EpisodeLine:
    """The fact of a service. `is_ours` opens its page."""

    episode: Episode
    is_ours: bool


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert as the reader may see it; what is not for them is empty."""

    alert: Alert
    is_open: bool
    #: The name of the organisation that acts on it: where no service does, whoever leads the case now.
    acted_on_by: str
    actions: str
    concern: str
    plan: str
    links: list[StepLink]


def block_for(case: Case, standing: Standing, actor: Actor) -> dict[str, Any] | None:
    """Services and safety alerts of a case for its page. Three queries however many there are."""
    may_see, may_plan = standing.may(Permission.SEE_SUPPORT), standing.may(Permission.PLAN_SUPPORT)
    may_raise = standing.may(Permission.RAISE_ALERT)
    if not (may_see or may_plan or may_raise):
        return None
    alerts = alerts_of(case, standing)
    return {
        "case": case,
        "episodes": episodes_of(case, standing) if may_see else [],
        "sees_episodes": may_see,
        "open_alerts": [line for line in alerts if line.is_open],
        "closed_alerts": [line for line in alerts if not line.is_open],
        "may_plan": may_plan,
        "may_raise": may_raise,
    }


def episodes_of(case: Case, standing: Standing) -> list[EpisodeLine]:
    rows = Episode.objects.filter(case=case).select_related("provider")
    return [EpisodeLine(row, narrowed(standing, row).may(Permission.PROVIDE_SUPPORT)) for row in rows]


def alerts_of(case: Case, standing: Standing) -> list[AlertLine]:
    """Newest first; none for whoever may not see alerts."""
    if not standing.may(Permission.SEE_ALERT):
        return []
    rows = list(Alert.objects.filter(case=case).select_related("responsible", "episode"))
    waits_for_lead = any(row.state in OPEN_ALERTS and not row.is_with_a_clinic() for row in rows)
    lead = lead_of(case) if waits_for_lead else None
    return [_alert_line(row, case, standing, lead) for row in rows]


def _alert_line(alert: Alert, case: Case, standing: Standing, lead: Organisation | None) -> AlertLine:
    acts = may_read_alert(alert, standing)
    is_open = alert.state in OPEN_ALERTS
    is_the_leads = is_open and lead is not None and not alert.is_with_a_clinic()
    return AlertLine(
        alert=alert,
        is_open=is_open,
        acted_on_by=lead.name if is_the_leads and lead else alert.responsible.name,
        actions=opened(case.person, alert, "actions"),
        concern=opened(case.person, alert, "concern") if acts else "",
        plan=opened(case.person, alert, "plan") if acts else "",
        links=step_links(AlertFlow, alert, standing, "support:alert_step", alert.pk),
    )


def may_read_alert(alert: Alert, standing: Standing) -> bool:
    """Concern and plan: for clinicians of the service that acts on it, or for the lead that acts in place of one."""
    needed = Permission.SEE_CLINICAL if alert.is_with_a_clinic() else Permission.ASSESS_ALERT
    return narrowed(standing, alert).may(needed)


# One record


def episode_for(actor: Actor, pk: UUID) -> tuple[Episode, Standing]:
    """An episode for the people of its provider. Others on the case know of it and are refused; strangers are not."""
    episode = Episode.objects.select_related("case__person", "provider").filter(pk=pk).first()
    if episode is None:
        raise NotVisible
    standing = standing_in(actor, episode.case)
    _require_ours(episode, standing, Permission.PROVIDE_SUPPORT)
    return episode, standing


def appointment_for(actor: Actor, pk: UUID) -> tuple[Appointment, Standing]:
    appointment = Appointment.objects.select_related("episode__case__person").filter(pk=pk).first()
    if appointment is None:
        raise NotVisible
    standing = standing_in(actor, appointment.episode.case)
    _require_ours(appointment.episode, standing, Permission.PROVIDE_SUPPORT)
    return appointment, standing


def alert_for(actor: Actor, pk: UUID) -> tuple[Alert, Standing]:
    related = ("case__person", "episode", "responsible")
    alert = Alert.objects.select_related(*related).filter(pk=pk).first()
    if alert is None:
        raise NotVisible
    standing = standing_in(actor, alert.case)
    require(standing, Permission.SEE_ALERT)
    return alert, standing


def _require_ours(episode: Episode, standing: Standing, permission: Permission) -> None:
    require(standing, Permission.SEE_SUPPORT)
    if not narrowed(standing, episode).may(permission):
        raise NotPermitted


# The page of an episode


@dataclass(frozen=True, slots=True)
class ReadNote:
    body: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EpisodePage:
    """What the provider's people see; `notes` is None for those who are no clinicians."""

    goal: str
    coming: list[Appointment]
    past: list[Appointment]
    notes: list[ReadNote] | None
    open_alerts: list[AlertLine]
    links: list[StepLink]
    is_open: bool
    may_raise: bool


def episode_page(episode: Episode, standing: Standing) -> EpisodePage:
    may_read_notes = narrowed(standing, episode).may(Permission.SEE_CLINICAL)
    appointments = list(Appointment.objects.filter(episode=episode))
    alerts = alerts_of(episode.case, standing)
    return EpisodePage(
        goal=opened(episode.case.person, episode, "goal"),
        coming=[row for row in appointments if row.state == AppointmentState.SCHEDULED],
        past=[row for row in reversed(appointments) if row.state != AppointmentState.SCHEDULED],
        notes=_notes(episode) if may_read_notes else None,
        open_alerts=[line for line in alerts if line.is_open],
        links=step_links(SupportFlow, episode, standing, "support:step", episode.pk),
        is_open=episode.state in OPEN_EPISODES,
        may_raise=standing.may(Permission.RAISE_ALERT),
    )


def _notes(episode: Episode) -> list[ReadNote]:
    notes = list(ClinicalNote.objects.filter(episode=episode))
    names = names_of({note.written_by for note in notes})
    return [
        ReadNote(opened(episode.case.person, note, "body"), names.get(note.written_by, ""), note.written_at)
        for note in notes
    ]


# Choosing organisations


def providers_for(actor: Actor, standing: Standing) -> list[tuple[UUID, str]]:
    """Who can be asked to give a service: for the lead anybody who gives support, for a clinician their own house."""
    found = active_organisations().filter(kind__in=GIVING_SUPPORT)
    if Relation.LEADS not in standing.relations or actor.role is not Role.CASE_WORKER:
        found = found.filter(pk=actor.organisation_id)
    return list(found.order_by("name").values_list("pk", "name"))


def clinical_episodes(case: Case) -> QuerySet[Episode]:
    """Open services whose provider has clinicians now: who can act on an alert. Psychosocial and running ones first."""
    clinicians = Membership.objects.filter(role=Role.CLINICIAN, ended_at=None, user__is_active=True)
    rank = Choice(
        When(service=Service.MHPSS, state=EpisodeState.ACTIVE, then=Value(0)),
        When(service=Service.MHPSS, then=Value(1)),
        When(state=EpisodeState.ACTIVE, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    rows = Episode.objects.open().filter(case=case, provider__is_active=True)
    return (
        rows.filter(provider__in=clinicians.values("organisation"))
        .select_related("provider")
        .order_by(rank, "planned_at", "id")
    )


def episode_to_act(case: Case, actor: Actor) -> Episode | None:
    """Whose clinicians act on an alert that the actor raises: the actor's own house, else the one nearest to it."""
    found = list(clinical_episodes(case))
    own = [row for row in found if row.provider_id == actor.organisation_id and actor.role is Role.CLINICIAN]
    return next(iter([*own, *found]), None)


def others_to_act(alert: Alert) -> list[tuple[str, str]]:
    """To whom an alert can be passed on: services with clinicians by id, and the lead organisation."""
    found = clinical_episodes(alert.case)
    services = [(str(row.pk), row.provider.name) for row in found if row.pk != alert.episode_id]
    lead = lead_of(alert.case) if alert.is_with_a_clinic() else None
    return [*services, *([(LEAD, lead.name)] if lead else [])]


def lead_of(case: Case) -> Organisation | None:
    leads = case.participations.open().filter(relation=Relation.LEADS).select_related("organisation")
    first = leads.order_by("opened_at").first()
    return first.organisation if first else None


def acts_on_new_alert(case: Case, actor: Actor) -> str:
    """The name of the organisation that an alert raised now goes to."""
    if episode := episode_to_act(case, actor):
        return episode.provider.name
    lead = lead_of(case)
    return lead.name if lead else ""


# Appointments of an organisation


def appointments_page(actor: Actor, after: Cursor | None = None) -> Page[Appointment]:
    """The coming appointments of the actor's organisation from today on, soonest first."""
    if not gives_support(actor):
        raise NotPermitted
    return page_of(appointments_coming(actor), "starts_at", after=after)


def gives_support(actor: Actor) -> bool:
    return bool(relations_that_grant(actor.role, Permission.PROVIDE_SUPPORT))


def appointments_coming(actor: Actor) -> QuerySet[Appointment]:
    """From today on; none for whoever gives no support."""
    if not gives_support(actor):
        return Appointment.objects.none()
    return Appointment.objects.filter(
        state=AppointmentState.SCHEDULED,
        starts_at__gte=timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0),
        episode__provider=actor.organisation_id,
        episode__state__in=OPEN_EPISODES,
        episode__case__in=cases_visible_to(actor),
    ).select_related("episode__case")
