"""Two cases of one person that go on as one."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from nrm.cases.models.case import Case, CaseChild
from nrm.lib.history import History
from workflows.merge import MergeState


class CaseMergeQuerySet(models.QuerySet["CaseMerge"]):
    def standing(self) -> CaseMergeQuerySet:
        return self.filter(state=MergeState.MERGED)


class CaseMerge(CaseChild):
    """`case` was merged into another: it is closed and points there. Its records stay where they are."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="merges")
    into = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="merged_here")
    merged_by = models.UUIDField(editable=False)
    merged_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=8, choices=MergeState, default=MergeState.MERGED)
    #: What undoing gives back to a case that merging closed: stage, closure and running time limits. None for one that
    #: was closed before, and stays so.
    before = models.JSONField(null=True, editable=False)
    history = History()

    objects = CaseMergeQuerySet.as_manager()

    class Meta:
        ordering = ("-merged_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MergeState.values), name="merge_state_known"),
            models.CheckConstraint(condition=~Q(case=F("into")), name="merge_of_two_cases"),
            models.UniqueConstraint(fields=["case"], condition=Q(state=MergeState.MERGED), name="merge_once"),
        ]
