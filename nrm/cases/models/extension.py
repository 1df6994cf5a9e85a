"""Time limits that were extended."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from nrm.cases.models.case import Case
from nrm.lib.history import History
from nrm.vault.fields import SealedField


class ExtensionAuthority(models.TextChoices):
    """Who allowed a time limit to run longer."""

    IDENTIFYING_BODY = "identifying_body", _("Identifying body")
    MINISTRY = "ministry", _("Competent ministry")
    PROSECUTION = "prosecution", _("Prosecution")
    COURT = "court", _("Court")
    GUARDIANSHIP = "guardianship", _("Guardianship authority")


class ClockExtension(models.Model):
    """One extension of one running time limit. The limit keeps the rule it was started under."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clock_extensions")
    clock = models.ForeignKey("tasks.Clock", on_delete=models.PROTECT, related_name="+")
    was_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    authority = models.CharField(_("Allowed by"), max_length=20, choices=ExtensionAuthority)
    reason = SealedField()
    extended_by = models.UUIDField(editable=False)
    extended_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("extended_at", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(due_at__gt=models.F("was_due_at")), name="extension_is_longer"),
        ]

    def __str__(self) -> str:
        return str(self.id)
