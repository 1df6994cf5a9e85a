"""Every column of the service has a class: plain, sealed or secret. A new column without one fails here."""

from __future__ import annotations

import pytest

from nrm.vault import classification
from nrm.vault.classification import FieldClass
from nrm.vault.models import Person

VAULT_PERSON = classification.load()["vault.person"]


def test_every_column_has_its_class() -> None:
    assert classification.problems() == []


def test_a_column_without_a_class_is_named() -> None:
    listed = {name: kind for name, kind in VAULT_PERSON.items() if name != "created_at"}
    assert list(classification.model_problems(Person, listed)) == ["vault.person.created_at has no class"]


def test_a_sealed_column_listed_as_plain_is_named() -> None:
    listed = {**VAULT_PERSON, "identity": FieldClass.PLAIN}
    assert list(classification.model_problems(Person, listed)) == [
        "vault.person.identity is listed as plain but is a SealedField"
    ]


def test_a_clear_column_listed_as_sealed_is_named() -> None:
    listed = {**VAULT_PERSON, "key_id": FieldClass.SEALED}
    assert list(classification.model_problems(Person, listed)) == [
        "vault.person.key_id is listed as sealed but is a CharField"
    ]


def test_a_column_that_is_gone_is_named() -> None:
    listed = {**VAULT_PERSON, "nickname": FieldClass.PLAIN}
    assert list(classification.model_problems(Person, listed)) == ["vault.person.nickname is listed but does not exist"]


def test_a_model_that_is_gone_is_named() -> None:
    known = {**classification.load(), "vault.ghost": {}}
    assert "[vault.ghost] is no model of the service" in classification.problems(known)


def test_a_secret_in_a_history_table_is_named() -> None:
    known = {**classification.load(), "vault.person": {**VAULT_PERSON, "version": FieldClass.SECRET}}
    assert "vault.historicalperson.version is secret and must be excluded from the history" in classification.problems(
        known
    )


def test_a_column_cannot_have_two_classes() -> None:
    with pytest.raises(ValueError, match=r"vault\.person\.id is listed twice"):
        classification.load('["vault.person"]\nplain = ["id"]\nsecret = ["id"]\n')


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(ValueError, match="open"):
        classification.load('["vault.person"]\nopen = ["id"]\n')
