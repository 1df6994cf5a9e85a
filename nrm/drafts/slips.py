"""What a page carries along so that what is typed into its form finds its place; signed, so that it names no other."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4

from django.conf import settings
from django.core.signing import BadSignature, dumps, loads

#: The field of the form, and what is told apart by it from whatever else is signed with the same key.
SLIP = "draft"
SALT = "nrm.drafts"
#: Of a page with the longest address and the most fields that are left out.
LONGEST = 4000

__all__ = ["SLIP", "Slip", "read", "written"]


@dataclass(frozen=True, slots=True)
class Slip:
    """For whom a page was made, of which form about what, and which draft it goes on with.

    `sitting` is the page itself, `goes_on` that of the draft it was filled from. `made_from` is the version of the
    record that the form was made from, `left_out` the fields of which nothing is kept.
    """

    author: str
    membership: str
    form: str
    arguments: str
    case_code: str
    follows_case: bool
    page: str
    sitting: str = field(default_factory=lambda: str(uuid4()))
    goes_on: str = ""
    made_from: str = ""
    #: What the address of the page asked for beside its path: codes and ids.
    query: str = ""
    #: Whether it is one page of several, each of which sends its own fields.
    is_paged: bool = False
    left_out: tuple[str, ...] = ()

    @property
    def sittings(self) -> set[UUID]:
        return {UUID(one) for one in (self.sitting, self.goes_on) if one}

    def is_of(self, membership_id: UUID) -> bool:
        return self.membership == str(membership_id)


def written(slip: Slip) -> str:
    return dumps(asdict(slip), salt=SALT, compress=True)


def read(text: str | None) -> Slip | None:
    """None for what is none, was changed, or is older than any session can be."""
    if not text or len(text) > LONGEST:
        return None
    try:
        found = loads(text, salt=SALT, max_age=settings.NRM_SESSION_HOURS * 3600)
        return Slip(**{**found, "left_out": tuple(found["left_out"])})
    except (BadSignature, KeyError, TypeError, ValueError):
        return None
