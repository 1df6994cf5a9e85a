"""Risk assessments and notes of the lead team. Written once; a newer one never changes an older."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nrm.cases.models.case import Case, RiskLevel
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.case import Accommodation


class RiskDomain(models.TextChoices):
    """What a risk assessment looks at (process facts, section 9)."""

    EXPLOITER = "exploiter", _("Threat from the exploiter")
    FAMILY = "family", _("Family or community")
    SELF_HARM = "self_harm", _("Self-harm")
    HEALTH = "health", _("Urgent health need")
    DEPENDANTS = "dependants", _("Dependants at risk")
    DIGITAL = "digital", _("Phone or accounts watched")
    RESIDENCE = "residence", _("Residence at risk")


class RiskAssessment(models.Model):
    """One assessment; a newer one never changes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="risk_assessments")
    level = models.CharField(_("Risk level"), max_length=12, choices=RiskLevel)
    domains = ArrayField(models.CharField(max_length=20, choices=RiskDomain), default=list, blank=True)
    accommodation = models.CharField(_("Accommodation"), max_length=12, choices=Accommodation)
    account = SealedField(null=True)
    review_on = models.DateField(_("Review on"), null=True, blank=True)
    assessed_by = models.UUIDField(editable=False)
    assessed_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-assessed_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=[RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH]),
                name="risk_assessment_has_a_level",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.id}"


class Note(models.Model):
    """A note of the lead team. Written once; a correction is another note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    body = SealedField()
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-written_at", "id")

    def __str__(self) -> str:
        return str(self.id)
