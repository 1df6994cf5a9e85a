"""A real process that moves keys or writes the index anew is killed with -9 in the middle, and run again.

The middle is certain: another connection holds the row of a person further on, so the process waits there, with what
it did before committed and with a batch begun.
"""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings as configured
from django.db import connection
from pytest_django import Settings

from nrm.access.actor import Actor
from nrm.vault.actions import create_person, reveal
from nrm.vault.blind_index import index_form
from nrm.vault.identity import Identity
from nrm.vault.models import IndexEntry, Person
from nrm.vault.reasons import RevealReason
from nrm.vault.selectors import held_by_key, people_like
from tests.conftest import Cast
from tests.vault.conftest import ELIRA

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

PEOPLE, BATCH = 7, 2
LIMIT = 30  # seconds


@pytest.fixture
def worker(cast: Cast) -> Actor:
    return cast.case_worker.actor


@pytest.fixture
def people(committed_db: None, worker: Actor) -> list[Person]:
    """In the order in which the commands take them."""
    made = [create_person(ELIRA, by=worker, case_code="C-1") for _ in range(PEOPLE)]
    return sorted(made, key=lambda person: person.pk)


def fresh() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def process(*arguments: str) -> subprocess.Popen[str]:
    """`manage.py vault ...` on the database of this test and with its present keys."""
    at = address()
    where = f"postgresql://{quote(at['user'])}:{quote(at['password'])}@/{at['dbname']}"
    where += f"?host={quote(at['host'], safe='')}&port={at['port']}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("NRM_", "DJANGO_"))},
        "NRM_MODE": "test",
        "DATABASE_URL": where,
        "NRM_VAULT_KEYS": configured.NRM_VAULT_KEYS,
        "NRM_INDEX_KEY": configured.NRM_INDEX_KEY,
    }
    command = [sys.executable, "-u", "manage.py", "vault", *arguments, "--batch", str(BATCH)]
    return subprocess.Popen(
        command, cwd=configured.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@contextmanager
def held(person: Person) -> Iterator[None]:
    """Another connection holds this person's row."""
    with psycopg.connect(**address()) as other:
        other.execute("SELECT 1 FROM vault_person WHERE id = %s FOR UPDATE", [person.pk])
        yield
        other.rollback()


def address() -> dict[str, Any]:
    """Of the database of this test, wherever its server is."""
    connection.ensure_connection()
    info = connection.connection.info
    names = ("user", "password", "dbname", "host", "port")
    return {name: getattr(info, name) or "" for name in names}


def wait_for_somebody_to_wait() -> None:
    """Until a connection to this database waits for a lock."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    until = time.monotonic() + LIMIT
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(asked)
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.02)
    raise AssertionError("The process never came to the row that is held.")


def killed_in_the_middle(task: str, people: list[Person]) -> None:
    """Killed when it has finished two batches and waits in the third."""
    with held(people[2 * BATCH]):
        running = process(task)
        try:
            wait_for_somebody_to_wait()
        finally:
            os.kill(running.pid, signal.SIGKILL)
            running.communicate(timeout=LIMIT)
    assert running.returncode == -signal.SIGKILL


def finished(task: str) -> str:
    running = process(task)
    printed, _nothing = running.communicate(timeout=LIMIT)
    assert running.returncode == 0, printed
    return printed


def everybody_opens(people: list[Person], worker: Actor) -> bool:
    opened: list[Identity] = [
        reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE) for person in people
    ]
    return opened == [ELIRA] * PEOPLE


def test_c4_a_rotation_that_is_killed_goes_on_and_loses_nobody(
    people: list[Person], worker: Actor, settings: Settings
) -> None:
    newest = f"k2:{fresh()}"
    settings.NRM_VAULT_KEYS = f"{newest},{settings.NRM_VAULT_KEYS}"
    killed_in_the_middle("rotate", people)
    assert held_by_key(Person) == {"k2": 2 * BATCH, "dev1": PEOPLE - 2 * BATCH}
    assert everybody_opens(people, worker)
    assert f"{PEOPLE - 2 * BATCH} of {PEOPLE - 2 * BATCH} people wrapped by k2" in finished("rotate")
    settings.NRM_VAULT_KEYS = newest
    assert held_by_key(Person) == {"k2": PEOPLE}
    assert everybody_opens(people, worker)


def test_c4_a_reindexing_that_is_killed_goes_on_and_everybody_is_found(
    people: list[Person], settings: Settings
) -> None:
    settings.NRM_INDEX_KEY = fresh()
    killed_in_the_middle("reindex", people)
    forms = list(Person.objects.order_by("pk").values_list("index_form", flat=True))
    assert [form == index_form() for form in forms] == [True] * 2 * BATCH + [False] * (PEOPLE - 2 * BATCH)
    assert IndexEntry.objects.values("person").distinct().count() == PEOPLE, "nobody is left without an index"
    assert f"{PEOPLE - 2 * BATCH} of {PEOPLE - 2 * BATCH} people indexed" in finished("reindex")
    assert set(people_like(ELIRA)) == {person.pk for person in people}
