"""The person behind a case, sealed, and the blind index that finds a person without opening anyone."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from nrm.lib.history import History
from nrm.vault.blind_index import IndexKind
from nrm.vault.fields import SealedField


class Person(models.Model):
    """One sealed identity and the key that opens it and everything else recorded about the person.

    `wrapped_key` stays out of the history: a key that was destroyed must be gone everywhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wrapped_key = models.BinaryField(editable=False)
    #: Which key of `NRM_VAULT_KEYS` wraps the data key.
    key_id = models.CharField(max_length=32, editable=False)
    #: Which data key of the person this is; every sealed value is bound to it.
    key_version = models.PositiveSmallIntegerField(default=1, editable=False)
    identity = SealedField(null=True)
    #: How often the identity was written; equals its history rows and audit events.
    version = models.PositiveIntegerField(default=0, editable=False)
    #: How the index entries were written (`blind_index.index_form`); empty before there are any.
    index_form = models.CharField(max_length=20, default="", blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    #: When the data key was destroyed. From then on the row never changes again; a trigger holds that.
    erased_at = models.DateTimeField(null=True, editable=False)
    history = History(excluded_fields=["wrapped_key", "key_id", "index_form"])

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.CheckConstraint(
                condition=(Q(erased_at=None) & ~Q(key_id="") & ~Q(wrapped_key=b""))
                | Q(erased_at__isnull=False, key_id="", wrapped_key=b"", identity=None, index_form=""),
                name="person_has_a_key_or_is_erased",
            ),
            models.CheckConstraint(
                condition=Q(identity=None, version=0) | Q(version__gte=1), name="person_identity_has_a_version"
            ),
        ]
        indexes = [models.Index(fields=["key_id", "id"], name="person_by_key")]

    def __str__(self) -> str:
        return str(self.id)


class IndexEntry(models.Model):
    """One cut digest of one compound input; several people may share it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="index_entries")
    kind = models.CharField(max_length=20, choices=IndexKind.choices)
    digest = models.BinaryField(max_length=32, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=IndexKind.values), name="index_entry_kind_known"),
            models.UniqueConstraint(fields=["person", "kind", "digest"], name="index_entry_once"),
        ]
        indexes = [models.Index(fields=["kind", "digest"], name="index_entry_by_digest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
