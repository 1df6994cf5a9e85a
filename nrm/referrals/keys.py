"""The key that a form carries and that becomes the id of what it makes: however often the form is sent, by a double
click, the back button or a slow network, it makes that once."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID, uuid4, uuid5

from django.core.signing import BadSignature, Signer

from nrm.access.actor import Actor
from nrm.cases.models import Case


def fresh(case: Case, actor: Actor) -> str:
    """For one form, of this case and this member of the organisation."""
    return _signer(case, actor).sign(str(uuid4()))


def read(text: str, case: Case, actor: Actor) -> UUID | None:
    """None for what was not given out for this case and this member."""
    try:
        return UUID(_signer(case, actor).unsign(text))
    except (BadSignature, ValueError):
        return None


def numbered(key: UUID, place: int) -> UUID:
    """The first of what one form makes has its key as id, the others ids that follow from it."""
    return uuid5(key, str(place)) if place else key


def mark_of(looked_at: object) -> str:
    """Tells what was looked at from what was changed since."""
    return sha256(repr(looked_at).encode()).hexdigest()


def _signer(case: Case, actor: Actor) -> Signer:
    return Signer(salt=f"nrm.referrals:{case.pk}:{actor.membership_id}")
