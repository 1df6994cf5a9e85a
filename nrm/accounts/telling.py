"""Who is told that the way somebody signs in was changed. Notices lie above this room, so they come here for it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

Teller = Callable[[UUID], object]
_tellers: list[Teller] = []


def tell_by(teller: Teller) -> None:
    """`teller` gets the user's id inside the transaction of the change. Called once, when the service starts."""
    _tellers.append(teller)


def tell_of_change(user_id: UUID) -> None:
    for teller in _tellers:
        teller(user_id)
