"""The column that holds only sealed bytes."""

from __future__ import annotations

from typing import Any

from django.db import models

from nrm.vault.sealing import FORMAT, SMALLEST_SEALED, Erased, KeyHolder, Place, looks_sealed, seal_text, unseal_text


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Sealed bytes, or null where nothing is recorded. Refuses to save what was not sealed first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, *_: Any) -> bytes | None:
        return None if value is None else bytes(value)

    def db_check(self, connection: Any) -> str:
        """The database refuses clear text too: a sealed value starts with its format and has nonce and tag."""
        column = connection.ops.quote_name(self.column)
        return f"octet_length({column}) >= {SMALLEST_SEALED} AND get_byte({column}, 0) = {FORMAT}"

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is not None and not (isinstance(value, bytes) and looks_sealed(value)):
            raise ValueError(f"{self.name} takes sealed bytes only; seal the value with nrm.vault.sealing first.")
        return super().get_db_prep_value(value, connection, prepared)


def place_of(instance: models.Model, field_name: str) -> Place:
    """Where a field's sealed value belongs. A history row shares the place of the row it remembers."""
    model: type[models.Model] = getattr(instance, "instance_type", type(instance))
    row = getattr(instance, model._meta.pk.attname)
    if row is None:
        raise ValueError(f"{model._meta.label} has no primary key yet, so nothing can be sealed for it.")
    return Place(model._meta.db_table, field_name, str(row))


def sealed(holder: KeyHolder, record: models.Model, column: str, text: str) -> Any:
    """What to write into a sealed column of the record under the holder's key; None for no text."""
    return seal_text(holder, place_of(record, column), text) if text else None


def opened(holder: KeyHolder, record: models.Model, column: str) -> str:
    """The text of a sealed column, empty where nothing is recorded. The caller has checked who reads."""
    value = getattr(record, column)
    return opened_at(holder, place_of(record, column), value) if value else ""


def opened_at(holder: KeyHolder, place: Place, sealed: bytes | memoryview) -> str:
    """The text sealed at a place, for a page; of an erased person, that and when it was erased."""
    try:
        return unseal_text(holder, place, sealed)
    except Erased as erased:
        return erased.sentence
