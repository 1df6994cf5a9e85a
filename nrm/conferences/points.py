"""What can stand on the agenda, and which part of the case each point belongs to: one table.

Whoever may not see the part sees neither the point nor what was said. The table is stricter than the stage rooms where
minutes would tell more than a fact: of the decision on the status, only who reads its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.permissions import Permission as P  # noqa: N817  one letter keeps the table a table
from nrm.access.policy import Standing


class Topic(TextChoices):
    RISK = "risk", pgettext_lazy("agenda", "Risk and safety")
    ACCOMMODATION = "accommodation", pgettext_lazy("agenda", "Accommodation")
    HEALTH = "health", pgettext_lazy("agenda", "Health")
    PSYCHOSOCIAL = "psychosocial", pgettext_lazy("agenda", "Psychosocial support")
    LEGAL = "legal", pgettext_lazy("agenda", "Legal matters")
    DOCUMENTS = "documents", pgettext_lazy("agenda", "Documents and residence")
    CHILD = "child", pgettext_lazy("agenda", "The child’s best interests")
    STATUS = "status", pgettext_lazy("agenda", "Protection status")
    PLAN = "plan", pgettext_lazy("agenda", "Reintegration plan")
    LEAD = "lead", pgettext_lazy("agenda", "Transfer of the lead")
    CONSENT = "consent", pgettext_lazy("agenda", "Consent and sharing")
    OTHER = "other", pgettext_lazy("agenda", "Something else")


class Block(TextChoices):
    """Kept with what was said, so that the database itself can hold clinical minutes back."""

    RISK = "risk", _("Risk and needs")
    STAY = "stay", _("Placement")
    CLINICAL = "clinical", _("Clinical notes")
    SUPPORT = "support", _("Support services")
    PERSON = "person", _("The person")
    CHILD = "child", _("The child’s best interests")
    STATUS = "status", _("Decision on the status")
    PLAN = "plan", _("Reintegration plan")
    LEAD = "lead", _("Transfer of the lead")
    CONSENT = "consent", _("Consent")
    CASE = "case", _("Notes of the case team")


BLOCK_OF: Mapping[Topic, Block] = {
    Topic.RISK: Block.RISK,
    Topic.ACCOMMODATION: Block.STAY,
    Topic.HEALTH: Block.CLINICAL,
    Topic.PSYCHOSOCIAL: Block.SUPPORT,
    Topic.LEGAL: Block.SUPPORT,
    Topic.DOCUMENTS: Block.PERSON,
    Topic.CHILD: Block.CHILD,
    Topic.STATUS: Block.STATUS,
    Topic.PLAN: Block.PLAN,
    Topic.LEAD: Block.LEAD,
    Topic.CONSENT: Block.CONSENT,
    Topic.OTHER: Block.CASE,
}

NEEDED_TO_SEE: Mapping[Block, P] = {
    Block.RISK: P.SEE_RISK,
    Block.STAY: P.SEE_PLACEMENT,
    Block.CLINICAL: P.SEE_CLINICAL,
    Block.SUPPORT: P.SEE_SUPPORT,
    Block.PERSON: P.SEE_PERSON,
    Block.CHILD: P.SEE_CHILD,
    Block.STATUS: P.SEE_DECISION,
    Block.PLAN: P.SEE_PLAN,
    Block.LEAD: P.SEE_TRANSFER,
    Block.CONSENT: P.SEE_CONSENT,
    Block.CASE: P.SEE_NOTES,
}
#: Only clinicians write what only they read, and nothing of it becomes anybody's task.
OF_CLINICIANS = frozenset({Block.CLINICAL})
#: Parts that nobody else in a conference sees.
OF_THE_LEAD = frozenset({P.SEE_PLAN, P.SEE_NOTES, P.SEE_TRANSFER})


def may_see(standing: Standing, topic: str) -> bool:
    return standing.may(NEEDED_TO_SEE[BLOCK_OF[Topic(topic)]])


def is_clinical(topic: str) -> bool:
    return BLOCK_OF[Topic(topic)] in OF_CLINICIANS


def who_reads(topic: str) -> str | Promise:
    """For whoever writes the minutes, beside the point."""
    if is_clinical(topic):
        return _("Only clinicians of the case read this.")
    if NEEDED_TO_SEE[BLOCK_OF[Topic(topic)]] in OF_THE_LEAD:
        return _("Only the team that leads the case reads this.")
    return _("Whoever takes part and may see this part of the case reads this. Leave out what is clinical.")


def in_order(topics: Iterable[str]) -> list[str]:
    """As the table has them, each once."""
    chosen = set(topics)
    return [topic.value for topic in Topic if topic.value in chosen]
