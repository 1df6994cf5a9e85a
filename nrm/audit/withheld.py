"""Which cases' events somebody does not read. Cases lie above this room, so they come here to say so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

Lookup = Callable[[UUID], Collection[str]]
_lookups: list[Lookup] = []


def withhold_by(lookup: Lookup) -> None:
    """`lookup` gives the codes of the cases that a user is kept away from. Called once, when the service starts."""
    _lookups.append(lookup)


def codes_withheld_from(user_id: UUID) -> set[str]:
    return {code for lookup in _lookups for code in lookup(user_id)}
