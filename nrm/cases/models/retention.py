"""How long a case is kept, and who approved that it is erased."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nrm.access.permissions import Permission
from nrm.cases.keeping import is_due
from nrm.cases.models.case import Case, CaseChild
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.effects import Party
from workflows.retention import STANDING, WAITING, RetentionState


class RetentionQuerySet(models.QuerySet["Retention"]):
    def standing(self) -> RetentionQuerySet:
        return self.filter(state__in=STANDING)

    def waiting(self) -> RetentionQuerySet:
        return self.filter(state__in=WAITING)


class Retention(CaseChild):
    """The proposal to erase one closed case. At most one of a case stands."""

    belongs_to: ClassVar[dict[Permission, Party]] = {}

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="retentions")
    state = models.CharField(_("State"), max_length=14, choices=RetentionState, default=RetentionState.PROPOSED)
    proposed_at = models.DateTimeField(auto_now_add=True)
    #: Why somebody proposed it whose age the service could not count from; empty where the service did.
    grounds = SealedField(null=True)
    approved_by = models.UUIDField(null=True, editable=False)
    erased_by = models.UUIDField(null=True, editable=False)
    #: When somebody looks again whether the legal hold is still needed.
    review_on = models.DateField(_("Look again on"), null=True)
    history = History()

    objects = RetentionQuerySet.as_manager()

    class Meta:
        ordering = ("-proposed_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=RetentionState.values), name="retention_state_known"),
            models.UniqueConstraint(fields=["case"], condition=Q(state__in=STANDING), name="retention_once"),
            models.CheckConstraint(
                condition=Q(state__in=[RetentionState.APPROVED_ONCE, RetentionState.ERASED], approved_by__isnull=False)
                | Q(
                    state__in=[RetentionState.PROPOSED, RetentionState.KEPT, RetentionState.DROPPED],
                    approved_by=None,
                ),
                name="retention_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=RetentionState.ERASED, erased_by__isnull=False, approved_by__isnull=False)
                    & ~Q(erased_by=F("approved_by"))
                )
                | (~Q(state=RetentionState.ERASED) & Q(erased_by=None)),
                name="retention_erased_by_two",
            ),
            models.CheckConstraint(
                condition=Q(state=RetentionState.KEPT, review_on__isnull=False)
                | (~Q(state=RetentionState.KEPT) & Q(review_on=None)),
                name="retention_hold_is_looked_at_again",
            ),
        ]
        indexes = [
            models.Index(fields=["review_on"], condition=Q(state=RetentionState.KEPT), name="retention_holds"),
        ]

    # What the machine asks (workflows.retention.RetentionSubject).

    def is_due(self) -> bool:
        return is_due(self.case, knows_age=self.grounds is not None)

    def is_overtaken(self) -> bool:
        return not self.is_due()

    def is_seen_by_the_coordinator(self) -> bool:
        return not self.case.is_restricted
