"""Who is told that the way somebody signs in was changed, and what somebody is told when they sign in. Notices lie
above this room, so they come here for it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

Teller = Callable[[UUID], object]
#: A sentence for the person, or nothing.
Warner = Callable[[UUID], str]
_tellers: list[Teller] = []
_warners: list[Warner] = []


def tell_by(teller: Teller) -> None:
    """`teller` gets the user's id inside the transaction of the change. Called once, when the service starts."""
    _tellers.append(teller)


def tell_of_change(user_id: UUID) -> None:
    for teller in _tellers:
        teller(user_id)


def warn_by(warner: Warner) -> None:
    """`warner` is asked at every sign-in. Called once, when the service starts."""
    _warners.append(warner)


def warnings_for(user_id: UUID) -> list[str]:
    return [sentence for sentence in (warner(user_id) for warner in _warners) if sentence]
