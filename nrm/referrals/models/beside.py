"""What is written beside a referral: messages, what the person says of the service, and what was not found."""

from __future__ import annotations

import uuid
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission
from nrm.cases.models import Case
from nrm.directory.services import Service
from nrm.lib.history import History
from nrm.referrals.models.referral import Referral
from nrm.vault.fields import SealedField
from workflows.effects import Party


class MessageKind(models.TextChoices):
    """What a message went with. The writer's side follows from it."""

    QUESTION = "ask", pgettext_lazy("message", "Question")
    ANSWER = "answer", pgettext_lazy("message", "Answer")
    DECLINED = "decline", pgettext_lazy("message", "Declined")
    WITHDRAWN = "withdraw", pgettext_lazy("message", "Withdrawn")
    COMPLETED = "complete", pgettext_lazy("message", "Completed")


class Message(models.Model):
    """What one side wrote to the other with a step of a referral. Written once; both sides read it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=12, choices=MessageKind)
    body = SealedField()
    written_by = models.UUIDField(editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    history = History()

    belongs_to: ClassVar[dict[Permission, Party]] = Referral.belongs_to

    class Meta:
        ordering = ("written_at", "id")
        constraints = [models.CheckConstraint(condition=Q(kind__in=MessageKind.values), name="message_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def case(self) -> Case:
        return self.referral.case

    def parties(self) -> dict[Party, UUID]:
        return self.referral.parties()


class Opinion(models.TextChoices):
    """An answer to one question about a service. Nobody has to give one."""

    YES = "yes", pgettext_lazy("opinion", "Yes")
    PARTLY = "partly", pgettext_lazy("opinion", "In part")
    NO = "no", pgettext_lazy("opinion", "No")


#: What a person can be asked about a service.
QUESTIONS = ("helped", "felt_safe", "respected", "would_return")


def question(name: str) -> str:
    return str(Feedback._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


class Feedback(models.Model):
    """What the person says about a service, if they want to. Written once; the provider never sees it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="feedback")
    helped = models.CharField(_("Did it help?"), max_length=6, choices=Opinion, blank=True)
    felt_safe = models.CharField(_("Did you feel safe there?"), max_length=6, choices=Opinion, blank=True)
    respected = models.CharField(_("Were you treated with respect?"), max_length=6, choices=Opinion, blank=True)
    would_return = models.CharField(_("Would you go there again?"), max_length=6, choices=Opinion, blank=True)
    words = SealedField(null=True)
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = History()

    belongs_to: ClassVar[dict[Permission, Party]] = Referral.belongs_to

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=Q(**{f"{question}__in": ["", *Opinion.values] for question in QUESTIONS}),
                name="feedback_opinion_known",
            ),
        ]

    def __str__(self) -> str:
        return f"feedback {self.id}"

    @property
    def case(self) -> Case:
        return self.referral.case

    def parties(self) -> dict[Party, UUID]:
        return self.referral.parties()


class Gap(models.Model):
    """A service that was looked for in a case and that nobody offers there. Counted once a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="gaps")
    service = models.CharField(_("Service"), max_length=30, choices=Service)
    region = models.CharField(_("Region"), max_length=20, blank=True, default="")
    found_by = models.UUIDField(editable=False)
    found_at = models.DateTimeField(auto_now_add=True)
    history = History()

    class Meta:
        ordering = ("-found_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(service__in=Service.values), name="gap_service_known"),
            models.UniqueConstraint(fields=["case", "service"], name="gap_counted_once"),
        ]

    def __str__(self) -> str:
        return f"gap {self.id}"
