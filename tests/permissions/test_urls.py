"""URL x role x method: what everybody gets at every address. An address without a row fails.

A row of `matrix.toml` is an address; a key is a method; a value lists the answer for each person of the cast in the
order of PLAYERS, then for nobody. Written by hand from the table of design section 4, and checked against the service.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import resolve

from tests.addresses import ADDRESSES, PLAYERS, address
from tests.hostile.asking import undone
from tests.hostile.tables import acts_after, last_event
from tests.whole import Whole

MATRIX: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text())


@pytest.fixture
def clients(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, Client]:
    return {player: sign_in(getattr(cast, player)) for player in PLAYERS} | {"nobody": Client()}


def test_z1_no_address_without_a_row() -> None:
    assert sorted(MATRIX) == ADDRESSES


def test_z1_z9_d1_d2_d3_reading_answers_as_listed_and_writes_nothing_but_that_it_was_read(
    whole: Whole, cast: Any, clients: dict[str, Client]
) -> None:
    """Rows are counted by the database itself, so that what is written and taken back shows too."""
    before = rows_touched()
    assert differences("get", whole, cast, clients) == {}
    touched = {table for table, count in rows_touched().items() if count != before.get(table, 0)}
    assert {"audit_event"} <= touched <= READING_IS_KEPT_IN


def test_z1_d2_d3_sending_answers_as_listed_and_what_is_refused_is_recorded(
    whole: Whole, cast: Any, clients: dict[str, Client]
) -> None:
    assert differences("post", whole, cast, clients) == {}


def test_z1_no_address_knows_another_method(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    for name in ADDRESSES:
        for method in ("put", "options", "trace"):
            response = getattr(clients["case_worker"], method)(address(name, whole, cast))
            assert response.status_code in {405, 403}, (name, method)


#: The record of reading, and the session it was read in.
READING_IS_KEPT_IN = {"audit_event", "audit_head", "django_session", "accounts_sessionrecord"}


def rows_touched() -> dict[str, int]:
    """How many rows this transaction has added, changed or deleted so far, by table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def differences(method: str, whole: Whole, cast: Any, clients: dict[str, Client]) -> dict[str, str]:
    since = last_event()
    got = {name: answers(clients, method, address(name, whole, cast), since) for name in ADDRESSES}
    expected = {name: row[method] for name, row in MATRIX.items()}
    return {name: got[name] for name in got if got[name] != expected.get(name)}


def answers(clients: dict[str, Client], method: str, url: str, since: int) -> str:
    return " ".join(answer(client, method, url, since) for client in clients.values())


def answer(client: Client, method: str, url: str, since: int) -> str:
    """The status; a way to the sign-in page is `door`; then what is wrong with the answer. What a request did is
    undone: it must not help the next."""
    with undone(client):
        response = getattr(client, method)(url)
        is_recorded = response.status_code != 403 or "refused" in acts_after(since)
    is_door = response.status_code == 302 and response["Location"].startswith("/sign-in/")
    wrong = [*of_headers(response), *of_content(response), *of_addresses(response)]
    return " ".join(["door" if is_door else str(response.status_code), *["unrecorded"] * (not is_recorded), *wrong])


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Permissions-Policy": "camera=()",
}


def of_headers(response: Any) -> Iterator[str]:
    yield from (name for name, value in HEADERS.items() if value not in response.headers.get(name, ""))


#: No tables: there is no export yet, and one would have to defuse formulas.
KINDS = {"text/html", "application/json", "application/pdf", "text/plain"}


def of_content(response: Any) -> Iterator[str]:
    kind = response.headers.get("Content-Type", "text/html").partition(";")[0]
    if kind not in KINDS:
        yield kind


ADDRESS_IN_PAGE = re.compile(r'\s(?:href|action|formaction|src|hx-get|hx-post)="([^"]*)"')
#: What an address may say beside its path, and how: a choice of a filter, a place in a list.
SAID = re.compile(r"[\w.:+=-]{0,200}", re.ASCII)


def of_addresses(response: Any) -> Iterator[str]:
    """Addresses that are none of ours, or say more than a code, an id, a place in a list or the value of a choice."""
    if response.streaming or "html" not in response.headers.get("Content-Type", ""):
        return
    for found in set(ADDRESS_IN_PAGE.findall(response.content.decode())):
        parts = urlsplit(unescape(found))
        is_ours = not parts.netloc and is_known(parts.path)
        if not (is_ours or unescape(found) == settings.NRM_EXIT_URL):
            yield found
        yield from (f"{found} says {value}" for _name, value in parse_qsl(parts.query) if not SAID.fullmatch(value))


@cache
def is_known(path: str) -> bool:
    if not path or path.startswith(settings.STATIC_URL):
        return True
    try:
        resolve(path)
    except Http404:
        return False
    return True
