"""Finding a person without opening anyone: keyed digests over compound, folded inputs.

Only compound inputs are indexed, never a single small one (a birth year, a citizenship), because equal digests show
equal inputs. Each digest is cut to 16 bits, so that unrelated people share values and a stolen table proves no match;
whoever searches must therefore compare the opened identity afterwards, see `nrm.vault.selectors.people_like`.
What the table gives away and what not is decision 0016.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

from django.conf import settings
from django.db.models import TextChoices

from nrm.lib.folding import fold_name
from nrm.vault.identity import Identity
from nrm.vault.sealing import bind, key_from_base64

DIGEST_BYTES = 2
DOMAIN = b"nrm.vault/index/1"
#: Which inputs are indexed. One more whenever they change; `manage.py vault reindex` then writes every index anew.
INPUTS = 2
#: Parts of a double name that are looked up one by one; more than this is no name.
NAME_PARTS = 4
#: A family name with one letter left out is indexed when so many letters remain; longer ones than this are no name.
SHORTEST_NEAR, LONGEST_NEAR = 3, 24
#: Rows of this kind are filled up with chance to a multiple, so that their number does not tell how long a name is.
NEAR_ROWS = 16


class IndexKind(TextChoices):
    FAMILY_AND_YEAR = "family_and_year", "family name and year of birth"
    FULL_NAME = "full_name", "given and family name"
    NEAR = "near", "family name but for a letter, first letter of the given name and year of birth"
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


def index_form() -> str:
    """By which inputs and under which key an index is written; says nothing of the key."""
    return f"{INPUTS}-{hmac.digest(index_key(), DOMAIN + b'/form', hashlib.sha256)[:6].hex()}"


def query_digest(parts: tuple[str, ...]) -> str:
    """Stands for what somebody looked for in the audit log: equal for equal queries, and nothing without the key."""
    message = bind(DOMAIN + b"/query", *(part.encode() for part in parts))
    return hmac.digest(index_key(), message, hashlib.sha256).hex()


def name_forms(name: str) -> tuple[str, ...]:
    """The whole folded name, and each part of a double name."""
    whole = fold_name(name)
    parts = whole.split()
    return tuple(dict.fromkeys([whole, *parts[:NAME_PARTS]])) if parts else ()


def fold_number(number: str) -> str:
    """Letters and digits of a document number, in any script, without spaces and signs."""
    return "".join(character for character in fold_name(number) if character.isalnum())


def traits_of(identity: Identity) -> frozenset[Trait]:
    found = (_family_and_year(identity), _full_name(identity), _near(identity), _documents(identity))
    return frozenset(trait for traits in found for trait in traits)


def sought_traits(identity: Identity) -> frozenset[Trait]:
    """What to look for: the traits as they are given, and as they are when given and family name were exchanged."""
    exchanged = replace(identity, given_names=identity.family_names, family_names=identity.given_names)
    return traits_of(identity) | frozenset(_near(exchanged))


def entries_of(identity: Identity) -> set[tuple[IndexKind, bytes]]:
    """What the table holds of this identity: its digests, and chance beside those whose number would tell something."""
    entries = {(trait.kind, trait.digest) for trait in traits_of(identity)}
    near = sum(kind is IndexKind.NEAR for kind, _digest in entries)
    wanted = len(entries) + -near % NEAR_ROWS
    while len(entries) < wanted:
        entries.add((IndexKind.NEAR, secrets.token_bytes(DIGEST_BYTES)))
    return entries


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


def _near(identity: Identity) -> Iterator[Trait]:
    """Two names that differ by one letter share a form with one letter left out, whichever way they differ."""
    given = fold_name(identity.given_names)
    if identity.birth.year is None or not given:
        return
    for family in name_forms(identity.family_names):
        if len(family) <= LONGEST_NEAR:
            for variant in without_a_letter(family):
                yield Trait(IndexKind.NEAR, (variant, given[0], str(identity.birth.year)))


def without_a_letter(word: str) -> set[str]:
    """The word and each form of it with one letter left out, where enough of it remains."""
    variants = {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
    return {variant for variant in variants if len(variant) >= SHORTEST_NEAR}


def _documents(identity: Identity) -> Iterator[Trait]:
    for document in identity.documents:
        if number := fold_number(document.number):
            yield Trait(IndexKind.DOCUMENT, (document.kind, number))
