"""A person is found by compound inputs in any script; the index itself says next to nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from nrm.access.actor import Actor
from nrm.lib.partial_date import PartialDate
from nrm.vault import classification, selectors
from nrm.vault.actions import create_person, write_identity
from nrm.vault.blind_index import DIGEST_BYTES, IndexKind, Trait, traits_of
from nrm.vault.identity import Contact, Document, Identity
from nrm.vault.models import IndexEntry, Person
from nrm.vault.selectors import SearchTooNarrow, people_like

FAMILY = Identity(family_names="Ђорђевић", birth=PartialDate(1998))


def kinds(identity: Identity) -> set[IndexKind]:
    return {trait.kind for trait in traits_of(identity)}


@pytest.mark.parametrize(
    "alone",
    [
        Identity(),
        Identity(birth=PartialDate(1998, 3, 5)),
        Identity(citizenships=("MK", "AL")),
        Identity(given_names="Ana"),
        Identity(family_names="Petrović"),
        Identity(aliases=("Lira",)),
        Identity(documents=(Document("passport", " - ", "MK"),)),
        Identity(contacts=(Contact("phone", "+389 70 555 012"),)),
        Identity(given_names="Ana", birth=PartialDate(1998), citizenships=("MK",)),
    ],
)
def test_c7_no_single_or_small_input_is_indexed(alone: Identity) -> None:
    assert traits_of(alone) == frozenset()


ANA = Identity(given_names="Ana", family_names="Petrović", birth=PartialDate(1998, 3, 5), citizenships=("MK",))


@pytest.mark.parametrize(
    "other",
    [
        Identity(given_names="Vesna", family_names="Ilić", birth=PartialDate(1998, 3, 5)),
        Identity(given_names="Ana", family_names="Ilić", birth=PartialDate(1970)),
        Identity(given_names="Vesna", family_names="Petrović", birth=PartialDate(1970)),
        Identity(given_names="Vesna", family_names="Ilić", birth=PartialDate(1970), citizenships=("MK",)),
        Identity(given_names="Ana", family_names="Ilić", birth=PartialDate(1998), citizenships=("MK",)),
    ],
    ids=["birth", "given name", "family name", "citizenship", "all but the family name"],
)
def test_c7_one_field_in_common_shows_no_equality(other: Identity) -> None:
    """Not even who has the index key learns that two people share a birthday, a name or a citizenship."""
    assert not traits_of(ANA) & traits_of(other)


@pytest.mark.parametrize("part", ["Petr", "Petrov", "ović", "trov", "P"])
def test_c7_a_part_of_a_name_meets_nothing(part: str) -> None:
    """Neither beginning, middle nor end: only the whole name but for one letter."""
    assert not traits_of(ANA) & traits_of(replace(ANA, family_names=part))


def test_c7_the_index_is_made_with_the_index_key_alone(settings: Settings) -> None:
    before = traits_of(ANA), {trait.digest for trait in traits_of(ANA)}
    settings.NRM_VAULT_KEYS = "other:" + "E" * 42 + "8="
    assert {trait.digest for trait in traits_of(ANA)} == before[1]
    settings.NRM_INDEX_KEY = "E" * 42 + "8="
    assert {trait.digest for trait in traits_of(ANA)} != before[1]


def test_c7_nothing_that_is_sealed_has_an_index_of_the_database() -> None:
    """Besides the entries of the blind index there is no table of digests of what is known about a person."""
    assert [(m, names) for m in classification.our_models() if (names := classification.sealed_and_indexed(m))] == []
    columns = {field.name for field in IndexEntry._meta.concrete_fields}
    assert columns == {"id", "person", "kind", "digest"}


def test_compound_inputs_are_indexed(elira: Identity) -> None:
    assert kinds(elira) == set(IndexKind)


@pytest.mark.parametrize("spelling", ["Đorđević", "Djordjevic", "DORDEVIC", "  ђорђевић "])
def test_all_spellings_meet(spelling: str) -> None:
    assert traits_of(replace(FAMILY, family_names=spelling)) == traits_of(FAMILY)


def test_swapped_names_meet() -> None:
    one, other = Identity(given_names="Ana", family_names="Ilić"), Identity(given_names="Илић", family_names="Ана")
    assert traits_of(one) == traits_of(other)


def test_one_part_of_a_double_name_is_enough() -> None:
    double = Identity(family_names="Petrović-Hoxha", birth=PartialDate(1990))
    assert traits_of(double) & traits_of(replace(double, family_names="Hoxha"))
    assert traits_of(double) & traits_of(replace(double, family_names="Петровић"))


def test_an_alias_of_two_words_counts_as_a_name() -> None:
    alias = Identity(aliases=("Zog Lira",))
    assert traits_of(alias) == traits_of(Identity(given_names="Lira", family_names="Zog"))


def test_a_document_is_known_by_kind_and_number_without_its_spaces() -> None:
    one = Identity(documents=(Document("passport", "CN 998-877", "MK"),))
    assert traits_of(one) == traits_of(Identity(documents=(Document("passport", "cn998877", "RS"),)))
    assert not traits_of(one) & traits_of(Identity(documents=(Document("identity_card", "CN998877", "MK"),)))


def test_a_name_of_a_thousand_parts_makes_few_digests() -> None:
    assert len(traits_of(Identity(given_names="a b " * 50, family_names="c d " * 50, birth=PartialDate(1990)))) < 40


def test_digests_are_cut_keyed_and_separated_by_kind(settings: Settings) -> None:
    name, document = Trait(IndexKind.FULL_NAME, ("a", "b")), Trait(IndexKind.DOCUMENT, ("a", "b"))
    assert len(name.digest) == DIGEST_BYTES
    assert name.digest != document.digest
    assert Trait(IndexKind.FULL_NAME, ("ab", "")).digest != name.digest
    before = name.digest
    settings.NRM_INDEX_KEY = "D" * 42 + "8="
    assert name.digest != before


def test_several_people_share_a_digest() -> None:
    """So that an equal digest in a stolen table proves nothing."""
    digests = [Trait(IndexKind.FULL_NAME, (str(number), "x")).digest for number in range(3000)]
    assert len(set(digests)) < len(digests)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sought",
    [
        Identity(given_names="Elira", family_names="Djordjevic", birth=PartialDate(1998)),
        Identity(given_names="Kanarinska", family_names="Елира", birth=PartialDate(1998)),
        Identity(documents=(Document("passport", "CN998877"),)),
        Identity(given_names="Zog", family_names="Lira", birth=PartialDate(1998, 3)),
    ],
)
def test_a_person_is_found_by_each_compound_input(elira: Identity, worker: Actor, sought: Identity) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    create_person(Identity(given_names="Other", family_names="Somebody"), by=worker, case_code="C-2")
    assert people_like(sought) == [person.pk]


@pytest.mark.django_db
def test_a_shared_digest_alone_is_no_match(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    stranger = Identity(given_names="Vesa", family_names="Krasniqi", birth=PartialDate(1970))
    for trait in traits_of(stranger):
        IndexEntry.objects.get_or_create(person=person, kind=trait.kind, digest=trait.digest)
    assert list(selectors.candidates(traits_of(stranger))) == [person]
    assert people_like(stranger) == []


@pytest.mark.django_db
def test_a_rewritten_identity_is_no_longer_found_by_the_former_name(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    renamed = replace(elira, given_names="Ana", family_names="Ilić", aliases=(), documents=())
    write_identity(person, renamed, by=worker, case_code="C-1")
    assert people_like(elira) == []
    assert people_like(renamed) == [person.pk]


@pytest.mark.django_db
def test_a_person_that_does_not_open_does_not_stop_the_search(elira: Identity, worker: Actor) -> None:
    lost, found = (create_person(elira, by=worker, case_code="C-1") for _ in range(2))
    Person.objects.filter(pk=lost.pk).update(key_id="gone")
    assert people_like(elira) == [found.pk]


@pytest.mark.parametrize(
    "little",
    [
        Identity(given_names="Ana"),
        Identity(given_names="Ana", family_names="Ilić"),
        Identity(family_names="Ilić", birth=PartialDate(1998, 3, 5)),
        Identity(given_names="Ana", birth=PartialDate(1998, 3, 5)),
        Identity(given_names=" - ", family_names="Ilić", birth=PartialDate(1998)),
        Identity(aliases=("Ana Ilić",)),
    ],
)
def test_a_search_needs_both_names_and_a_year_or_a_document(little: Identity) -> None:
    with pytest.raises(SearchTooNarrow):
        people_like(little)


@pytest.mark.django_db
def test_a_search_is_one_query_and_holds_no_name(elira: Identity, worker: Actor) -> None:
    for _ in range(3):
        create_person(elira, by=worker, case_code="C-1")
    with CaptureQueriesContext(connection) as queries:
        assert len(people_like(elira)) == 3
    assert len(queries) == 1
    assert "anarinska" not in queries[0]["sql"].lower()
