"""Former values of a record, kept by django-simple-history, with who changed it, by which transition and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import models
from django.dispatch import receiver
from simple_history.models import HistoricalRecords
from simple_history.signals import pre_create_historical_record


@dataclass(slots=True)
class Recording:
    """What the next history row says beside the values; `row` is that row once the record was saved.

    `reason` is sealed by the caller: history rows hold no text that a person wrote in clear.
    """

    user_id: UUID | None
    transition: str = ""
    source_state: str = ""
    reason: bytes | None = None
    row: models.Model | None = None


class TransitionColumns(models.Model):
    """The columns every history table has beyond the record's own."""

    transition = models.CharField(max_length=60, default="", editable=False)
    source_state = models.CharField(max_length=40, default="", editable=False)

    class Meta:
        abstract = True


def _acted_by(historical: Any) -> UUID | None:
    return historical.history_user_id  # type: ignore[no-any-return]


def _set_acted_by(historical: Any, user_id: UUID | None) -> None:
    historical.history_user_id = user_id


class History(HistoricalRecords):  # type: ignore[misc]
    """`HistoricalRecords` as every room uses it: user as plain id, sealed reason, transition and source state."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            bases=[TransitionColumns],
            history_change_reason_field=models.BinaryField(null=True, editable=False),
            history_user_id_field=models.UUIDField(null=True, editable=False),
            history_user_getter=_acted_by,
            history_user_setter=_set_acted_by,
            get_user=lambda instance, **_: None,
            **options,
        )


def save_recorded(instance: models.Model, recording: Recording, *, only: list[str] | None = None) -> models.Model:
    """Save `instance` (only the named fields, when given) and return the history row that was written for it."""
    instance._recording = recording  # type: ignore[attr-defined]
    try:
        instance.save(update_fields=only) if only is not None else instance.save()
    finally:
        del instance._recording  # type: ignore[attr-defined]
    if recording.row is None:
        raise RuntimeError(f"{instance._meta.label} keeps no history")
    return recording.row


@receiver(pre_create_historical_record, dispatch_uid="nrm.lib.history")
def _fill_in(*, instance: Any, history_instance: Any, **_: Any) -> None:
    """simple-history's own hook for extra columns; nothing else in the service listens to a signal."""
    recording: Recording | None = getattr(instance, "_recording", None)
    if recording is None:
        return
    history_instance.transition = recording.transition
    history_instance.source_state = recording.source_state
    history_instance.history_change_reason = recording.reason
    history_instance.history_user_id = recording.user_id
    recording.row = history_instance
