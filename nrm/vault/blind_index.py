"""Finding a person without opening anyone: keyed digests over compound, folded inputs.

Only compound inputs are indexed, never a single small one (a birth year, a citizenship), because equal digests show
equal inputs. Each digest is cut to 16 bits, so that unrelated people share values and a stolen table proves no match;
whoever searches must therefore compare the opened identity afterwards, see `nrm.vault.selectors.people_matching`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from django.conf import settings
from django.db.models import TextChoices

from nrm.lib.folding import fold_name
from nrm.vault.identity import Identity
from nrm.vault.sealing import bind, key_from_base64

DIGEST_BYTES = 2
DOMAIN = b"nrm.vault/index/1"
#: Parts of a double name that are looked up one by one; more than this is no name.
NAME_PARTS = 4


class IndexKind(TextChoices):
    FAMILY_AND_YEAR = "family_and_year", "family name and year of birth"
    FULL_NAME = "full_name", "given and family name"
    DOCUMENT = "document", "kind and number of a document"


@dataclass(frozen=True, slots=True)
class Trait:
    """One compound, folded input. Plaintext: stays inside the vault and is compared, never stored."""

    kind: IndexKind
    parts: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        message = bind(DOMAIN, self.kind.value.encode(), *(part.encode() for part in self.parts))
        return hmac.digest(index_key(), message, hashlib.sha256)[:DIGEST_BYTES]


def index_key() -> bytes:
    return key_from_base64(settings.NRM_INDEX_KEY, "NRM_INDEX_KEY")


def name_forms(name: str) -> tuple[str, ...]:
    """The whole folded name, and each part of a double name."""
    whole = fold_name(name)
    parts = whole.split()
    return tuple(dict.fromkeys([whole, *parts[:NAME_PARTS]])) if parts else ()


def fold_number(number: str) -> str:
    """Letters and digits of a document number, in any script, without spaces and signs."""
    return "".join(character for character in fold_name(number) if character.isalnum())


def traits_of(identity: Identity) -> frozenset[Trait]:
    return frozenset((*_family_and_year(identity), *_full_name(identity), *_documents(identity)))


def _family_and_year(identity: Identity) -> Iterator[Trait]:
    if identity.birth.year is not None:
        for family in name_forms(identity.family_names):
            yield Trait(IndexKind.FAMILY_AND_YEAR, (family, str(identity.birth.year)))


def _full_name(identity: Identity) -> Iterator[Trait]:
    """Sorted, so that swapped given and family names meet. An alias of two words counts as a full name."""
    for given, family in product(name_forms(identity.given_names), name_forms(identity.family_names)):
        yield Trait(IndexKind.FULL_NAME, tuple(sorted((given, family))))
    for alias in identity.aliases:
        words = fold_name(alias).split()
        if len(words) == 2:
            yield Trait(IndexKind.FULL_NAME, tuple(sorted(words)))


def _documents(identity: Identity) -> Iterator[Trait]:
    for document in identity.documents:
        if number := fold_number(document.number):
            yield Trait(IndexKind.DOCUMENT, (document.kind, number))
