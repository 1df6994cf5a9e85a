"""A case and what belongs to it directly: who takes part, consent, risk, notes."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission
from nrm.access.relations import Relation
from nrm.accounts.models import Organisation
from nrm.lib.clock import today
from nrm.lib.codes import new_code
from nrm.lib.history import History
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.tasks.models import Task
from nrm.vault.fields import SealedField
from nrm.vault.models import Person
from workflows.case import Accommodation, Stage
from workflows.consent import ConsentState
from workflows.effects import Party
from workflows.status import LegalBasis, Status


class AgeGroup(models.TextChoices):
    ADULT = "adult", pgettext_lazy("age", "Adult")
    CHILD = "child", pgettext_lazy("age", "Child")
    UNKNOWN = "unknown", pgettext_lazy("age", "Age unknown or disputed")


class Sex(models.TextChoices):
    WOMAN = "woman", pgettext_lazy("sex", "Woman or girl")
    MAN = "man", pgettext_lazy("sex", "Man or boy")
    OTHER = "other", pgettext_lazy("sex", "Another")
    UNKNOWN = "unknown", pgettext_lazy("sex", "Not recorded")


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
        return {}

    # What the machines ask (workflows.case.CaseSubject, workflows.status.StatusSubject).
    # Children answer through their own `open()` querysets, whose states come from their machines.

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

    def has_open_alert(self) -> bool:
        return self.alerts.open().exists()

    def has_open_referral(self) -> bool:
        return self.referrals.open().exists()

    def has_open_placement(self) -> bool:
        return self.placements.open().exists()

    def has_open_episode(self) -> bool:
        return self.episodes.open().exists()

    def has_open_task(self) -> bool:
        return Task.objects.filter(case_code=self.code, closed_at=None).exists()


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def open(self) -> ParticipationQuerySet:
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


class Purpose(models.TextChoices):
    ASSISTANCE = "assistance", _("Assistance and protection")
    REFERRAL = "referral", _("Referral to an organisation")
    SERVICE = "service", _("Psychosocial or other support service")
    FORMAL_IDENTIFICATION = "formal_identification", _("Formal identification")


class DataCategory(models.TextChoices):
    IDENTITY = "identity", _("Identity and contact")
    ACCOUNT = "account", _("Account of what happened")
    RISK = "risk", _("Risk and needs")
    HEALTH = "health", _("Health")


class GivenHow(models.TextChoices):
    SIGNED = "signed", _("Signed")
    ORAL_WITH_WITNESS = "oral_with_witness", _("Spoken, with a witness")
    GUARDIAN_AND_CHILD = "guardian_and_child", _("By the guardian, with the child’s assent")


class Basis(models.TextChoices):
    """On what sharing rests when it is not consent."""

    CONSENT = "consent", _("The person’s consent")
    VITAL_INTEREST = "vital_interest", _("Immediate danger to life")
    CHILD_PROTECTION = "child_protection", _("Child protection")
    COURT_ORDER = "court_order", _("Court order")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def live(self) -> ConsentQuerySet:
        """Given, not withdrawn, and not past its end date today."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today()), state=ConsentState.GIVEN)

    def covering(self, organisation_id: UUID, categories: list[str]) -> ConsentQuerySet:
        return self.live().filter(recipient=organisation_id, categories__contains=categories)


class Consent(models.Model):
    """The person agreed to one purpose, for one recipient or for assistance as such."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(_("Purpose"), max_length=30, choices=Purpose)
    recipient = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Organisation")
    )
    categories = ArrayField(
        models.CharField(max_length=20, choices=DataCategory),
        default=list,
        blank=True,
        verbose_name=_("What may be shared"),
    )
    given_how = models.CharField(_("How it was given"), max_length=20, choices=GivenHow)
    with_interpreter = models.BooleanField(_("An interpreter was present"), default=False)
    given_on = models.DateField(_("Given on"))
    ends_on = models.DateField(_("Ends on"), null=True, blank=True)
    note = SealedField(null=True)
    recorded_by = models.UUIDField(editable=False)
    state = models.CharField(_("State"), max_length=12, choices=ConsentState, default=ConsentState.GIVEN)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ("-given_on", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ConsentState.values), name="consent_state_known"),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.REFERRAL) | Q(recipient__isnull=False),
                name="consent_referral_names_recipient",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("given_on")), name="consent_ends_after_it_was_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    def parties(self) -> dict[Party, UUID]:
        return {Party.RECIPIENT: self.recipient_id} if self.recipient_id else {}


class RiskDomain(models.TextChoices):
    """What a risk assessment looks at (process facts, section 9)."""

    EXPLOITER = "exploiter", _("Threat from the exploiter")
    FAMILY = "family", _("Family or community")
    SELF_HARM = "self_harm", _("Self-harm")
    HEALTH = "health", _("Urgent health need")
    DEPENDANTS = "dependants", _("Dependants at risk")
    DIGITAL = "digital", _("Phone or accounts watched")
    RESIDENCE = "residence", _("Residence at risk")


class RiskAssessment(models.Model):
    """One assessment; a newer one never changes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="risk_assessments")
    level = models.CharField(_("Risk level"), max_length=12, choices=RiskLevel)
    domains = ArrayField(models.CharField(max_length=20, choices=RiskDomain), default=list, blank=True)
    accommodation = models.CharField(_("Accommodation"), max_length=12, choices=Accommodation)
    account = SealedField(null=True)
    review_on = models.DateField(_("Review on"), null=True, blank=True)
    assessed_by = models.UUIDField(editable=False)
    assessed_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-assessed_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=[RiskLevel.LOW, RiskLevel.MEDIUM, RiskLevel.HIGH]),
                name="risk_assessment_has_a_level",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.id}"


class Note(models.Model):
    """A note of the lead team. Written once; a correction is another note."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    body = SealedField()
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-written_at", "id")

    def __str__(self) -> str:
        return str(self.id)


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
