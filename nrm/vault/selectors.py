"""Reading of the vault without opening it, and the one search that opens and compares inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
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
from nrm.vault.blind_index import IndexKind, Trait, traits_of
from nrm.vault.fields import place_of
from nrm.vault.identity import Identity
from nrm.vault.models import IndexEntry, Person
from nrm.vault.sealing import SealBroken, key_ring, unseal_text

#: More candidates than this and the search is too wide to be answered.
MOST_CANDIDATES = 200
KEY_COLUMNS = {"wrapped_key", "key_id", "key_version"}


class SearchTooNarrow(ValueError):
    """Neither a full name, nor family name and year of birth, nor a document was given."""


def people_matching(sought: Identity) -> dict[UUID, frozenset[IndexKind]]:
    """Who may be the same person, and by which kind of input. Opens candidates to compare; gives out ids only."""
    traits = traits_of(sought)
    if not traits:
        raise SearchTooNarrow
    matches: dict[UUID, frozenset[IndexKind]] = {}
    for person in candidates(traits):
        if shared := traits & _traits_inside(person):
            matches[person.id] = frozenset(trait.kind for trait in shared)
    return matches


def candidates(traits: frozenset[Trait]) -> QuerySet[Person]:
    wanted = reduce(or_, (Q(kind=trait.kind, digest=trait.digest) for trait in traits))
    found = IndexEntry.objects.filter(wanted).values("person")
    return Person.objects.filter(pk__in=found).order_by("pk")[:MOST_CANDIDATES]


def _traits_inside(person: Person) -> frozenset[Trait]:
    if person.identity is None:
        return frozenset()
    try:
        text = unseal_text(person, place_of(person, "identity"), person.identity)
    except SealBroken:  # The reveal of this person reports it; a search must go on for the others.
        return frozenset()
    return traits_of(Identity.from_json(text))


def key_holders() -> list[type[models.Model]]:
    """The models whose rows have a data key of their own: people, and whatever another room gives one (shelters)."""
    return [
        model for model in apps.get_models() if {field.name for field in model._meta.concrete_fields} >= KEY_COLUMNS
    ]


def held_by_key(holder: type[models.Model]) -> Counter[str]:
    """How many data keys each vault key wraps, also of keys that are no longer configured."""
    rows = holder._default_manager.values_list("key_id").annotate(Count("pk")).order_by()
    return Counter(dict(rows))


def to_rewrap(holder: type[models.Model]) -> QuerySet[Any]:
    return holder._default_manager.exclude(key_id=key_ring().newest).order_by("pk")


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
