"""Two cases of one person."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from nrm.cases.models.case import Case
from nrm.lib.history import History


class LinkReason(models.TextChoices):
    """What shows that it is one person."""

    SAME_DOCUMENT = "same_document", _("The same document")
    PERSON_SAYS = "person_says", _("The person says so")
    SAME_DETAILS = "same_details", _("The same name and date of birth, and checked")


class CaseLinkQuerySet(models.QuerySet["CaseLink"]):
    def standing(self) -> CaseLinkQuerySet:
        return self.filter(unlinked_at=None)

    def of(self, case: Case) -> CaseLinkQuerySet:
        return self.filter(Q(first=case) | Q(second=case))


class CaseLink(models.Model):
    """Two cases are one person's. Which is first only keeps a pair from being linked twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("What shows that it is one person"), max_length=14, choices=LinkReason)
    linked_by = models.UUIDField(editable=False)
    linked_at = models.DateTimeField(auto_now_add=True)
    unlinked_by = models.UUIDField(null=True, editable=False)
    unlinked_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    history = History()

    objects = CaseLinkQuerySet.as_manager()

    class Meta:
        ordering = ("linked_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="case_link_in_order"),
            models.CheckConstraint(condition=Q(reason__in=LinkReason.values), name="case_link_reason_known"),
            models.CheckConstraint(
                condition=Q(unlinked_at=None, unlinked_by=None)
                | Q(unlinked_at__isnull=False, unlinked_by__isnull=False),
                name="case_link_removed_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["first", "second"], condition=Q(unlinked_at=None), name="case_link_once_for_a_pair"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def other(self, case: Case) -> Case:
        return self.second if self.first_id == case.pk else self.first
