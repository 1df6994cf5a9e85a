"""A case: one person's way through the mechanism, and what every record of it shares."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.cases.models.consent import Purpose
from nrm.lib.codes import new_code
from nrm.lib.history import History
from nrm.lib.persons import AgeGroup, Sex
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.tasks.models import Task
from nrm.vault.models import Person
from workflows.case import Accommodation, Stage
from workflows.effects import Party
from workflows.screening import OTHER_HELP
from workflows.status import LegalBasis, Status
from workflows.track import Track


class RiskLevel(models.TextChoices):
    NOT_ASSESSED = "not_assessed", pgettext_lazy("risk", "Not assessed")
    LOW = "low", pgettext_lazy("risk", "Low")
    MEDIUM = "medium", pgettext_lazy("risk", "Medium")
    HIGH = "high", pgettext_lazy("risk", "High")


class Closure(models.TextChoices):
    """Why support ended. Every reason is about the record, never a judgement of the person."""

    GOALS_REACHED = "goals_reached", _("Goals reached")
    PERSONS_WISH = "persons_wish", _("The person’s wish")
    MOVED_AWAY = "moved_away", _("Support goes on elsewhere")
    CONTACT_LOST = "contact_lost", _("Contact lost")
    NO_GROUNDS = "no_grounds", _("No grounds found; referred to other help")
    DIED = "died", _("The person died")
    MERGED = "merged", _("Goes on in another case of the same person")


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        return self.exclude(stage=Stage.CLOSED)


class Case(models.Model):
    """One person's way through the mechanism. Identity is not here but in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("Case code"), max_length=14, unique=True, default=new_code, editable=False)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="case")
    stage = models.CharField(_("Stage"), max_length=20, choices=Stage, default=Stage.IDENTIFICATION)
    status = models.CharField(_("Protection status"), max_length=20, choices=Status, default=Status.POTENTIAL)
    status_basis = models.CharField(_("Legal basis"), max_length=30, choices=LegalBasis, blank=True)
    track = models.CharField(_("How the person is helped"), max_length=12, choices=Track, default=Track.UNDECIDED)
    #: The authority that protects the child; empty for adults, and where the lead organisation is that authority.
    child_protection = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Child-protection authority"),
    )
    #: Where in the country the signs were seen: a region of the country's profile, or empty.
    region = models.CharField(_("Region"), max_length=20, blank=True, default="")
    #: The stage that `resume` and `reopen` go back to.
    returns_to = models.CharField(max_length=20, choices=Stage, default=Stage.IDENTIFICATION)
    #: 1, and one more each time the case is reopened as re-trafficking.
    episode = models.PositiveSmallIntegerField(_("Episode"), default=1)
    age_group = models.CharField(_("Age"), max_length=10, choices=AgeGroup)
    sex = models.CharField(_("Sex"), max_length=10, choices=Sex, default=Sex.UNKNOWN)
    spoken_language = models.CharField(
        _("Language the person speaks"), max_length=40, choices=SpokenLanguage, blank=True
    )
    needs_interpreter = models.BooleanField(_("Interpreter needed"), default=False)
    risk_level = models.CharField(_("Risk level"), max_length=12, choices=RiskLevel, default=RiskLevel.NOT_ASSESSED)
    accommodation = models.CharField(
        _("Accommodation"), max_length=12, choices=Accommodation, default=Accommodation.UNKNOWN
    )
    #: Opened to its team alone: no colleague, no search and no country-wide list finds it.
    is_restricted = models.BooleanField(_("Restricted to its team"), default=False)
    closure = models.CharField(_("Closure reason"), max_length=20, choices=Closure, blank=True)
    opened_at = models.DateTimeField(_("Opened"), auto_now_add=True)
    changed_at = models.DateTimeField(_("Last change"), auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="case_stage_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="case_status_known"),
            models.CheckConstraint(condition=Q(track__in=Track.values), name="case_track_known"),
            models.CheckConstraint(condition=Q(risk_level__in=RiskLevel.values), name="case_risk_level_known"),
            models.CheckConstraint(
                condition=~Q(returns_to__in=[Stage.ON_HOLD, Stage.CLOSED]), name="case_returns_to_an_open_stage"
            ),
            models.CheckConstraint(condition=~Q(stage=Stage.CLOSED) | ~Q(closure=""), name="case_closed_with_a_reason"),
        ]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="case_by_change"),
            models.Index(fields=["stage", "-changed_at"], name="case_by_stage"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def case(self) -> Case:
        return self

    def parties(self) -> dict[Party, UUID]:
        return {Party.CHILD_PROTECTION: self.child_protection_id} if self.child_protection_id else {}

    # What the machines ask (workflows.case.CaseSubject, workflows.status.StatusSubject,
    # workflows.track.TrackSubject).
    # Children answer through their own `open()` querysets, whose states come from their machines.

    def is_adult(self) -> bool:
        return self.age_group == AgeGroup.ADULT

    def may_be_a_child(self) -> bool:
        """A child, or a person whose age is unknown or disputed (CETS 197 Art. 10(3))."""
        return not self.is_adult()

    def is_unnamed(self) -> bool:
        """Asked of the database each time: whoever waited for the lock holds a person as it was before."""
        return not Person.objects.filter(pk=self.person_id).exclude(identity=None).exists()

    def has_its_person(self) -> bool:
        return self.person.erased_at is None

    def holds_no_name(self) -> bool:
        return self.track == Track.NAMELESS

    def has_best_interest_assessment(self) -> bool:
        """Whether what was found last, of a referral or of a move to accommodation, lets it go ahead."""
        newest = self.best_interest_assessments.of_a_move().first()
        return newest is not None and newest.is_favourable

    def has_other_grounds_for_help(self) -> bool:
        return self.screenings.completed().filter(conclusion__in=OTHER_HELP).exists()

    def has_signed_decision(self, outcome: str) -> bool:
        return self.decisions.signed().filter(outcome=outcome).exists()

    def is_risk_assessed(self) -> bool:
        return self.risk_level != RiskLevel.NOT_ASSESSED

    def has_consent_to_assistance(self) -> bool:
        return self.consents.live().filter(purpose=Purpose.ASSISTANCE).exists()

    def has_screening_with_grounds(self) -> bool:
        return self.screenings.with_grounds().exists()

    def was_screened_by(self, user_id: UUID) -> bool:
        return self.screenings.by(user_id).exists()

    def has_admitted_placement(self) -> bool:
        return self.placements.staying().exists()

    def has_agreed_plan(self) -> bool:
        return self.plans.agreed().exists()

    def has_reviewed_goals(self) -> bool:
        return self.plans.reviewed().exists()

    def was_merged(self) -> bool:
        """Whether it goes on in another case now."""
        return self.merges.standing().exists()

    def is_back_from_merge(self) -> bool:
        """Closed by a merge that was undone."""
        return self.closure == Closure.MERGED and not self.was_merged()

    @property
    def before_merge(self) -> str:
        """The stage it was in when it was merged last."""
        last = self.merges.exclude(before=None).first()
        return str(last.before["stage"]) if last and last.before else self.returns_to

    def has_open_alert(self) -> bool:
        return self.alerts.open().exists()

    def has_open_referral(self) -> bool:
        return self.referrals.open().exists()

    def has_open_placement(self) -> bool:
        return self.placements.open().exists()

    def has_open_episode(self) -> bool:
        return self.episodes.open().exists()

    def has_open_task(self) -> bool:
        """What the coordinator is told of holds nobody up, nor what an organisation that was closed left undone."""
        tasks = Task.objects.open().filter(case_code=self.code, organisation__is_active=True)
        return tasks.exclude(role=Role.COORDINATOR).exists()


class CaseChild(models.Model):
    """What every stage record shares: its case, its version, and which party each permission belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    #: A permission listed here belongs to one organisation of this record, not to everybody with the relation.
    belongs_to: ClassVar[dict[Permission, Party]] = {}

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.label_lower}:{self.pk}"

    def parties(self) -> dict[Party, UUID]:
        return {}


def reference(record: models.Model | Any) -> str:
    """How audit, tasks and participations name a record: "app_label.model:pk"."""
    return f"{record._meta.label_lower}:{record.pk}"
