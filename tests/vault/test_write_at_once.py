"""Two people write one identity at the same moment: one is told that it moved on, none is lost in silence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn
from nrm.vault import actions
from nrm.vault.actions import create_person, write_identity
from nrm.vault.identity import Identity
from nrm.vault.models import Person
from nrm.vault.sealing import seal_text

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

WRITERS = 6


def write_together(person: Person, identity: Identity, by: Actor) -> list[str]:
    """What each of the writers met who all saw version 1."""
    start = Barrier(WRITERS)

    def write(number: int) -> str:
        mine = replace(identity, given_names=f"Ana {number}")
        try:
            start.wait(timeout=10)
            write_identity(Person(pk=person.pk), mine, by=by, case_code="C-1", expected_version=1)
        except MovedOn:
            return "moved on"
        finally:
            connection.close()
        return "written"

    with ThreadPoolExecutor(WRITERS) as pool:
        return sorted(pool.map(write, range(WRITERS)))


def test_one_writes_and_the_others_are_told(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    assert write_together(person, elira, worker) == ["moved on"] * (WRITERS - 1) + ["written"]
    person.refresh_from_db()
    assert (person.version, Person.history.count()) == (2, 2)


def test_without_the_lock_somebody_s_words_are_lost(
    elira: Identity, worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: all have read before one writes, and several believe that they wrote version 2."""
    person = create_person(elira, by=worker, case_code="C-1")
    all_have_read = Barrier(WRITERS)
    seal = seal_text

    def seal_after_all_have_read(*arguments: Any) -> bytes:
        all_have_read.wait(timeout=10)
        return seal(*arguments)

    def without_lock(rows: QuerySet[Person], **_: Any) -> QuerySet[Person]:
        return rows.all()

    monkeypatch.setattr(QuerySet, "select_for_update", without_lock)
    monkeypatch.setattr(actions, "seal_text", seal_after_all_have_read)
    assert write_together(person, elira, worker) == ["written"] * WRITERS
    person.refresh_from_db()
    assert (person.version, Person.history.count()) == (2, 1 + WRITERS)
