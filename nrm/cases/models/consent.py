"""What the person agreed to, and on what else sharing can rest."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Subquery
from django.utils.translation import gettext_lazy as _

from nrm.access.relations import Relation
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Organisation
from nrm.lib.clock import today
from nrm.lib.history import History
from nrm.lib.spoken_languages import SpokenLanguage
from nrm.vault.fields import SealedField
from workflows.consent import ConsentState
from workflows.effects import Party


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


class SharingQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        """In force, and not past its end date today."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today()), state__in=self.model.IN_FORCE)

    def for_recipient(self, organisation_id: UUID) -> Self:
        """Those that name this organisation, or its kind."""
        kind = Organisation.objects.filter(pk=organisation_id).values("kind")[:1]
        return self.filter(Q(recipient=organisation_id) | Q(recipient=None, recipient_kind=Subquery(kind)))

    def covering(self, organisation_id: UUID, categories: Iterable[str]) -> Self:
        return self.live().for_recipient(organisation_id).filter(categories__contains=list(categories))


class Sharing(models.Model):
    """What lets something of a case be shared: with whom, what, until when. Consent is one, a legal basis another."""

    #: The states in which it counts.
    IN_FORCE: ClassVar[tuple[str, ...]] = ()

    recipient = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Organisation")
    )
    #: Where no organisation is named: every organisation of this kind.
    recipient_kind = models.CharField(
        _("Kind of organisation"), max_length=30, choices=OrganisationKind, blank=True, default=""
    )
    categories = ArrayField(
        models.CharField(max_length=20, choices=DataCategory),
        default=list,
        blank=True,
        verbose_name=_("What may be shared"),
    )
    ends_on = models.DateField(_("Ends on"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_live(self) -> bool:
        return self.state in self.IN_FORCE and (self.ends_on is None or self.ends_on >= today())  # type: ignore[attr-defined]

    def recipients(self) -> list[UUID]:
        """Those whom it names and who take or took part in the case: an organisation that was never in it holds nothing
        of it and does not learn that it exists. Who leads the case is none of them."""
        if not self.recipient_id and not self.recipient_kind:
            return []
        rows: Any = self.case.participations  # type: ignore[attr-defined]
        leading = rows.open().filter(relation=Relation.LEADS).values("organisation")
        named = Q(organisation=self.recipient_id) if self.recipient_id else Q(organisation__kind=self.recipient_kind)
        there = rows.filter(named).exclude(organisation__in=leading)
        return list(there.order_by("organisation").values_list("organisation", flat=True).distinct())


class Consent(Sharing):
    """The person agreed to one purpose, for one recipient, for a kind of recipient, or for assistance as such."""

    IN_FORCE = (ConsentState.GIVEN,)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(_("Purpose"), max_length=30, choices=Purpose)
    given_how = models.CharField(_("How it was given"), max_length=20, choices=GivenHow)
    explained_in = models.CharField(
        _("Language it was explained in"), max_length=40, choices=SpokenLanguage, blank=True, default=""
    )
    with_interpreter = models.BooleanField(_("An interpreter was present"), default=False)
    given_on = models.DateField(_("Given on"))
    #: Who signed beside the person: the witness of a spoken consent, the guardian of a child.
    witness = SealedField(null=True)
    #: What a child said to what the guardian agreed to.
    assent = SealedField(null=True)
    #: The signature drawn on the screen, as the path of an SVG drawing.
    signature = SealedField(null=True)
    note = SealedField(null=True)
    recorded_by = models.UUIDField(editable=False)
    state = models.CharField(_("State"), max_length=12, choices=ConsentState, default=ConsentState.GIVEN)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    objects = SharingQuerySet.as_manager()

    class Meta:
        ordering = ("-given_on", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ConsentState.values), name="consent_state_known"),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.REFERRAL) | Q(recipient__isnull=False) | ~Q(recipient_kind=""),
                name="consent_referral_names_recipient",
            ),
            models.CheckConstraint(
                condition=Q(recipient=None) | Q(recipient_kind=""), name="consent_names_one_or_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("given_on")), name="consent_ends_after_it_was_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.id}"

    def parties(self) -> dict[Party, UUID]:
        return {Party.RECIPIENT: self.recipient_id} if self.recipient_id else {}
