"""Indicator sets: what is asked, in versions that never change."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _


def first_plan() -> dict[str, dict[str, list[str]]]:
    """What the first published set asked for: one list, and the general signs."""
    return {"lists": {"labour": ["LAB"]}, "families": {}}


class IndicatorSet(models.Model):
    """A published version of the indicators. Never changed once a screening used it; a new version is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    valid_from = models.DateField()
    #: Empty for the set that every country shares, else the country whose own set it is.
    country = models.CharField(max_length=2, blank=True, default="")
    #: What is asked for what: `lists` (suspicion -> lists of the dimension rule), `families` (suspicion, circumstance,
    #: "child" or "man" -> families).
    plan = models.JSONField(default=first_plan)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="indicator_set_version_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Use(models.TextChoices):
    SIGN = "sign", _("Sign")
    REMINDER = "reminder", _("Advice to whoever screens")


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
    #: Whether it belongs to the short list that is asked first.
    is_short = models.BooleanField(default=True)
    use = models.CharField(max_length=10, choices=Use, default=Use.SIGN)
    #: Labels of a national set by language; those of the common set are in the catalogues.
    labels = models.JSONField(default=dict)
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = [models.UniqueConstraint(fields=["indicator_set", "code"], name="indicator_once_in_a_set")]

    def __str__(self) -> str:
        return self.code

    @property
    def words(self) -> str:
        """The label in the reader's language: the set's own, else from the catalogues, else as the set gives it."""
        own: str | None = self.labels.get(get_language() or "")
        return own or gettext(self.label)
