"""Writing an identity: sealed, indexed, counted, kept in history and audited in one transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn
from nrm.audit.actions import history_digest
from nrm.audit.models import Event
from nrm.vault import actions
from nrm.vault.actions import create_person, reveal, write_identity
from nrm.vault.fields import place_of
from nrm.vault.identity import Identity
from nrm.vault.models import IndexEntry, Person
from nrm.vault.reasons import RevealReason
from nrm.vault.sealing import SealBroken, unseal_text
from tests.vault.canaries import dump, found, spellings

pytestmark = pytest.mark.django_db


def test_a_new_person_has_a_key_and_nothing_else() -> None:
    person = Person.objects.get(pk=create_person().pk)
    assert (person.identity, person.version, Person.history.count(), Event.objects.count()) == (None, 0, 0, 0)


def test_an_identity_is_written_and_audited(elira: Identity, worker: Actor) -> None:
    person = write_identity(create_person(), elira, by=worker, case_code="C-1", expected_version=0)
    assert reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE) == elira
    event = Event.objects.get(action="identity.written")
    row = Person.history.get()
    assert (event.case_code, event.subject, event.data) == ("C-1", f"vault.person:{person.pk}", {"version": 1})
    assert event.history == [list(history_digest(row))]
    assert row.history_user_id == worker.user_id


def test_versions_history_and_events_count_alike(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    for name in ("Ana", "Бранка"):
        write_identity(person, replace(elira, given_names=name), by=worker, case_code="C-1")
    counts = (person.version, Person.history.count(), Event.objects.filter(action="identity.written").count())
    assert counts == (3, 3, 3)


def test_former_identities_are_kept_sealed_and_open_in_the_same_place(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    write_identity(person, replace(elira, given_names="Ana"), by=worker, case_code="C-1")
    former = Person.history.earliest()
    assert place_of(former, "identity") == place_of(person, "identity")
    assert Identity.from_json(unseal_text(person, place_of(former, "identity"), former.identity)) == elira


def test_the_history_holds_no_key() -> None:
    columns = {field.name for field in Person.history.model._meta.concrete_fields}
    assert not columns & {"wrapped_key", "key_id"}


def test_a_second_writer_is_told_that_it_moved_on(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    with pytest.raises(MovedOn):
        write_identity(person, Identity(), by=worker, case_code="C-1", expected_version=0)
    assert reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE) == elira


def test_an_identity_needs_a_writer(elira: Identity) -> None:
    with pytest.raises(ValueError, match="must be known"):
        create_person(elira)
    assert not Person.objects.exists()


def test_l8_nothing_is_written_when_the_audit_fails(
    elira: Identity, worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = create_person()

    def refuse(*_: object, **__: object) -> None:
        raise DatabaseError("the log is full")

    monkeypatch.setattr(actions, "append", refuse)
    with pytest.raises(DatabaseError):
        write_identity(person, elira, by=worker, case_code="C-1")
    person.refresh_from_db()
    assert (person.identity, person.version, Person.history.count()) == (None, 0, 0)
    assert not IndexEntry.objects.exists()


def test_c9_no_name_contact_or_document_shows_in_the_database(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    write_identity(person, replace(elira, given_names="Бранка Canaryname"), by=worker, case_code="C-1")
    canaries = ["Canaryname", "Kanarinska", "Ђорђевић", "CN 998 877", "+389 70 555 012", "after 18:00", "number of the"]
    tables = dump()
    assert str(person.pk).encode() in tables["public.vault_person"]
    assert found(canaries, tables) == []


@pytest.mark.parametrize("column", ["clear", "json", "bytea", "base64"])
def test_the_canary_is_seen_where_it_does_show(column: str) -> None:
    """The negative control of the test above."""
    value = {
        "clear": "'x Ђорђевић y'::text",
        "json": r"""'{"n": "\u0402\u043e\u0440\u0452\u0435\u0432\u0438\u045b"}'::json""",
        "bytea": "convert_to('xx Ђорђевић y', 'UTF8')",
        "base64": "encode(convert_to('x Ђорђевић y', 'UTF8'), 'base64')",
    }[column]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE canary_cage AS SELECT {value} AS seen")
    assert found(["Ђорђевић"]) == [("public.canary_cage", "Ђорђевић")]
    assert len(spellings("Ђорђевић")) >= 5


def test_the_column_takes_no_clear_text() -> None:
    person = create_person()
    for clear in (b"Ana", "Ana", b"\x01Ana", b"Ana and a text that is long enough to be sealed"):
        person.identity = clear
        with pytest.raises(ValueError, match="sealed bytes only"):
            person.save()


@pytest.mark.parametrize("table", ["vault_person", "vault_historicalperson"])
def test_the_database_takes_no_clear_text_either(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = %s::regclass AND pg_get_constraintdef(oid) LIKE %s",
            [table, "%octet_length(identity) >= 29%"],
        )
        assert cursor.fetchone() == (1,)
    person = create_person()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE vault_person SET identity = 'Ana', version = 1 WHERE id = %s", [person.pk])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE vault_historicalperson SET version = 9",
        "DELETE FROM vault_historicalperson",
        "TRUNCATE vault_historicalperson",
    ],
)
def test_the_history_can_only_be_added_to(elira: Identity, worker: Actor, statement: str) -> None:
    create_person(elira, by=worker, case_code="C-1")
    with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_c2_swapped_identities_do_not_open(elira: Identity, worker: Actor) -> None:
    one = create_person(elira, by=worker, case_code="C-1")
    other = create_person(elira, by=worker, case_code="C-2")
    Person.objects.filter(pk=one.pk).update(identity=other.identity)
    with pytest.raises(SealBroken):
        reveal(one, by=worker, case_code="C-1", reason_code=RevealReason.CARE)
