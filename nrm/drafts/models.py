"""A form that somebody has begun and not saved. Not the record: it has no history, and goes when it is saved."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from nrm.accounts.models import Membership, User
from nrm.vault.fields import SealedField


class DraftQuerySet(models.QuerySet["Draft"]):
    def waiting(self) -> DraftQuerySet:
        """What can be gone on with; the others only say that their page was saved or thrown away."""
        return self.filter(put_away_at=None)


class Draft(models.Model):
    """What one person typed into one form about one thing, sealed under a key of its own.

    A row that was put away has neither text nor key. It stays for an hour, so that what the page of before sends too
    late does not make a draft of what is saved already.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Without a constraint in the database: a foreign key would lock the row of the account while a case is written.
    author = models.ForeignKey(User, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    #: The view to which the form is sent, and the arguments of its address: codes and ids, never words.
    form = models.CharField(max_length=80)
    arguments = models.CharField(max_length=255, blank=True)
    case_code = models.CharField(_("Case"), max_length=20, blank=True)
    #: Whether the database shows it only to who sees the case.
    follows_case = models.BooleanField(default=False)
    wrapped_key = models.BinaryField(editable=False)
    key_id = models.CharField(max_length=32, editable=False, blank=True)
    key_version = models.PositiveSmallIntegerField(default=1, editable=False)
    body = SealedField(null=True)
    #: The page that wrote it last; another page of the same form does not write over it unasked.
    sitting = models.UUIDField(editable=False)
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    put_away_at = models.DateTimeField(null=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ("-saved_at", "id")
        constraints = [
            models.UniqueConstraint(fields=["membership", "form", "arguments"], name="draft_once_for_a_form"),
            models.CheckConstraint(
                condition=Q(put_away_at=None, body__isnull=False) & ~Q(key_id="") & ~Q(wrapped_key=b"")
                | Q(put_away_at__isnull=False, body=None, key_id="", wrapped_key=b""),
                name="draft_has_text_and_key_or_neither",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("saved_at")), name="draft_expires"),
            models.CheckConstraint(condition=Q(follows_case=False) | ~Q(case_code=""), name="draft_follows_a_case"),
        ]
        indexes = [
            models.Index(fields=["case_code"], name="draft_by_case"),
            models.Index(fields=["expires_at"], name="draft_by_expiry"),
            models.Index(fields=["author"], name="draft_by_author"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.id}"
