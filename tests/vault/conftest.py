from __future__ import annotations

import uuid
from dataclasses import dataclass, field

import pytest

from nrm.access.actor import Actor
from nrm.lib.partial_date import PartialDate
from nrm.vault.identity import Contact, ContactKind, Document, DocumentKind, Identity, Safety
from nrm.vault.sealing import new_data_key
from tests.conftest import Cast

ELIRA = Identity(
    given_names="Елира Canaryname",
    family_names="Ђорђевић Kanarinska",
    aliases=("Lira Zog",),
    birth=PartialDate(1998, 3, 5),
    citizenships=("MK",),
    documents=(Document(DocumentKind.PASSPORT.value, "CN 998 877", "MK"),),
    contacts=(Contact(ContactKind.PHONE.value, "+389 70 555 012", Safety.YES.value, "after 18:00, no text messages"),),
    safe_contact_rule="Never call the number of the cousin",
)


@dataclass
class Holder:
    """A person's key without a database."""

    id: uuid.UUID = field(default_factory=uuid.uuid4)
    key_version: int = 1
    wrapped_key: bytes = b""
    key_id: str = ""

    def __post_init__(self) -> None:
        key = new_data_key(self.id, self.key_version)
        self.wrapped_key, self.key_id = key.wrapped, key.key_id


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def elira() -> Identity:
    return ELIRA


@pytest.fixture
def worker(cast: Cast) -> Actor:
    return cast.case_worker.actor
