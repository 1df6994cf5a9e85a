"""Support services, their appointments and notes, and safety alerts."""

from __future__ import annotations

import uuid
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.cases.models import Case, CaseChild, Purpose
from nrm.directory.services import Service
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.alert import OPEN_ALERTS, AlertState
from workflows.effects import Party
from workflows.support import OPEN_EPISODES, EpisodeState


class EpisodeQuerySet(models.QuerySet["Episode"]):
    def open(self) -> EpisodeQuerySet:
        return self.filter(state__in=OPEN_EPISODES)


class Episode(CaseChild):
    """One service given by one organisation, from plan to end."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="episodes")
    provider = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("Service provider")
    )
    service = models.CharField(_("Service"), max_length=30, choices=Service)
    goal = SealedField(null=True)
    planned_by = models.UUIDField(editable=False)
    planned_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=EpisodeState, default=EpisodeState.PLANNED)
    history = History()

    objects = EpisodeQuerySet.as_manager()

    belongs_to: ClassVar[dict[Permission, Party]] = {
        Permission.PROVIDE_SUPPORT: Party.PROVIDER,
        Permission.SEE_CLINICAL: Party.PROVIDER,
    }

    class Meta:
        ordering = ("-planned_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=EpisodeState.values), name="episode_state_known"),
        ]

    def parties(self) -> dict[Party, UUID]:
        return {Party.PROVIDER: self.provider_id}

    def has_consent(self) -> bool:
        return self.case.consents.live().filter(purpose=Purpose.SERVICE).exists()

    def has_open_alert(self) -> bool:
        return self.alerts.open().exists()


class AppointmentState(models.TextChoices):
    SCHEDULED = "scheduled", pgettext_lazy("appointment", "Scheduled")
    TOOK_PLACE = "took_place", pgettext_lazy("appointment", "Took place")
    MISSED = "missed", pgettext_lazy("appointment", "Did not take place")
    CANCELLED = "cancelled", pgettext_lazy("appointment", "Cancelled")


class Appointment(models.Model):
    """A meeting within an episode. What was said belongs into a clinical note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="appointments")
    starts_at = models.DateTimeField(_("Starts"))
    minutes = models.PositiveSmallIntegerField(_("Minutes"), default=50)
    state = models.CharField(_("State"), max_length=12, choices=AppointmentState, default=AppointmentState.SCHEDULED)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    belongs_to: ClassVar[dict[Permission, Party]] = {Permission.PROVIDE_SUPPORT: Party.PROVIDER}

    class Meta:
        ordering = ("starts_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AppointmentState.values), name="appointment_state_known"),
            models.CheckConstraint(condition=Q(minutes__range=(5, 480)), name="appointment_length_sensible"),
        ]
        indexes = [
            models.Index(
                fields=["starts_at", "id"], condition=Q(state=AppointmentState.SCHEDULED), name="appointment_coming"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def parties(self) -> dict[Party, UUID]:
        return self.episode.parties()


class ClinicalNote(models.Model):
    """Read and written by clinicians of the episode's provider only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="clinical_notes")
    body = SealedField()
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    history = History()

    belongs_to: ClassVar[dict[Permission, Party]] = {Permission.SEE_CLINICAL: Party.PROVIDER}

    class Meta:
        ordering = ("-written_at", "id")

    def __str__(self) -> str:
        return str(self.id)

    def parties(self) -> dict[Party, UUID]:
        return self.episode.parties()


class AlertLevel(models.TextChoices):
    SAME_DAY = "same_day", _("Talk today")
    AT_ONCE = "at_once", _("At once; do not leave alone")


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(state__in=OPEN_ALERTS)


class Alert(CaseChild):
    """Somebody may be in danger. Level and actions are for everyone around the person; concern and plan are for
    those who act on it.

    It can be raised before any service is planned: then `episode` is empty and the lead organisation acts.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="alerts")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, null=True, related_name="alerts")
    #: The provider of the episode, or the lead organisation where there is no episode.
    responsible = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("Organisation that acts")
    )
    level = models.CharField(_("How urgent"), max_length=12, choices=AlertLevel)
    concern = SealedField()
    plan = SealedField(null=True)
    actions = SealedField(null=True)
    raised_by = models.UUIDField(editable=False)
    raised_at = models.DateTimeField(auto_now_add=True)
    managed_by = models.UUIDField(null=True, editable=False)
    state = models.CharField(max_length=12, choices=AlertState, default=AlertState.RAISED)
    history = History()

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ("-raised_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=AlertState.values), name="alert_state_known"),
            models.CheckConstraint(condition=Q(level__in=AlertLevel.values), name="alert_level_known"),
        ]

    @property
    def belongs_to(self) -> dict[Permission, Party]:  # type: ignore[override]  # it depends on who acts
        """An alert of no service is for whoever leads the case now, also after the lead went over."""
        acts = Party.RESPONSIBLE if self.is_with_a_clinic() else Party.LEAD
        return {Permission.ASSESS_ALERT: acts, Permission.SEE_CLINICAL: acts}

    def parties(self) -> dict[Party, UUID]:
        return {Party.RESPONSIBLE: self.responsible_id} if self.is_with_a_clinic() else {}

    def roles(self) -> dict[Party, Role]:
        """Who is told and has the task: nobody else in the same organisation learns that there is an alert."""
        return {Party.RESPONSIBLE: Role.CLINICIAN if self.is_with_a_clinic() else Role.CASE_WORKER}

    def is_with_a_clinic(self) -> bool:
        """Whether a service acts on it; otherwise the lead organisation does."""
        return self.episode_id is not None
