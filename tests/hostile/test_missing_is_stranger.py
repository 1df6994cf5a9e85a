"""To a stranger a case that is not shared and a case that does not exist are one and the same answer (Z2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from nrm.accounts.models import SessionRecord
from nrm.lib.codes import new_code
from tests.addresses import ADDRESSES, address, keywords
from tests.hostile.asking import undone
from tests.hostile.tables import acts_after, last_event
from tests.whole import Whole

#: Belongs to no case and is there for everybody: what is hidden in it is tried in tests/directory.
OPEN_TO_ALL = "directory:"
NAMING_A_CASE = [name for name in ADDRESSES if keywords(name) & {"code", "pk"} and not name.startswith(OPEN_TO_ALL)]
#: Belong to no case, and are refused by role before anything is looked up.
BY_ROLE = {"placements:change_unit", "cases:end_cover", "desk:hand_over_work"}
UUID_IN_PATH = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Differs on every page that has a form, as refusals by role do.
TOKEN = re.compile(rb'"[A-Za-z0-9]{64}"')
STRANGERS = ("stranger", "administrator")


@pytest.fixture
def clients(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, Client]:
    return {player: sign_in(getattr(cast, player)) for player in STRANGERS}


def answer(client: Client, method: str, url: str) -> tuple[int, bytes, dict[str, str]]:
    """Everything that can be told apart: status, body, headers, but for the second of the clock in one of them. What
    is refused is written down, and nothing else."""
    since = last_event()
    with undone(client):
        response = getattr(client, method)(url, {"version": 1, "reason": "Curious."} if method == "post" else {})
        assert acts_after(since) <= {"refused"}, url
    headers = {name: value for name, value in response.headers.items() if name != "Expires"}
    return response.status_code, TOKEN.sub(b"", response.content).replace(url.encode(), b""), headers


@pytest.mark.parametrize("method", ["get", "post"])
def test_z2_a_stranger_cannot_tell_a_case_from_none(
    method: str, whole: Whole, cast: Any, clients: dict[str, Client]
) -> None:
    told_apart, statuses = [], {}
    for name in NAMING_A_CASE:
        url = address(name, whole, cast)
        nowhere = UUID_IN_PATH.sub(str(uuid4()), url).replace(whole.case.code, new_code())
        assert nowhere != url
        for player, client in clients.items():
            there, missing = answer(client, method, url), answer(client, method, nowhere)
            told_apart += [(name, player)] * (there != missing)
            statuses[name, player] = there[0]
    assert told_apart == []
    refused_openly = {name for (name, _player), status in statuses.items() if status not in {404, 405}}
    assert refused_openly <= BY_ROLE


CODES = ("x", "0", "AAAA-AAAA-AAAA", "%00", "%0d%0aSet-Cookie:a=b", "%27%20OR%201=1--", "..%2f..%2fetc", "é" * 300)


def test_z2_what_is_no_case_code_is_a_missing_page(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    client = clients["stranger"]
    expected = answer(client, "get", address("desk:case_page", whole, cast))
    by_code = [name for name in NAMING_A_CASE if "code" in keywords(name)]
    urls = [address(name, whole, cast).replace(whole.case.code, code) for name in by_code for code in CODES]
    strange = {url: found[0] for url in urls if (found := answer(client, "get", url))[0] not in {404, 405}}
    assert strange == {}
    assert answer(client, "get", "/cases/%00/") == expected


def test_z2_what_is_no_id_is_a_missing_page(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    client = clients["stranger"]
    expected = answer(client, "get", address("referrals:page", whole, cast))
    for typed in ("1", "%00", str(uuid4()).replace("-", ""), str(uuid4())[:-1], str(uuid4()) + "%00"):
        assert answer(client, "get", f"/referrals/{typed}/") == expected


def test_z2_a_session_of_somebody_else_is_like_none(case: Any, cast: Any, sign_in: Callable[[Any], Client]) -> None:
    client = sign_in(cast.stranger)
    sign_in(cast.case_worker)
    theirs = SessionRecord.objects.get(user=cast.case_worker.user)
    there, nowhere = (reverse("accounts:end_session", args=[pk]) for pk in (theirs.pk, uuid4()))
    assert answer(client, "post", there) == answer(client, "post", nowhere)
    assert client.post(there).status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None
