"""What protects a child, and everybody whose age is not certain: a guardian, and the child's best interests first."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from nrm.cases.models.case import Case
from nrm.lib.history import History
from nrm.vault.fields import SealedField


class GuardianKind(models.TextChoices):
    TEMPORARY = "temporary", _("Temporary guardian")
    GUARDIAN = "guardian", _("Guardian")
    PARENT = "parent", _("Parent or other legal representative")


class Guardian(models.Model):
    """Somebody was appointed to act for the child. Written once; a later one never changes an earlier."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="guardians")
    kind = models.CharField(_("Kind of representation"), max_length=12, choices=GuardianKind)
    appointed_on = models.DateField(_("Appointed on"))
    #: Not the suspected exploiter, not a relative involved, not whoever decides about the status or a return.
    is_independent = models.BooleanField(_("Independent"), default=False)
    #: Who it is and how to reach them.
    contact = SealedField()
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-recorded_at", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(is_independent=True), name="guardian_is_independent"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class BestInterestStep(models.TextChoices):
    """The step that was looked at. Each is assessed by itself (process facts, section 6)."""

    REFERRAL = "referral", _("Referral to services")
    ACCOMMODATION = "accommodation", _("Move to accommodation")
    INTERVIEW = "interview", _("Interview or statement")
    FAMILY = "family", _("Return to the family, or separation from it")
    RETURN = "return", _("Return to another country")


class BestInterestFinding(models.TextChoices):
    IN_BEST_INTERESTS = "in_best_interests", _("In the child’s best interests")
    WITH_CONDITIONS = "with_conditions", _("In the child’s best interests under conditions")
    NOT_IN_BEST_INTERESTS = "not_in_best_interests", _("Not in the child’s best interests")


#: Steps that take the child somewhere else.
MOVES = (BestInterestStep.REFERRAL, BestInterestStep.ACCOMMODATION)
#: Findings that let the step go ahead.
FAVOURABLE = (BestInterestFinding.IN_BEST_INTERESTS, BestInterestFinding.WITH_CONDITIONS)


class BestInterestQuerySet(models.QuerySet["BestInterestAssessment"]):
    def of_a_move(self) -> BestInterestQuerySet:
        """Those that say whether the child goes to services or to a place to live, newest first."""
        return self.filter(step__in=MOVES)


class BestInterestAssessment(models.Model):
    """One assessment of one step: the child's view, the reasons, the finding (CRC Art. 3 and 12)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="best_interest_assessments")
    step = models.CharField(_("Which step"), max_length=14, choices=BestInterestStep)
    finding = models.CharField(_("Finding"), max_length=24, choices=BestInterestFinding)
    childs_view = SealedField()
    reasons = SealedField()
    guardian_heard = models.BooleanField(_("The guardian was heard"), default=False)
    assessed_by = models.UUIDField(editable=False)
    assessed_at = models.DateTimeField(auto_now_add=True)
    history = History()

    objects = BestInterestQuerySet.as_manager()

    class Meta:
        ordering = ("-assessed_at", "id")

    def __str__(self) -> str:
        return f"{self.step} {self.id}"

    @property
    def is_favourable(self) -> bool:
        return self.finding in FAVOURABLE
