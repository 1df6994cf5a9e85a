"""Decisions of the identifying body, and what a court or prosecutor says beside them."""

from __future__ import annotations

import uuid
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from nrm.cases.models import Case, CaseChild
from nrm.identification.models.screening import Screening
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.decision import DecisionState
from workflows.status import LegalBasis, Status


class DecisionQuerySet(models.QuerySet["Decision"]):
    def proposed(self) -> DecisionQuerySet:
        return self.filter(state=DecisionState.PROPOSED)

    def signed(self) -> DecisionQuerySet:
        """Complete, and the status has not followed yet; lasts no longer than the transaction that completes it."""
        return self.filter(state=DecisionState.SIGNED)

    def in_effect(self) -> DecisionQuerySet:
        return self.filter(state=DecisionState.EFFECTIVE)

    def taken_back(self) -> DecisionQuerySet:
        return self.filter(state=DecisionState.TAKEN_BACK)

    def to_be_signed_by(self, user_id: UUID) -> DecisionQuerySet:
        """Proposed, and neither signed by this person nor about a person they screened."""
        screened = Screening.objects.by(user_id).filter(case=OuterRef("case"))
        signed = Signature.objects.filter(decision=OuterRef("pk"), signed_by=user_id)
        return self.proposed().exclude(Exists(signed)).exclude(Exists(screened))


class Outcome(models.TextChoices):
    """What can be decided; each is the step of the status that follows."""

    IDENTIFY = "identify", _("Confirm the status")
    NOT_IDENTIFY = "not_identify", _("Do not confirm the status")
    WITHDRAW = "withdraw", _("Withdraw the status")
    UPHOLD = "uphold", _("Uphold the decision after a review")


class Decision(CaseChild):
    """A decision of the identifying body about the status, with the signatures its country asks for."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(_("Decision"), max_length=14, choices=Outcome)
    basis = models.CharField(_("Legal basis"), max_length=30, choices=LegalBasis)
    reasons = SealedField()
    #: The law and article the decision names, as typed.
    provision = SealedField(null=True)
    #: In which capacities it has to be signed: what the country's profile said when it was proposed.
    needs = ArrayField(models.CharField(max_length=30), editable=False)
    proposed_by = models.UUIDField(editable=False)
    proposed_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=DecisionState, default=DecisionState.PROPOSED)
    history = History()

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-proposed_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DecisionState.values), name="decision_state_known"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=DecisionState.PROPOSED), name="decision_proposed_once_a_case"
            ),
        ]

    # What the machine asks (workflows.decision.DecisionSubject).

    def has_every_signature(self) -> bool:
        return set(self.needs) <= set(self.signatures.values_list("capacity", flat=True))

    def has_taken_effect(self) -> bool:
        """The status of the case says what was decided."""
        return self.case.status in STATUS_AFTER[self.outcome]

    def was_screened_by(self, user_id: UUID) -> bool:
        return self.case.was_screened_by(user_id)


#: Where each outcome leads.
STATUS_AFTER: dict[str, tuple[str, ...]] = {
    Outcome.IDENTIFY: (Status.IDENTIFIED,),
    Outcome.NOT_IDENTIFY: (Status.NOT_IDENTIFIED,),
    Outcome.WITHDRAW: (Status.WITHDRAWN,),
    Outcome.UPHOLD: (Status.NOT_IDENTIFIED,),
}


class Signature(models.Model):
    """One member of the body signed in one capacity. Nobody signs a decision twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="signatures")
    capacity = models.CharField(_("In which capacity"), max_length=30)
    signed_by = models.UUIDField(editable=False)
    signed_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("signed_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["decision", "signed_by"], name="signature_once_a_person"),
            models.UniqueConstraint(fields=["decision", "capacity"], name="signature_once_a_capacity"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class CourtAuthority(models.TextChoices):
    PROSECUTION = "prosecution", _("Prosecution")
    COURT = "court", _("Court")


class CourtOpinion(models.TextChoices):
    """How a prosecutor or a court sees it. It never changes the protection status."""

    TRAFFICKING = "trafficking", _("Sees the offence of trafficking")
    OTHER_OFFENCE = "other_offence", _("Sees another offence")
    NO_OFFENCE = "no_offence", _("Sees no offence")
    PENDING = "pending", _("Not decided yet")


class CourtView(models.Model):
    """What a prosecutor or a court said, kept apart from the status. Written once; a later view never changes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="court_views")
    authority = models.CharField(_("Who said it"), max_length=12, choices=CourtAuthority)
    opinion = models.CharField(_("How they see it"), max_length=14, choices=CourtOpinion)
    dated_on = models.DateField(_("Dated"))
    note = SealedField(null=True)
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-dated_on", "-recorded_at", "id")

    def __str__(self) -> str:
        return str(self.id)
