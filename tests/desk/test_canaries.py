"""What is known of a person shows nowhere in clear: not in the database, not in the logs."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings

from nrm.cases.models import Case
from nrm.desk.demo.words import COUNTRIES, words
from nrm.vault.fields import SealedField, place_of
from nrm.vault.identity import Identity
from nrm.vault.sealing import unseal_text
from tests.desk.conftest import Filled
from tests.vault.canaries import dump, found

#: Enough for a narrative to be told from chance, and for all of them to be looked for in a moment.
LONG_ENOUGH = 12
#: Written only where no free place fits, which depends on who happens to stay where.
BY_CHANCE = {"placements.Placement.override_reason"}
#: Every sealed column of the service but those of the history, which are copies.
SEALED = [
    field
    for model in apps.get_models()
    if not hasattr(model, "history_id")
    for field in model._meta.get_fields()
    if isinstance(field, SealedField) and str(field) not in BY_CHANCE
]


@pytest.fixture
def logged(filled: Filled) -> str:
    """What was printed and logged while a country was filled."""
    return filled.printed + filled.logged


def identities() -> list[Identity]:
    people = (case.person for case in Case.objects.select_related("person"))
    return [
        Identity.from_json(unseal_text(one, place_of(one, "identity"), one.identity)) for one in people if one.identity
    ]


def of_people() -> set[str]:
    """Names, documents and contacts of everybody in the database."""
    told: set[str] = set()
    for one in identities():
        told |= {one.family_names, f"{one.given_names} {one.family_names}", one.safe_contact_rule}
        told |= {document.number for document in one.documents} | {contact.value for contact in one.contacts}
    return told


def narratives() -> set[str]:
    texts = words(COUNTRIES[settings.NRM_COUNTRY].words)["texts"]
    return {text for several in texts.values() for text in several if len(text) >= LONG_ENOUGH}


def test_before_anybody_is_there_nothing_is_found(db: None) -> None:
    """The other control."""
    assert found(sorted(narratives())) == []


def test_there_is_something_to_find(logged: str) -> None:
    assert len(identities()) >= 8
    assert len(narratives()) > 40


@pytest.mark.parametrize("column", SEALED, ids=str)
def test_every_sealed_column_holds_something(logged: str, column: SealedField) -> None:
    assert column.model._default_manager.exclude(**{column.name: None}).exists()


def test_c9_a_dump_shows_no_name_contact_or_narrative(logged: str) -> None:
    assert found(sorted(of_people() | narratives())) == []


def test_the_search_itself_would_find_what_is_in_clear(logged: str) -> None:
    """The control: names of organisations are no secret, and they are found."""
    organisation = words(COUNTRIES[settings.NRM_COUNTRY].words)["organisations"]["open_hand"]
    assert found([organisation], dump())


def test_c9_nothing_was_logged_or_printed_of_them(logged: str) -> None:
    assert [canary for canary in of_people() | narratives() if canary in logged] == []
