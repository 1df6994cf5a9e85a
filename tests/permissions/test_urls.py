"""URL x role x method: what everybody gets at every address. An address without a row fails.

A row of `matrix.toml` is an address; a key is a method; a value lists the answer for each person of the cast in the
order of PLAYERS, then for nobody. Written by hand from the table of design section 4, and checked against the service.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from tests.addresses import ADDRESSES, PLAYERS, address
from tests.whole import Whole

METHODS = ("get", "post")
MATRIX: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text())


@pytest.fixture
def clients(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, Client]:
    return {player: sign_in(getattr(cast, player)) for player in PLAYERS} | {"nobody": Client()}


def test_no_address_without_a_row() -> None:
    assert sorted(MATRIX) == ADDRESSES


@pytest.mark.parametrize("method", METHODS)
def test_everybody_gets_what_the_matrix_says(method: str, whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    got = {name: answers(clients, method, address(name, whole, cast)) for name in ADDRESSES}
    expected = {name: row[method] for name, row in MATRIX.items()}
    assert {name: got[name] for name in got if got[name] != expected.get(name)} == {}


def answers(clients: dict[str, Client], method: str, url: str) -> str:
    return " ".join(answer(client, method, url) for client in clients.values())


def answer(client: Client, method: str, url: str) -> str:
    """The status; a way to the sign-in page is `door`. What a request did is undone: it must not help the next."""
    savepoint = transaction.savepoint()
    cookies = client.cookies.copy()
    response = getattr(client, method)(url)
    client.cookies = SimpleCookie(cookies)
    transaction.savepoint_rollback(savepoint)
    at_the_door = response.status_code == 302 and response["Location"].startswith("/sign-in/")
    return "door" if at_the_door else str(response.status_code)
