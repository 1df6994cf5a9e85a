"""What colleagues write about a task: what is asked, why it was put off or given to somebody, and comments."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.models.case import Case
from nrm.lib.history import History
from nrm.tasks.models import Task
from nrm.vault.fields import SealedField


class RemarkKind(models.TextChoices):
    ASKED = "asked", _("What there is to do")
    COMMENT = "comment", pgettext_lazy("task", "Comment")
    SNOOZED = "snoozed", _("Why it was put off")
    DELEGATED = "delegated", _("Why it was given to a colleague")


class TaskRemark(models.Model):
    """Written once, read by those whose task it is and by who gave it. Never in a notice or a mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="task_remarks")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=10, choices=RemarkKind)
    body = SealedField()
    #: To whom it was given.
    to = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    #: Until when it was put off.
    until = models.DateTimeField(null=True)
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("written_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=RemarkKind.SNOOZED, until__isnull=False, to=None)
                | Q(kind=RemarkKind.DELEGATED, until=None)
                | Q(kind__in=[RemarkKind.ASKED, RemarkKind.COMMENT], until=None, to=None),
                name="task_remark_kind_known_and_whole",
            ),
            models.UniqueConstraint(fields=["task"], condition=Q(kind=RemarkKind.ASKED), name="task_remark_asked_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)
