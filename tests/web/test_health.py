"""Health is one word: ok only when database, migrations and the head of the chain are in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from nrm.web import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    health.require_migrations.cache_clear()
    yield
    health.require_migrations.cache_clear()


def test_all_in_order(client: Client) -> None:
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_head_that_is_not_the_last_event(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "head_is_in_order", lambda: False)
    assert_unavailable(client)


def test_a_missing_migration(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [("cases", "0002")])
    assert_unavailable(client)


def test_no_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> bool:
        raise DatabaseError("password=secret")

    monkeypatch.setattr(health, "head_is_in_order", gone)
    assert_unavailable(client)


def assert_unavailable(client: Client) -> None:
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable"})
