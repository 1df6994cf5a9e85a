"""What people do about support services, appointments, clinical notes and safety alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotYet
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.actions.reminders import remind
from nrm.cases.models import Case
from nrm.cases.selectors import require, standing_in
from nrm.cases.telling import people_to_tell
from nrm.countries import profile
from nrm.notices import actions as notices
from nrm.notices.kinds import NoticeKind
from nrm.support.models import Alert, Appointment, AppointmentState, ClinicalNote, Episode
from nrm.support.selectors import LEAD, clinical_episodes, episode_to_act, lead_of, others_to_act, providers_for
from nrm.vault.fields import sealed
from workflows.alert import AlertFlow
from workflows.support import OPEN_EPISODES, SupportFlow


@lifecycle.act()
def plan_service(case: Case, *, by: Actor, provider_id: UUID, service: str, goal: str = "") -> Episode:
    """The provider comes to see its part of the case. A clinician plans for their own organisation only."""
    episode = Episode(case=case, provider_id=provider_id, service=service, planned_by=by.user_id)
    episode.goal = sealed(case.person, episode, "goal", goal)
    lifecycle.begin(SupportFlow, episode, by=by)
    if provider_id not in dict(providers_for(by, standing_in(by, case))):
        raise NotPermitted
    return episode


def take_step(
    episode: Episode, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Episode:
    return lifecycle.perform(
        SupportFlow, episode, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def add_appointment(episode: Episode, *, by: Actor, starts_at: datetime, minutes: int) -> Appointment:
    appointment = Appointment(episode=episode, starts_at=starts_at, minutes=minutes)
    return lifecycle.add(appointment, by=by, permission=Permission.PROVIDE_SUPPORT, code=Code.APPOINTMENT_ADDED)


def mark_appointment(appointment: Appointment, *, by: Actor, expected_version: int, state: str) -> Appointment:
    """Say whether it took place. A mistake is put right by saying it again; the history keeps both."""
    return lifecycle.amend(
        appointment,
        by=by,
        permission=Permission.PROVIDE_SUPPORT,
        code=Code.APPOINTMENT_CHANGED,
        expected_version=expected_version,
        data={"to": state},
        state=state,
    )


def add_clinical_note(episode: Episode, *, by: Actor, body: str) -> ClinicalNote:
    note = ClinicalNote(episode=episode, written_by=by.user_id)
    note.body = sealed(episode.case.person, note, "body", body)
    return lifecycle.add(note, by=by, permission=Permission.SEE_CLINICAL, code=Code.EPISODE_NOTED)


@lifecycle.act()
def raise_alert(case: Case, *, by: Actor, level: str, concern: str, actions: str = "") -> Alert:
    """Goes to the clinicians nearest to the person, or to the lead organisation where no service has clinicians.

    Locks the case first, so that the service chosen is still open.
    """
    lifecycle.lock_case(case.pk)
    episode = episode_to_act(case, by)
    alert = Alert(
        case=case,
        episode=episode,
        responsible=episode.provider if episode else _lead(case),
        level=level,
        raised_by=by.user_id,
    )
    alert.concern = sealed(case.person, alert, "concern", concern)
    alert.actions = sealed(case.person, alert, "actions", actions)
    return lifecycle.begin(AlertFlow, alert, by=by)


@lifecycle.act()
def take_alert_step(
    alert: Alert, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Alert:
    """Fire a transition. Plan and actions come as typed and are sealed here; `to` names who acts from now on."""
    if transition == "manage":
        facts = {name: sealed(alert.case.person, alert, name, text) for name, text in facts.items()}
    if transition == "pass_on":
        require(standing_in(by, lifecycle.lock_case(alert.case_id)), Permission.PASS_ON_ALERT)
        facts = _passed_on(alert, facts.get("to", ""))
    return lifecycle.perform(
        AlertFlow, alert, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )


def _passed_on(alert: Alert, to: str) -> dict[str, Any]:
    """The columns of an alert that another acts on, as `others_to_act` names it."""
    if to not in dict(others_to_act(alert)):
        raise NotYet(_("Choose who acts on the alert."))
    if to == LEAD:
        return {"episode": None, "responsible": _lead(alert.case)}
    episode = clinical_episodes(alert.case).get(pk=to)
    return {"episode": episode, "responsible": episode.provider}


def _lead(case: Case) -> Organisation:
    lead = lead_of(case)
    if lead is None:
        raise NotYet(_("No organisation leads this case."))
    return lead


# Reminders


def remind_of_appointments(at: datetime) -> int:
    """Tell whoever made an appointment that it comes, each once; of how many somebody was told."""
    given = profile.current().reminders.appointments
    until = at + timedelta(hours=max(given, default=0))
    coming = Appointment.objects.filter(state=AppointmentState.SCHEDULED, starts_at__gt=at, starts_at__lte=until)
    return remind(coming, given, _remind, at=at)


def _remind(appointment: Appointment, key: str) -> bool:
    """False when nobody is told. Locks the appointment; whoever changes it just now is passed by."""
    with transaction.atomic():
        rows = Appointment.objects.select_for_update(skip_locked=True, of=("self",)).select_related("episode__case")
        locked = rows.filter(pk=appointment.pk, state=AppointmentState.SCHEDULED, starts_at=appointment.starts_at)
        found = locked.first()
        if found is None or found.episode.state not in OPEN_EPISODES:
            return False
        case, provider = found.episode.case, found.episode.provider_id
        people = people_to_tell(case, provider, "")
        made = found.history.order_by("history_date").values_list("history_user_id", flat=True).first()
        told = [made] if made in people else people_to_tell(case, provider, Role.CLINICIAN) or people
        return bool(
            notices.queue(
                NoticeKind.APPOINTMENT_SOON, case_code=case.code, organisation_id=provider, recipients=told, once=key
            )
        )
