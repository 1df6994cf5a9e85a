"""How likely two opened identities are one person. Called inside the vault only; gives out a number, never a name.

It leans towards finding too much: whoever is told asks a colleague, and nothing is merged by a machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from rapidfuzz.distance import OSA

from nrm.lib.folding import fold_name
from nrm.lib.partial_date import PartialDate
from nrm.vault.blind_index import fold_number, name_forms
from nrm.vault.identity import Identity

#: A name has at least so many letters for each that may differ: "Ana" and "Ava" are two names.
LETTERS_FOR_A_SLIP = 4
#: Years by which an estimated birth may be wrong.
ESTIMATED_WITHIN = 3
FAR = 9


def document_numbers(identity: Identity) -> frozenset[tuple[str, str]]:
    numbers = {(one.kind, fold_number(one.number)) for one in identity.documents}
    return frozenset(one for one in numbers if one[1])


def likeness(one: Identity, other: Identity) -> int:
    """0 for two people, otherwise more for a better match, at most 100."""
    if document_numbers(one) & document_numbers(other):
        return 100
    slips = min(
        (slips_between(first, second) for first, second in product(full_names(one), full_names(other))), default=FAR
    )
    if slips > slips_allowed(one, other):
        return 0
    return 90 - 20 * slips + (9 if one.birth == other.birth else 0)


def full_names(identity: Identity) -> Iterator[tuple[str, str]]:
    """Given and family name, and aliases of two words."""
    if fold_name(identity.given_names) and fold_name(identity.family_names):
        yield identity.given_names, identity.family_names
    for alias in identity.aliases:
        words = alias.split()
        if len(words) == 2:
            yield words[0], words[1]


def slips_between(one: tuple[str, str], other: tuple[str, str]) -> int:
    """In how many letters two full names differ, in this order or swapped."""
    (given, family), (also_given, also_family) = one, other
    straight = apart(given, also_given) + apart(family, also_family)
    return min(straight, apart(given, also_family) + apart(family, also_given))


def apart(one: str, other: str) -> int:
    """Letters wrong, missing, too many or in each other's place in the nearest forms of two names; `FAR` when there
    are more of them than a slip of the pen makes."""
    return min((slips(a, b) for a, b in product(name_forms(one), name_forms(other))), default=FAR)


def slips(one: str, other: str) -> int:
    """A letter in four, two in eight: one letter typed can be two once it is folded (`sh`, `xh`)."""
    allowed = min(max(len(one), len(other)) // LETTERS_FOR_A_SLIP, 2)
    distance = OSA.distance(one, other, score_cutoff=allowed)
    return distance if distance <= allowed else FAR


def slips_allowed(one: Identity, other: Identity) -> int:
    """The better the births agree, the more may differ in the names; -1 when they cannot be one person's."""
    if one.birth.year is None or other.birth.year is None:
        return 0
    estimated = one.birth_estimated or other.birth_estimated
    if one.birth.year != other.birth.year:
        near = estimated and abs(one.birth.year - other.birth.year) <= ESTIMATED_WITHIN
        return 0 if near or same_day(one.birth, other.birth) else -1
    if one.birth == other.birth and one.birth.day is not None:
        return 2
    return 1 if estimated or not contradict(one.birth, other.birth) else 0


def same_day(one: PartialDate, other: PartialDate) -> bool:
    """Only the year differs, by at most one: a slip of the pen."""
    known = one.month is not None and one.day is not None
    near = one.year is not None and other.year is not None and abs(one.year - other.year) == 1
    return known and near and (one.month, one.day) == (other.month, other.day)


def contradict(one: PartialDate, other: PartialDate) -> bool:
    pairs = ((one.month, other.month), (one.day, other.day))
    return any(a is not None and b is not None and a != b for a, b in pairs)
