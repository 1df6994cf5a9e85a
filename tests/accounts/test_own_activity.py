"""What the service recorded of oneself: one's own acts, with case codes and times, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nrm.audit import selectors
from nrm.audit.actions import record
from nrm.audit.models import Event

ACTIVITY = "/account/activity/"


def text_of(client: Client, query: str = "") -> str:
    response = client.get(f"{ACTIVITY}{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_one_sees_what_one_opened_with_code_and_time(cast: Any, sign_in: Callable[[Any], Client], case: Any) -> None:
    client = sign_in(cast.case_worker)
    client.get(f"/cases/{case.code}/")
    client.post(f"/cases/{case.code}/identity/", {"reason": "unknown"})
    page = text_of(client)
    assert "Case read" in page
    assert case.code in page


def test_a_refusal_is_shown_as_one(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    client = sign_in(cast.case_worker)
    client.get("/audit/")
    page = text_of(client)
    assert "Request refused" in page
    assert "Refused" in page


def test_of_others_nothing_is_shown(cast: Any, sign_in: Callable[[Any], Client], case: Any) -> None:
    sign_in(cast.responder).get(f"/cases/{case.code}/")
    record("case.read", by=cast.second_case_worker.actor, case_code=case.code)
    assert Event.objects.exclude(user_id=cast.stranger.user.pk).exists()
    page = text_of(sign_in(cast.stranger))
    assert "Nothing is recorded yet" in page
    assert case.code not in page


def test_the_list_goes_on_page_by_page_with_the_same_number_of_queries(
    cast: Any, sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors.events_page, "__kwdefaults__", {"before": None, "size": 3})
    client = sign_in(cast.case_worker)
    record("case.listed", by=cast.case_worker.actor)
    text_of(client)
    counts, seen, query = [], 0, ""
    for _number in range(6):
        record("case.listed", by=cast.case_worker.actor)
    while True:
        with CaptureQueriesContext(connection) as queries:
            page = text_of(client, query)
        counts.append(len(queries))
        seen += page.count("List of cases read")
        if 'rel="next"' not in page:
            break
        query = page.split('rel="next" href="')[1].split('"')[0]
    assert (seen, len(counts), len(set(counts))) == (7, 3, 1)


@pytest.mark.parametrize("before", ["", "x", "-1", "²", "9" * 40, "1%00", "999999999999999999"])
def test_an_address_that_names_no_place_is_the_beginning(
    cast: Any, sign_in: Callable[[Any], Client], before: str
) -> None:
    assert "What you looked at" in text_of(sign_in(cast.case_worker), f"?before={before}")
