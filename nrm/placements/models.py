"""Shelters, their places, and stays."""

from __future__ import annotations

import uuid
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission
from nrm.accounts.models import Organisation
from nrm.cases.models import AgeGroup, Case, CaseChild, RiskLevel, Sex
from nrm.lib.clock import today
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.effects import Party
from workflows.placement import HOLDING_A_UNIT, OPEN_PLACEMENTS, STAYING, PlacementState


class Shelter(models.Model):
    """What others may know of a shelter is its code name; the address is sealed under the shelter's own key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="shelter")
    code_name = models.CharField(_("Code name"), max_length=60, unique=True)
    wrapped_key = models.BinaryField(editable=False)
    key_id = models.CharField(max_length=32, editable=False)
    key_version = models.PositiveSmallIntegerField(default=1, editable=False)
    address = SealedField(null=True)
    history = History(excluded_fields=["wrapped_key", "key_id"])

    class Meta:
        ordering = ("code_name",)

    def __str__(self) -> str:
        return self.code_name


class Unit(models.Model):
    """One place for one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(_("Name of the place"), max_length=60)
    sexes = ArrayField(models.CharField(max_length=10, choices=Sex), default=list, verbose_name=_("For whom"))
    age_groups = ArrayField(models.CharField(max_length=10, choices=AgeGroup), default=list, verbose_name=_("Age"))
    is_step_free = models.BooleanField(_("Step-free access"), default=False)
    takes_high_risk = models.BooleanField(_("Suitable for high risk"), default=False)
    is_active = models.BooleanField(_("In use"), default=True)
    history = History()

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(fields=["shelter", "name"], name="unit_name_once_in_a_shelter")]

    def __str__(self) -> str:
        return self.name

    def for_whom(self) -> list[str]:
        """Labels of the sexes and ages the place is meant for."""
        labels = [*map(Sex, self.sexes), *map(AgeGroup, self.age_groups)]
        return [str(choice.label) for choice in labels]

    def mismatches(self, case: Case) -> list[str]:
        """Codes of what does not fit this case; empty when the place fits."""
        checks = {
            "sex": case.sex == Sex.UNKNOWN or case.sex in self.sexes,
            "age": case.age_group == AgeGroup.UNKNOWN or case.age_group in self.age_groups,
            "risk": case.risk_level != RiskLevel.HIGH or self.takes_high_risk,
        }
        return [code for code, fits in checks.items() if not fits]


class Ending(models.TextChoices):
    MOVED_ON = "moved_on", _("Moved to own or supported housing")
    OTHER_SHELTER = "other_shelter", _("Moved to another place")
    FAMILY = "family", _("Went to family")
    LEFT_WITHOUT_NOTICE = "left_without_notice", _("Left without notice")
    OTHER = "other", pgettext_lazy("ending", "Another way")


class PlacementQuerySet(models.QuerySet["Placement"]):
    def open(self) -> PlacementQuerySet:
        return self.filter(state__in=OPEN_PLACEMENTS)

    def staying(self) -> PlacementQuerySet:
        return self.filter(state__in=STAYING)

    def holding(self) -> PlacementQuerySet:
        return self.filter(state__in=HOLDING_A_UNIT)


class Placement(CaseChild):
    """One person's stay, from the request to its end."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="placements")
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="placements", verbose_name=_("Shelter"))
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="placements", verbose_name=_("Place")
    )
    #: When the unit is held: from the reservation or arrival, to the end of the stay (open while it lasts).
    period = DateTimeRangeField(null=True)
    reserved_until = models.DateTimeField(_("Reserved until"), null=True)
    needed_from = models.DateField(_("Needed from"))
    needs = SealedField(null=True)
    override_reason = SealedField(null=True)
    offered_by = models.UUIDField(null=True, editable=False)
    approved_by = models.UUIDField(null=True, editable=False)
    admitted_at = models.DateTimeField(null=True)
    ending = models.CharField(_("How the stay ended"), max_length=30, choices=Ending, blank=True)
    requested_by = models.UUIDField(editable=False)
    requested_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=PlacementState, default=PlacementState.REQUESTED)
    history = History()

    objects = PlacementQuerySet.as_manager()

    belongs_to: ClassVar[dict[Permission, Party]] = {Permission.ANSWER_PLACEMENT: Party.SHELTER}

    class Meta:
        ordering = ("-requested_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PlacementState.values), name="placement_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=HOLDING_A_UNIT) | Q(unit__isnull=False, period__isnull=False),
                name="placement_holds_a_unit_for_a_period",
            ),
            ExclusionConstraint(
                name="placement_one_person_a_unit",
                expressions=[("unit", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=Q(state__in=HOLDING_A_UNIT),
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=STAYING), name="placement_one_stay_at_a_time"
            ),
        ]

    def parties(self) -> dict[Party, UUID]:
        return {Party.SHELTER: self.shelter.organisation_id}

    def is_high_risk(self) -> bool:
        return self.case.risk_level == RiskLevel.HIGH

    def licence_is_valid(self) -> bool:
        until = self.shelter.organisation.licence_valid_until
        return until is not None and until >= today()

    def mismatches(self, unit: Unit | None) -> list[str]:
        """What speaks against the move there; a move to nowhere yet is not held up."""
        return [*unit.mismatches(self.case), *self.not_assessed()] if unit else []

    def not_assessed(self) -> list[str]:
        """No child moves before their best interests are assessed, but in an emergency that somebody gives reasons for
        (CRC Art. 3)."""
        is_assessed = self.case.is_adult() or self.case.has_best_interest_assessment()
        return [] if is_assessed else ["best_interests"]
