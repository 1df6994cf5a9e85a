"""Reading of the vault without opening it, and the one search that opens and compares inside."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, cast
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import BinaryField, Count, Q, QuerySet
from django.db.models.functions import Substr

from nrm.accounts.models import TotpDevice
from nrm.accounts.sealing import VERSION as ACCOUNTS_FORMAT
from nrm.lib.folding import fold_name
from nrm.vault.blind_index import IndexKind, Trait, index_form, sought_traits
from nrm.vault.fields import place_of
from nrm.vault.identity import Identity, IdentityInvalid
from nrm.vault.likeness import document_numbers, likeness
from nrm.vault.models import Person
from nrm.vault.sealing import SealBroken, key_ring, unseal_text, unwrap

#: How many people a search opens at most, those first who share most digests with whom is sought.
MOST_CANDIDATES = 1000
KEY_COLUMNS = {"wrapped_key", "key_id", "key_version"}


class SearchTooNarrow(ValueError):
    """Neither given name, family name and year of birth were given, nor a document."""


def may_be_sought(identity: Identity) -> bool:
    """Whether enough is known to look for this person: less would tell of many people, or of a family."""
    named = fold_name(identity.given_names) and fold_name(identity.family_names) and identity.birth.year
    return bool(named or document_numbers(identity))


def people_like(sought: Identity, *, besides: Person | None = None) -> list[UUID]:
    """Who may be the same person, the likeliest first. Opens candidates to compare them; gives out ids only."""
    if not may_be_sought(sought):
        raise SearchTooNarrow
    scores: dict[UUID, int] = {}
    for person in candidates(sought_traits(sought)):
        known = _identity_inside(person)
        if known and (besides is None or person.pk != besides.pk) and (score := likeness(sought, known)):
            scores[person.pk] = score
    return sorted(scores, key=lambda pk: (-scores[pk], pk))


def candidates(traits: frozenset[Trait]) -> QuerySet[Person]:
    digests: dict[IndexKind, set[bytes]] = defaultdict(set)
    for trait in traits:
        digests[trait.kind].add(trait.digest)
    shared = (Q(index_entries__kind=kind, index_entries__digest__in=found) for kind, found in digests.items())
    people = Person.objects.filter(reduce(or_, shared)).annotate(shared=Count("index_entries"))
    return people.order_by("-shared", "pk")[:MOST_CANDIDATES]


def _identity_inside(person: Person) -> Identity | None:
    """None for who has none, and for who does not open: the reveal reports it, a search goes on for the others."""
    if person.identity is None:
        return None
    try:
        return Identity.from_json(unseal_text(person, place_of(person, "identity"), person.identity))
    except (SealBroken, IdentityInvalid):
        return None


def is_born_by(person: Person, day: date) -> bool | None:
    """Whether the person was born on this day or before. Opens the identity and gives out nothing else; None where the
    year of birth is not known, or only estimated."""
    known = _identity_inside(person)
    bounds = known.birth.bounds() if known and not known.birth_estimated else None
    return bounds[1] <= day if bounds else None


def people_to_index() -> QuerySet[Person]:
    """Whose index was written by other inputs or under another key than is written now."""
    return Person.objects.exclude(identity=None).exclude(index_form=index_form()).order_by("pk")


def key_holders() -> list[type[models.Model]]:
    """The models whose rows have a data key of their own: people, and whatever another room gives one (shelters)."""
    return [
        model for model in apps.get_models() if {field.name for field in model._meta.concrete_fields} >= KEY_COLUMNS
    ]


def held_by_key(holder: type[models.Model]) -> Counter[str]:
    """How many data keys each vault key wraps, also of keys that are no longer configured."""
    rows = holder._default_manager.exclude(wrapped_key=b"").values_list("key_id").annotate(Count("pk")).order_by()
    return Counter(dict(rows))


def unopened(holder: type[models.Model]) -> list[UUID]:
    """Whose data key does not open with the configured keys. Opens keys only, no value."""
    rows: QuerySet[Any] = holder._default_manager.exclude(wrapped_key=b"").order_by("pk")
    return [row.pk for row in rows.iterator() if not _opens(row)]


def _opens(row: Any) -> bool:
    try:
        return bool(unwrap(row))
    except SealBroken:
        return False


def to_rewrap(holder: type[models.Model]) -> QuerySet[Any]:
    """A key that was destroyed is not there to be wrapped."""
    return holder._default_manager.exclude(key_id=key_ring().newest).exclude(wrapped_key=b"").order_by("pk")


def second_factors_by_key() -> Counter[str]:
    """How many second factors of staff need each vault key. Their sealed form names it, see `nrm.accounts.sealing`."""
    sealed = TotpDevice.objects.values_list("sealed_secret", flat=True)
    return Counter(bytes(secret)[2 : 2 + secret[1]].decode() for secret in sealed)


def second_factors_to_reseal() -> QuerySet[TotpDevice]:
    newest = key_ring().newest.encode()
    head = bytes([ACCOUNTS_FORMAT, len(newest)]) + newest
    sealed_head = Substr("sealed_secret", 1, len(head), output_field=BinaryField())
    devices = TotpDevice.objects.alias(head=sealed_head).exclude(head=head).order_by("pk")
    return cast(QuerySet[TotpDevice], devices)


def ids_in_batches(rows: QuerySet[Any], size: int) -> Iterator[list[UUID]]:
    """Ids in key order, each batch read when it is asked for, so that a stopped run can begin anew at any time."""
    last = UUID(int=0)
    while batch := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:size]):
        yield batch
        last = batch[-1]
