"""The lead of a case offered to another organisation."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nrm.access.permissions import Permission
from nrm.access.roles import Role
from nrm.accounts.models import Organisation
from nrm.accounts.selectors import organisations_that_can_lead
from nrm.cases.models.case import Case, CaseChild
from nrm.cases.models.consent import DataCategory
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.effects import Party
from workflows.transfer import TransferState

#: What a new lead comes to see, and so what consent or a legal basis has to cover.
SHARED_WITH_A_LEAD = (DataCategory.IDENTITY, DataCategory.ACCOUNT, DataCategory.RISK)


class TransferQuerySet(models.QuerySet["Transfer"]):
    def open(self) -> TransferQuerySet:
        return self.filter(state=TransferState.OFFERED)


class Transfer(CaseChild):
    """One offer of the lead, answered by the organisation it was made to."""

    belongs_to: ClassVar[dict[Permission, Party]] = {
        Permission.TRANSFER_LEAD: Party.SENDER,
        Permission.ANSWER_TRANSFER: Party.RECEIVER,
    }

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transfers")
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("Receiving organisation")
    )
    #: Why, and what the new lead has to know first. No identity in it.
    summary = SealedField()
    offered_by = models.UUIDField(editable=False)
    offered_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(_("State"), max_length=12, choices=TransferState, default=TransferState.OFFERED)
    history = History()

    objects = TransferQuerySet.as_manager()

    class Meta:
        ordering = ("-offered_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TransferState.values), name="transfer_state_known"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="transfer_goes_to_another_organisation"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=TransferState.OFFERED), name="transfer_one_at_a_time"
            ),
        ]

    def parties(self) -> dict[Party, UUID]:
        return {Party.SENDER: self.sender_id, Party.RECEIVER: self.receiver_id}

    def is_covered(self) -> bool:
        """By the person's live consent, or by a legal basis that is in force."""
        covers = (self.receiver_id, SHARED_WITH_A_LEAD)
        return self.case.consents.covering(*covers).exists() or self.case.sharing_bases.covering(*covers).exists()

    def roles(self) -> dict[Party, Role]:
        return dict.fromkeys((Party.SENDER, Party.RECEIVER), Role.CASE_WORKER)

    def receiver_may_lead(self) -> bool:
        """Not only when it was asked: until it answers, it can have lost its last case worker."""
        return self.receiver_id != self.sender_id and organisations_that_can_lead().filter(pk=self.receiver_id).exists()

    def has_open_offer(self) -> bool:
        return self.case.transfers.open().exclude(pk=self.pk).exists()

    def was_merged(self) -> bool:
        return self.case.was_merged()
