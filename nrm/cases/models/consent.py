"""What the person agreed to, and on what else sharing can rest."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nrm.accounts.models import Organisation
from nrm.lib.clock import today
from nrm.lib.history import History
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


class ConsentQuerySet(models.QuerySet["Consent"]):
    def live(self) -> ConsentQuerySet:
        """Given, not withdrawn, and not past its end date today."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today()), state=ConsentState.GIVEN)

    def covering(self, organisation_id: UUID, categories: list[str]) -> ConsentQuerySet:
        return self.live().filter(recipient=organisation_id, categories__contains=categories)


class Consent(models.Model):
    """The person agreed to one purpose, for one recipient or for assistance as such."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="consents")
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
