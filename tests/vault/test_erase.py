"""Erasing is destroying a key: nothing opens again, searches find nobody, and a restored backup is erased again."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.refusals import MovedOn
from nrm.audit import verifier
from nrm.audit.models import Event
from nrm.cases.models import Case
from nrm.vault import actions as vault
from nrm.vault import erasures
from nrm.vault.fields import opened_at, place_of
from nrm.vault.identity import Identity
from nrm.vault.models import IndexEntry, Person
from nrm.vault.reasons import RevealReason
from nrm.vault.sealing import Erased, SealBroken, key_ring, new_data_key, unseal_text
from nrm.vault.selectors import people_like
from tests.vault.canaries import dump, found

CANARIES = ("Kanarinska", "Canaryname", "CN 998 877")


@pytest.fixture
def person(case: Case, elira: Identity, worker: Actor) -> Person:
    return vault.write_identity(case.person, elira, by=worker, case_code=case.code)


def erase(person: Person, case: Case) -> Person:
    return vault.erase(person, by=THE_SERVICE, case_code=case.code, at=timezone.now())


def known(person: Person) -> str:
    row = Person.objects.get(pk=person.pk)
    return unseal_text(row, place_of(row, "identity"), row.identity or b"")


def restored(tables: dict[str, bytes]) -> None:
    """Every table as the backup has it, guards aside, as pg_restore would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  names from the catalogue
        for table, rows in tables.items():
            with cursor.cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(rows)
        cursor.execute("RESET session_replication_role")


def test_d5_former_values_do_not_open_either(person: Person, case: Case, elira: Identity) -> None:
    former = Person.history.filter(id=person.pk).exclude(identity=None).get()
    assert unseal_text(person, place_of(former, "identity"), former.identity) == elira.to_json()
    gone = erase(person, case)
    with pytest.raises(Erased):
        unseal_text(gone, place_of(former, "identity"), former.identity)
    assert opened_at(gone, place_of(former, "identity"), former.identity).startswith("Erased on ")
    another = Person(id=person.pk, key_version=person.key_version)
    key = new_data_key(person.pk)
    another.wrapped_key, another.key_id = key.wrapped, key.key_id
    with pytest.raises(SealBroken):  # and no new key in its place helps
        unseal_text(another, place_of(former, "identity"), former.identity)


def test_d5_searches_find_the_person_before_and_nobody_after(person: Person, case: Case, elira: Identity) -> None:
    assert people_like(elira) == [person.pk]
    erase(person, case)
    assert people_like(elira) == []
    assert not IndexEntry.objects.exists()


def test_nobody_is_erased_twice_and_nothing_is_written_anew(
    person: Person, case: Case, elira: Identity, worker: Actor
) -> None:
    erase(person, case)
    with pytest.raises(MovedOn):
        erase(person, case)
    with pytest.raises(Erased):
        vault.write_identity(person, elira, by=worker, case_code=case.code)
    with pytest.raises(Erased):
        vault.reveal(person, by=worker, case_code=case.code, reason_code=RevealReason.CARE)
    assert Event.objects.filter(action="identity.erased").count() == 1
    assert not Event.objects.filter(action__in=["seal.broken", "identity.revealed"]).exists()


@pytest.fixture
def backup(person: Person) -> dict[str, bytes]:
    return dump()


def test_d5_a_restored_backup_is_erased_again_before_use(
    person: Person, case: Case, elira: Identity, backup: dict[str, bytes], tmp_path: Path
) -> None:
    erase(person, case)
    listed = tmp_path / "erased.txt"
    call_command("vault", "erased", "--export", str(listed))
    restored(backup)
    assert elira.to_json() == known(person)  # the negative control: a backup remembers
    assert people_like(elira) == [person.pk]
    for _again in range(2):
        call_command("vault", "erased", "--replay", str(listed))
        assert Person.objects.get(pk=person.pk).wrapped_key == b""
    with pytest.raises(Erased):
        known(person)
    assert people_like(elira) == []
    assert found(CANARIES) == []
    report = verifier.verify()
    assert (report.findings, report.is_in_order) == ([], True)
    assert Event.objects.get(action="identity.erased").data["again"] is True


def test_the_list_holds_ids_and_dates_only(person: Person, case: Case) -> None:
    assert erasures.read(erasures.printed([])) == []
    at = erase(person, case).erased_at
    text = erasures.printed(erasures.erasures())
    assert erasures.read(text) == [erasures.Erasure(person.pk, case.code, at)]  # type: ignore[arg-type]
    assert not [canary for canary in CANARIES if canary in text]


def test_the_list_travels_by_pipe_too(
    person: Person, case: Case, backup: dict[str, bytes], capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    erase(person, case)
    call_command("vault", "erased", "--export", "-")
    listed = capsys.readouterr().out
    restored(backup)
    monkeypatch.setattr("sys.stdin", StringIO(listed))
    call_command("vault", "erased", "--replay", "-")
    assert "1 erased again" in capsys.readouterr().out


def without_a_line(text: str) -> str:
    return text.split("\n", 1)[1]


def of_somebody_else(text: str) -> str:
    return text.replace('"case": "', '"case": "X')


@pytest.mark.parametrize("changed", [without_a_line, of_somebody_else, lambda text: text[:-40], lambda _text: "hello"])
def test_a_list_that_was_changed_erases_nobody(
    changed: Callable[[str], str], person: Person, case: Case, backup: dict[str, bytes], tmp_path: Path
) -> None:
    erase(person, case)
    listed = tmp_path / "erased.txt"
    listed.write_text(changed(erasures.printed(erasures.erasures())))
    restored(backup)
    with pytest.raises(CommandError, match="Nobody was erased"):
        call_command("vault", "erased", "--replay", str(listed))
    assert Person.objects.get(pk=person.pk).erased_at is None


def test_a_list_from_under_another_key_is_refused_by_name(person: Person, case: Case, settings: Any) -> None:
    erase(person, case)
    text = erasures.printed(erasures.erasures())
    settings.NRM_VAULT_KEYS = "other:" + "D" * 42 + "8="
    with pytest.raises(erasures.ListRefused, match="dev1"):
        erasures.read(text)
    assert "dev1" not in key_ring()
