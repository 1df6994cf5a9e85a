"""Who takes part in a case."""

from __future__ import annotations

import uuid
from datetime import timedelta
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from nrm.access.relations import Relation
from nrm.accounts.models import Organisation
from nrm.cases.models.case import Case
from nrm.lib.clock import now
from nrm.lib.history import History


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def open(self) -> ParticipationQuerySet:
        """What opens its case at this moment: one whose time is over opens nothing, closed or not."""
        return self.unclosed().filter(Q(ends_at=None) | Q(ends_at__gt=now()))

    def unclosed(self) -> ParticipationQuerySet:
        return self.filter(closed_at=None)

    def of(self, user_id: UUID, organisation_id: UUID) -> ParticipationQuerySet:
        """What counts for this user acting in this organisation: the organisation's rows and the user's own."""
        return self.filter(Q(user=None) | Q(user=user_id), organisation=organisation_id)


class Participation(models.Model):
    """The one fact that opens a case to somebody. Opened and closed only by the effects of transitions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="participations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    relation = models.CharField(max_length=20, choices=Relation)
    #: The record whose transition opened this, as "app_label.model:pk".
    because = models.CharField(max_length=80)
    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.UUIDField()
    #: When it is over by itself; empty for what lasts until it is closed.
    ends_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    history = History()

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(relation__in=Relation.values), name="participation_relation_known"),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None) | Q(closed_at__isnull=False, closed_by__isnull=False),
                name="participation_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(relation=Relation.BROKE_GLASS)
                | Q(user__isnull=False, ends_at__isnull=False, ends_at__lte=F("opened_at") + timedelta(minutes=60)),
                name="participation_in_an_emergency_is_short",
            ),
            models.UniqueConstraint(
                fields=["case", "organisation", "relation", "because"],
                condition=Q(closed_at=None, user=None),
                name="participation_once_for_an_organisation",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organisation", "relation", "case"], condition=Q(closed_at=None), name="participation_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.relation} {self.case_id}"
