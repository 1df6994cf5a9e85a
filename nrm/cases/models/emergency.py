"""Emergency access: who opened a case that was not shared with them, why, for how long, and what the review found."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nrm.access.permissions import Permission
from nrm.accounts.models import Organisation
from nrm.cases.models.case import Case, CaseChild
from nrm.lib.clock import now
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.effects import Party
from workflows.emergency import OVER, UNREVIEWED, EmergencyState

#: The longest that one use lasts. The database holds it too.
LONGEST = timedelta(minutes=60)


class EmergencyReason(models.TextChoices):
    LIFE = "life", _("Immediate danger to life")
    HEALTH = "health", _("Medical emergency")
    CHILD = "child", _("A child is in danger")
    MISSING = "missing", _("The person is missing")


class EmergencyAccessQuerySet(models.QuerySet["EmergencyAccess"]):
    def unreviewed(self) -> EmergencyAccessQuerySet:
        return self.filter(state__in=UNREVIEWED)

    def running(self) -> EmergencyAccessQuerySet:
        """What opens a case at this moment, whether or not anybody wrote down that it is over."""
        return self.filter(state=EmergencyState.OPEN, ends_at__gt=now())


class EmergencyAccess(CaseChild):
    """One use: one person, one case, one hour at most."""

    belongs_to: ClassVar[dict[Permission, Party]] = {Permission.END_EMERGENCY: Party.EMERGENCY_USER}

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="emergencies")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("What kind of emergency"), max_length=10, choices=EmergencyReason)
    account = SealedField()
    state = models.CharField(_("State"), max_length=20, choices=EmergencyState, default=EmergencyState.OPEN)
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reviewed_by = models.UUIDField(null=True, editable=False)
    reviewed_at = models.DateTimeField(null=True)
    review_note = SealedField(null=True)
    history = History()

    objects = EmergencyAccessQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=EmergencyState.values), name="emergency_state_known"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("opened_at"), ends_at__lte=F("opened_at") + LONGEST),
                name="emergency_an_hour_at_most",
            ),
            models.CheckConstraint(
                condition=Q(state=EmergencyState.OPEN, ended_at=None)
                | (~Q(state=EmergencyState.OPEN) & Q(ended_at__isnull=False, ended_at__lte=F("ends_at"))),
                name="emergency_ended_in_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNREVIEWED, reviewed_by=None, reviewed_at=None, review_note=None)
                | (
                    ~Q(state__in=UNREVIEWED)
                    & Q(reviewed_by__isnull=False, reviewed_at__isnull=False, review_note__isnull=False)
                    & ~Q(reviewed_by=F("user"))
                ),
                name="emergency_reviewed_by_another",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(state__in=UNREVIEWED), name="emergency_one_unreviewed_each"
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_at", "-id"], name="emergency_by_time"),
            models.Index(fields=["ends_at"], condition=Q(state=EmergencyState.OPEN), name="emergency_running"),
        ]

    def parties(self) -> dict[Party, UUID]:
        return {Party.EMERGENCY_USER: self.organisation_id}

    @property
    def is_running(self) -> bool:
        return self.state == EmergencyState.OPEN and self.ends_at > now()

    @property
    def awaits_review(self) -> bool:
        return self.state in OVER

    def is_of(self, user_id: UUID) -> bool:
        return self.user_id == user_id

    def was_used_by(self, user_id: UUID) -> bool:
        return self.user_id == user_id

    def is_over(self) -> bool:
        return self.ends_at <= now()
