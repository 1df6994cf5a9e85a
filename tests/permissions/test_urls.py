"""URL x role x method: what everybody gets at every address. An address without a row fails.

A row of `matrix.toml` is an address; a key is a method; a value lists the answer for each person of the cast in the
order of PLAYERS, then for nobody. Written by hand from the table of design section 4, and checked against the service.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.permissions.conftest import Whole

PLAYERS = (
    "responder",
    "case_worker",
    "shelter_worker",
    "clinician",
    "officer",
    "prosecution_officer",
    "coordinator",
    "auditor",
    "administrator",
    "stranger",
)
METHODS = ("get", "post")
MATRIX: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text())
#: A state that is somewhere in each machine, and a transition that starts there.
TRANSITIONS = {
    "cases:step": "hold",
    "cases:consent_step": "withdraw",
    "identification:screening_step": "complete",
    "identification:status_step": "identify",
    "referrals:step": "accept",
    "placements:step": "leave",
    "support:step": "pause",
    "support:alert_step": "assess",
    "reintegration:step": "agree",
}


def names(patterns: list[Any], namespace: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"


ADDRESSES = sorted(set(names(get_resolver().url_patterns)))


def address(name: str, whole: Whole, cast: Any) -> str:
    """The address of this view for the whole case and the case worker's account."""
    records = {
        "identification:screening": whole.screening,
        "identification:save_answers": whole.screening,
        "identification:screening_step": whole.screening,
        "cases:consent_step": whole.consent,
        "referrals:page": whole.referral,
        "referrals:change": whole.referral,
        "referrals:step": whole.referral,
        "placements:page": whole.placement,
        "placements:step": whole.placement,
        "placements:change_unit": whole.unit,
        "support:episode": whole.episode,
        "support:add_appointment": whole.episode,
        "support:add_note": whole.episode,
        "support:step": whole.episode,
        "support:appointment": whole.appointment,
        "support:alert_step": whole.alert,
        "reintegration:plan": whole.plan,
        "reintegration:add_goal": whole.plan,
        "reintegration:step": whole.plan,
        "reintegration:review": whole.goal,
        "desk:claim_task": whole.task,
        "desk:release_task": whole.task,
        "desk:finish_task": whole.task,
    }
    given: dict[str, Any] = {
        "code": whole.case.code,
        "token": "no-such-token",
        "page": "person",
        "user_id": cast.second_case_worker.user.pk,
        "membership_id": cast.second_case_worker.membership.pk,
        "organisation_id": cast.organisations.far_shore.pk,
        "session_id": uuid4(),
        "reset_id": uuid4(),
        "transition": TRANSITIONS.get(name, ""),
    }
    if name in records:
        given["pk"] = records[name].pk
    return reverse(name, kwargs={key: given[key] for key in keywords(name)})


def keywords(name: str) -> set[str]:
    for pattern, kwargs in parameters(get_resolver().url_patterns):
        if pattern == name:
            return kwargs
    raise LookupError(name)


def parameters(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, set[str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from parameters(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name}", set(pattern.pattern.converters)


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
