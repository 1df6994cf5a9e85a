"""On what sharing rests when it is not the person's consent, and that the person was told."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nrm.cases.models.case import Case, CaseChild
from nrm.cases.models.consent import Basis, Sharing, SharingQuerySet
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.basis import IN_FORCE, BasisState
from workflows.effects import Party


class SharingBasis(CaseChild, Sharing):
    """Something may be shared without consent: for whom, what, why, until when, and what the person was told."""

    IN_FORCE = IN_FORCE

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sharing_bases")
    basis = models.CharField(_("Legal basis"), max_length=20, choices=Basis)
    reason = SealedField()
    told = SealedField(null=True)
    told_on = models.DateField(_("Told on"), null=True, blank=True)
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("State"), max_length=12, choices=BasisState, default=BasisState.UNTOLD)
    history = History()

    objects = SharingQuerySet.as_manager()

    class Meta:
        ordering = ("-recorded_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BasisState.values), name="basis_state_known"),
            models.CheckConstraint(
                condition=Q(basis__in=Basis.values) & ~Q(basis=Basis.CONSENT), name="basis_is_not_consent"
            ),
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, recipient_kind="") | (Q(recipient=None) & ~Q(recipient_kind="")),
                name="basis_names_one_or_a_kind",
            ),
            models.CheckConstraint(condition=~Q(categories=[]), name="basis_shares_something"),
            models.CheckConstraint(
                condition=~Q(state=BasisState.TOLD) | Q(told__isnull=False, told_on__isnull=False),
                name="basis_told_what_and_when",
            ),
        ]

    def parties(self) -> dict[Party, UUID]:
        return {Party.RECIPIENT: self.recipient_id} if self.recipient_id else {}
