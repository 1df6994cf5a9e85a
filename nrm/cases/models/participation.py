"""Who takes part in a case."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from nrm.access.actor import Actor
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.cases.models.case import Case
from nrm.cases.models.team import CaseBar
from nrm.lib.clock import now
from nrm.lib.history import History


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def open(self) -> ParticipationQuerySet:
        """What opens its case at this moment: one whose time is over opens nothing, closed or not."""
        return self.unclosed().filter(Q(ends_at=None) | Q(ends_at__gt=now()))

    def unclosed(self) -> ParticipationQuerySet:
        return self.filter(closed_at=None)

    def of(self, actor: Actor) -> ParticipationQuerySet:
        """What counts for this user acting in this organisation: their own rows and the organisation's. That the
        organisation leads or led a case counts for its supervisors, and for everybody only where the case has, or had
        there, no team and is not restricted. Whoever works on cases in the organisation that leads one is in its team
        or is not: that their organisation also reported it, or serves the person, opens it to none of them. Nothing
        counts where a conflict of interest keeps the user away."""
        everybodys = Q(user=None)
        if not actor.is_supervisor:
            for_all, case = Q(case__is_restricted=False), OuterRef("case")
            everybodys &= ~Q(relation=Relation.LEADS) | (for_all & ~Q(Exists(team_of(case))))
            if actor.role is Role.CASE_WORKER:
                everybodys &= ~Q(Exists(lead_of(case, actor))) | (for_all & ~Q(Exists(team_of(case))))
            everybodys &= ~Q(relation=Relation.LED) | (for_all & ~Q(Exists(former_team_of(case, actor))))
        mine = self.filter(everybodys | Q(user=actor.user_id), organisation=actor.organisation_id)
        return mine.exclude(Exists(bars_of(actor).filter(case=OuterRef("case"))))


def lead_of(case: Any, actor: Actor) -> models.QuerySet[Participation]:
    """That the actor's organisation leads the case."""
    leads = Participation.objects.open().filter(case=case, relation=Relation.LEADS, user=None)
    return leads.filter(organisation=actor.organisation_id)


def team_of(case: Any) -> models.QuerySet[Participation]:
    """The rows of whoever works on the case in the organisation that leads it, and still works there."""
    return Participation.objects.open().filter(
        case=case,
        relation=Relation.LEADS,
        user__is_active=True,
        user__memberships__ended_at=None,
        user__memberships__role=Role.CASE_WORKER,
        user__memberships__organisation=F("organisation"),
    )


def former_team_of(case: Any, actor: Actor) -> models.QuerySet[Participation]:
    """The rows of whoever worked on the case in the actor's organisation while that one led it."""
    former = Participation.objects.unclosed().filter(relation=Relation.LED, user__isnull=False)
    return former.filter(case=case, organisation=actor.organisation_id)


def bars_of(actor: Actor) -> models.QuerySet[CaseBar]:
    """What keeps this user away."""
    return CaseBar.objects.standing().filter(user=actor.user_id)


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
