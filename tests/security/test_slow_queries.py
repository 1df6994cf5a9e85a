"""A statement that takes too long is given up, and a list is never longer than a page, whatever is asked (B7)."""

from __future__ import annotations

import os
import runpy
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse

from nrm.lib import paging
from nrm.web.limits import limit_statements
from tests.hostile.asking import undone
from tests.security.test_killed import address


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the web server's connections are made with, here without consequences."""
    options: dict[str, Any] = {}
    monkeypatch.setitem(configured.DATABASES["default"], "OPTIONS", options)
    return options


@pytest.fixture
def of_the_web_server(db: None, options: dict[str, Any], settings: Any) -> Iterator[Any]:
    settings.NRM_STATEMENT_SECONDS = 1
    limit_statements()
    made = connection.copy()
    yield made
    made.close()


def test_b7_the_database_gives_up_a_statement_of_the_web_server(of_the_web_server: Any) -> None:
    with of_the_web_server.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout')"
        )
        assert cursor.fetchone() == ("1s", "1min")
        with pytest.raises(OperationalError, match="statement timeout"):
            cursor.execute("SELECT pg_sleep(30)")


def test_b7_the_web_server_begins_with_the_limits(options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """And only it: commands, such as checking the whole log, take their time."""
    monkeypatch.setenv("NRM_LOCALDB", os.environ.get("NRM_LOCALDB", "on"))
    assert options == {}
    runpy.run_module("nrm.wsgi")
    assert f"-c statement_timeout={configured.NRM_STATEMENT_SECONDS}s" in options["options"]


def test_b7_what_is_said_in_the_database_url_stays(options: dict[str, Any]) -> None:
    options["options"] = "-c search_path=public"
    limit_statements()
    assert options["options"].startswith("-c search_path=public -c statement_timeout=")


def test_b7_a_page_that_takes_too_long_says_so_and_comes_again(
    cast: Any, sign_in: Callable[[Any], Client], caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in(cast.case_worker)
    client.raise_request_exception = False
    with psycopg.connect(**address()) as other:
        other.execute("LOCK TABLE referrals_referral IN ACCESS EXCLUSIVE MODE NOWAIT")
        with undone(client):
            connection.cursor().execute("SET LOCAL statement_timeout = '50ms'")
            late = client.get(reverse("referrals:inbox"))
        other.rollback()
    assert (late.status_code, late.headers["Retry-After"]) == (503, "60")
    assert "no-store" in late.headers["Cache-Control"]
    assert "Reference for support" in late.content.decode()
    assert "Answered 503" in caplog.text
    assert client.get(reverse("referrals:inbox")).status_code == 200


#: Everything that a list of some other service is told to be longer by.
MORE = dict.fromkeys(("limit", "size", "page_size", "per_page", "count", "rows", "n", "first", "length"), "100000")
MORE |= {"all": "1", "show": "all", "page": "-1", "offset": "-100"}


def test_b7_no_list_is_longer_than_its_page_whatever_is_asked(
    cast: Any, sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    from nrm.audit import selectors
    from nrm.cases.actions import open_case

    monkeypatch.setattr(paging, "PAGE", 2)
    monkeypatch.setattr(selectors.events_page, "__kwdefaults__", {"before": None, "size": 2})
    who = {"by": cast.responder.actor, "lead_organisation_id": cast.organisations.open_hand.pk}
    for _ in range(3):
        open_case(**who, age_group="adult", sex="woman")
    for player, page in ((cast.case_worker, "desk:case_list"), (cast.auditor, "audit:events")):
        client = sign_in(player)
        for asked in ({}, MORE, {"stage": ["identification"] * 900}, {"code": "%" * 5000, "after": "x" * 5000}):
            html = client.get(reverse(page), asked).content.decode()
            assert html.count("<tr") <= 1 + 2, (page, list(asked))


def test_b7_more_fields_than_anybody_fills_in_are_not_read(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    client = sign_in(cast.case_worker)
    assert client.get(reverse("desk:case_list"), {f"x{number}": "1" for number in range(1500)}).status_code == 400
