"""Indicator sets and the screenings made with them."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.models import Case, CaseChild
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.screening import ScreeningState


class IndicatorSet(models.Model):
    """A published version of the indicators. Never changed once a screening used it; a new version is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    valid_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="indicator_set_version_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Indicator(models.Model):
    """One sign to look for. `strengths` maps a group (A_LAB, …) to strong, medium or weak; families without strengths
    never enter the dimension rule."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    indicator_set = models.ForeignKey(IndicatorSet, on_delete=models.PROTECT, related_name="indicators")
    code = models.CharField(max_length=10)
    family = models.CharField(max_length=40)
    dimension = models.CharField(max_length=60, blank=True)
    label = models.TextField()
    strengths = models.JSONField(default=dict)
    confidence = models.JSONField(default=dict)
    sources = ArrayField(models.CharField(max_length=40), default=list)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["indicator_set", "code"], name="indicator_once_in_a_set")]

    def __str__(self) -> str:
        return self.code


class Suspected(models.TextChoices):
    """What is suspected; decides which list is asked beside the general signs."""

    LABOUR = "labour", _("Labour exploitation")
    OTHER = "other", _("Something else, or not clear yet")


class SafeToTalk(models.TextChoices):
    YES = "yes", pgettext_lazy("safe to talk", "Yes")
    NO = "no", pgettext_lazy("safe to talk", "No")
    UNKNOWN = "unknown", pgettext_lazy("safe to talk", "Not sure")


class ScreeningQuerySet(models.QuerySet["Screening"]):
    def completed(self) -> ScreeningQuerySet:
        return self.filter(state=ScreeningState.COMPLETED)

    def with_grounds(self) -> ScreeningQuerySet:
        """Completed, and the result speaks for presuming the status."""
        return self.completed().filter(gives_grounds=True)

    def by(self, user_id: UUID) -> ScreeningQuerySet:
        """Those the user began or answered in."""
        answered = Answer.objects.filter(screening=OuterRef("pk"), answered_by=user_id)
        return self.filter(Q(started_by=user_id) | Exists(answered))


class Screening(CaseChild):
    """What one professional saw and heard. Frozen once completed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="screenings")
    indicator_set = models.ForeignKey(IndicatorSet, on_delete=models.PROTECT, related_name="+")
    suspected = models.CharField(_("What is suspected"), max_length=20, choices=Suspected)
    safe_to_talk = models.CharField(_("Is the person safe to talk now?"), max_length=10, choices=SafeToTalk)
    started_by = models.UUIDField(editable=False)
    started_at = models.DateTimeField(auto_now_add=True)
    #: The explained result, in codes: per dimension its outcome, what speaks for it and what is unknown.
    result = models.JSONField(default=dict, editable=False)
    gives_grounds = models.BooleanField(default=False, editable=False)
    #: A professional recorded that exploitation was intended but had not begun (the person was stopped early).
    intent_recorded = models.BooleanField(default=False, editable=False)
    judgement = SealedField(null=True)
    state = models.CharField(max_length=12, choices=ScreeningState, default=ScreeningState.DRAFT)
    history = History()

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        ordering = ("-started_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ScreeningState.values), name="screening_state_known"),
        ]

    @property
    def is_draft(self) -> bool:
        return self.state == ScreeningState.DRAFT

    # What the machine asks (workflows.screening.ScreeningSubject).

    def has_answers(self) -> bool:
        return self.answers.exists()

    def has_newer(self) -> bool:
        """A screening of the same case that was completed after this one began."""
        return type(self).objects.completed().filter(case=self.case_id, started_at__gt=self.started_at).exists()


class AnswerValue(models.TextChoices):
    OBSERVED = "observed", pgettext_lazy("answer", "Seen")
    REPORTED = "reported", pgettext_lazy("answer", "Told")
    NOT_PRESENT = "not_present", pgettext_lazy("answer", "Not present")
    UNKNOWN = "unknown", pgettext_lazy("answer", "Not known")


class EvidenceBasis(models.TextChoices):
    SEEN = "seen", pgettext_lazy("basis", "Seen by me")
    TOLD = "told", pgettext_lazy("basis", "Told by somebody")
    DOCUMENT = "document", pgettext_lazy("basis", "In a document")


class Answer(models.Model):
    """One answered indicator of a screening. `version` tells a colleague's answer from the one a page was made with."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="answers")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=12, choices=AnswerValue)
    basis = models.CharField(max_length=10, choices=EvidenceBasis, blank=True)
    note = SealedField(null=True)
    answered_by = models.UUIDField(editable=False)
    answered_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["screening", "indicator"], name="answer_once_an_indicator"),
            models.CheckConstraint(condition=Q(value__in=AnswerValue.values), name="answer_value_known"),
            models.CheckConstraint(condition=Q(basis__in=["", *EvidenceBasis.values]), name="answer_basis_known"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.value}"
