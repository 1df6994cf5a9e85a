"""The reintegration plan, its goals and reviews, and follow-up contacts."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.models import AgeGroup, Case, CaseChild
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.reintegration import AGREED_PLANS, OPEN_PLANS, PlanState


class PlanQuerySet(models.QuerySet["Plan"]):
    def open(self) -> PlanQuerySet:
        return self.filter(state__in=OPEN_PLANS)

    def agreed(self) -> PlanQuerySet:
        return self.filter(state__in=AGREED_PLANS)

    def reviewed(self) -> PlanQuerySet:
        """Agreed plans in which every goal was reviewed."""
        unreviewed = Goal.objects.filter(plan=models.OuterRef("pk"), reviewed_on=None)
        return self.agreed().filter(~models.Exists(unreviewed))


class Plan(CaseChild):
    """The person's own plan."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="plans")
    started_by = models.UUIDField(editable=False)
    started_at = models.DateTimeField(auto_now_add=True)
    agreed_on = models.DateField(_("Agreed on"), null=True)
    guardian_agreed = models.BooleanField(_("The guardian agreed"), default=False)
    childs_view = SealedField(null=True)
    state = models.CharField(max_length=12, choices=PlanState, default=PlanState.DRAFT)
    history = History()

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="plan_state_known"),
            models.UniqueConstraint(fields=["case"], condition=Q(state__in=OPEN_PLANS), name="plan_one_open_a_case"),
            models.CheckConstraint(
                condition=~Q(state__in=AGREED_PLANS) | Q(agreed_on__isnull=False), name="plan_agreed_on_a_day"
            ),
        ]

    def has_goals(self) -> bool:
        return self.goals.exists()

    def is_for_a_child(self) -> bool:
        return self.case.age_group != AgeGroup.ADULT

    def goals_have_outcomes(self) -> bool:
        return not self.goals.filter(outcome=GoalOutcome.OPEN).exists()


class GoalArea(models.TextChoices):
    HOUSING = "housing", _("Housing")
    HEALTH = "health", _("Health and well-being")
    EDUCATION = "education", _("Education and training")
    WORK = "work", _("Work and income")
    FAMILY = "family", _("Family and community")
    DOCUMENTS = "documents", _("Documents and residence")
    JUSTICE = "justice", _("Justice and compensation")
    SAFETY = "safety", _("Safety")


class GoalOutcome(models.TextChoices):
    OPEN = "open", pgettext_lazy("goal", "In progress")
    ACHIEVED = "achieved", pgettext_lazy("goal", "Achieved")
    PARTLY = "partly", pgettext_lazy("goal", "Achieved in part")
    NOT_ACHIEVED = "not_achieved", pgettext_lazy("goal", "Not achieved")
    DROPPED = "dropped", pgettext_lazy("goal", "No longer wanted")


class Goal(models.Model):
    """One thing the person wants to reach."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="goals")
    area = models.CharField(_("Area"), max_length=20, choices=GoalArea)
    description = SealedField()
    target_on = models.DateField(_("Target date"), null=True, blank=True)
    outcome = models.CharField(_("Outcome"), max_length=20, choices=GoalOutcome, default=GoalOutcome.OPEN)
    #: What was said at the last review.
    note = SealedField(null=True)
    reviewed_on = models.DateField(_("Reviewed on"), null=True, editable=False)
    added_by = models.UUIDField(editable=False)
    added_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    class Meta:
        ordering = ("added_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=GoalOutcome.values), name="goal_outcome_known"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ContactHow(models.TextChoices):
    MEETING = "meeting", pgettext_lazy("follow-up", "Meeting")
    PHONE = "phone", pgettext_lazy("follow-up", "Phone call")
    MESSAGE = "message", pgettext_lazy("follow-up", "Message")
    NOT_REACHED = "not_reached", pgettext_lazy("follow-up", "Not reached")


class FollowUp(models.Model):
    """One contact after support ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="follow_ups")
    on = models.DateField(_("Date"))
    how = models.CharField(_("How"), max_length=12, choices=ContactHow)
    account = SealedField(null=True)
    next_on = models.DateField(_("Next contact"), null=True, blank=True)
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-on", "-recorded_at", "id")
        constraints = [models.CheckConstraint(condition=Q(how__in=ContactHow.values), name="follow_up_how_known")]

    def __str__(self) -> str:
        return str(self.id)
