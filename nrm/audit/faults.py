"""What the verifier can find, each with the sentence that names the event or the row."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fault(TextChoices):
    EVENT_ALTERED = "event_altered", _("Event %(event)s was altered: its content does not match its hash.")
    EVENT_MISSING = "event_missing", _("Event %(event)s is missing.")
    EVENTS_MISSING = "events_missing", _("Events %(event)s to %(last)s are missing.")
    LINK_BROKEN = "link_broken", _("Event %(event)s does not continue the event before it.")
    HEAD_MISSING = "head_missing", _("The chain has no head.")
    HEAD_ELSEWHERE = "head_elsewhere", _("The chain ends at event %(last)s, but its head says event %(event)s.")
    HEAD_ALTERED = "head_altered", _("The head of the chain does not carry the hash of event %(event)s.")
    CHECKPOINT_FORGED = (
        "checkpoint_forged",
        _("The checkpoint at event %(event)s is not signed by a key that this service trusts."),
    )
    CHECKPOINT_REWRITTEN = (
        "checkpoint_rewritten",
        _("Event %(event)s is not the one its checkpoint was signed for: the chain was rewritten."),
    )
    CHECKPOINT_CUT = (
        "checkpoint_cut",
        _("A checkpoint says event %(event)s, the chain ends at event %(last)s: it was cut or an old copy restored."),
    )
    HISTORY_ALTERED = "history_altered", _("Row %(row)s of %(table)s was altered after event %(event)s recorded it.")
    HISTORY_GONE = "history_gone", _("Row %(row)s of %(table)s, recorded by event %(event)s, is gone.")
    HISTORY_UNKNOWN = "history_unknown", _("Event %(event)s names %(table)s, which is no history table.")
    HISTORY_UNCLAIMED = "history_unclaimed", _("Row %(row)s of %(table)s was written without an event.")
    HISTORY_TWICE = "history_twice", _("Row %(row)s of %(table)s is claimed by events %(event)s and %(last)s.")


@dataclass(frozen=True, slots=True)
class Finding:
    fault: Fault
    event: int | None = None
    last: int | None = None
    table: str = ""
    row: str = ""

    def __str__(self) -> str:
        names = {"event": self.event, "last": self.last, "table": self.table, "row": self.row}
        return str(self.fault.label) % names
