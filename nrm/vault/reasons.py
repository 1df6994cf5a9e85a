"""Why somebody opens an identity. A code for the audit, a sentence part for the list."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy


class RevealReason(TextChoices):
    CONTACT = "contact", pgettext_lazy("reason to open an identity", "To contact the person")
    REFERRAL = "referral", pgettext_lazy("reason to open an identity", "To prepare or answer a referral")
    CARE = "care", pgettext_lazy("reason to open an identity", "To give the agreed support")
    DECISION = "decision", pgettext_lazy("reason to open an identity", "To decide on the status")
    DOCUMENTS = "documents", pgettext_lazy("reason to open an identity", "To arrange documents or travel")
    CORRECTION = "correction", pgettext_lazy("reason to open an identity", "To check or correct the data")
    DANGER = "danger", pgettext_lazy("reason to open an identity", "Immediate danger to the person")
    LEGAL_DUTY = "legal_duty", pgettext_lazy("reason to open an identity", "A duty set by law")
