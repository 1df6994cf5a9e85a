"""What lets an organisation without an account answer one referral, and what it told by telephone or letter."""

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
from nrm.lib.history import History
from nrm.vault.fields import SealedField
from workflows.effects import Party


class OutsideLink(models.Model):
    """A link that opens once, with a code told by telephone, and the short visit that it then opens.

    Its token and code were shown once; digests are kept. Who it belongs to acts under its `id` (`actors.visitor`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="links")
    token_digest = models.BinaryField(max_length=32, unique=True)
    code_hash = models.CharField(max_length=200)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)
    #: The receipt: link and code were given, and the referral was shown.
    opened_at = models.DateTimeField(null=True)
    visit_digest = models.BinaryField(max_length=32, null=True, unique=True)
    seen_at = models.DateTimeField(null=True)
    #: Replaced, taken back, or the visitor said that they are done.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], condition=Q(ended_at=None), name="outside_link_one_for_a_referral"
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None, visit_digest=None, seen_at=None)
                | Q(opened_at__isnull=False, visit_digest__isnull=False, seen_at__isnull=False),
                name="outside_link_opened_into_a_visit",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(locked_at=None), name="outside_link_locked_opens_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.id}"

    @property
    def case(self) -> Case:
        return self.referral.case


class WrongCode(models.Model):
    """A wrong code, or one for a link that opens nothing, from a network. Kept for a day, to slow down guessing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["network", "at"], name="wrong_code_by_network")]

    def __str__(self) -> str:
        return f"wrong code {self.id}"


class Means(models.TextChoices):
    TELEPHONE = "telephone", pgettext_lazy("how somebody answered", "By telephone")
    LETTER = "letter", pgettext_lazy("how somebody answered", "By letter")
    IN_PERSON = "in_person", pgettext_lazy("how somebody answered", "In person")


class ToldAnswer(models.Model):
    """Who in the other organisation said something about a referral, when and how. Written once, beside the step."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey("referrals.Referral", on_delete=models.PROTECT, related_name="told_answers")
    transition = models.CharField(max_length=30)
    means = models.CharField(_("How"), max_length=10, choices=Means)
    told_by = SealedField()
    told_on = models.DateField(_("When"))
    recorded_by = models.UUIDField(editable=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    history = History()

    belongs_to: ClassVar[dict[Permission, Party]] = {Permission.SEND_REFERRAL: Party.LEAD}

    class Meta:
        ordering = ("recorded_at", "id")
        constraints = [models.CheckConstraint(condition=Q(means__in=Means.values), name="told_answer_means_known")]

    def __str__(self) -> str:
        return f"{self.transition} {self.id}"

    @property
    def case(self) -> Case:
        return self.referral.case

    def parties(self) -> dict[Party, UUID]:
        return self.referral.parties()
