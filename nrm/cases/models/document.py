"""Files of a case: what was brought in, and what the service itself made."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.cases.models.case import Case, CaseChild
from nrm.cases.models.consent import Consent
from nrm.lib.history import History
from nrm.vault.fields import SealedField


class DocumentBlock(models.TextChoices):
    """The part of the case a document belongs to. Who sees that part sees the document."""

    CASE = "case", pgettext_lazy("document", "Case work")
    IDENTITY = "identity", pgettext_lazy("document", "Identity papers")
    CONSENT = "consent", pgettext_lazy("document", "Consent")
    SCREENING = "screening", pgettext_lazy("document", "What happened")
    RISK = "risk", pgettext_lazy("document", "Risk and needs")
    CLINICAL = "clinical", pgettext_lazy("document", "Clinical")


class MediaType(models.TextChoices):
    """What may be kept, known by its content."""

    PDF = "application/pdf", "PDF"
    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"


class DocumentQuerySet(models.QuerySet["Document"]):
    def kept(self) -> DocumentQuerySet:
        return self.filter(removed_at=None)


class Document(CaseChild):
    """One file. Its name and content are sealed; a removed one can no longer be opened by anybody."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="documents")
    block = models.CharField(_("Part of the case"), max_length=12, choices=DocumentBlock)
    #: The consent that it proves, if it does.
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, related_name="documents")
    name = SealedField()
    media_type = models.CharField(max_length=20, choices=MediaType)
    #: Of the copy that is shared, in bytes, before sealing.
    size = models.PositiveIntegerField(_("Size"))
    #: Made by the service itself, as a letter or a consent sheet.
    is_made_here = models.BooleanField(default=False)
    added_by = models.UUIDField(editable=False)
    added_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.UUIDField(null=True, editable=False)
    removed_at = models.DateTimeField(null=True, editable=False)
    history = History()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-added_at", "id")
        constraints = [
            models.CheckConstraint(condition=Q(block__in=DocumentBlock.values), name="document_block_known"),
            models.CheckConstraint(condition=Q(media_type__in=MediaType.values), name="document_type_known"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None) | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="document_removed_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["case", "block"], condition=Q(removed_at=None), name="document_by_block")]


class Copy(models.TextChoices):
    #: Without what a camera or an office program wrote about place, time and author.
    SHARED = "shared", pgettext_lazy("document", "Shared copy")
    ORIGINAL = "original", pgettext_lazy("document", "Original")


class DocumentContent(models.Model):
    """The sealed bytes of a document, written once and apart, so that no list ever reads them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="contents")
    copy = models.CharField(max_length=8, choices=Copy)
    content = SealedField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(copy__in=Copy.values), name="document_copy_known"),
            models.UniqueConstraint(fields=["document", "copy"], name="document_copy_once"),
        ]

    def __str__(self) -> str:
        return str(self.id)
