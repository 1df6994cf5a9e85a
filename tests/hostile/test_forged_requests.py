"""What another site can make a browser send, and where a made-up address can lead somebody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from tests.addresses import ADDRESSES, address
from tests.hostile.asking import undone
from tests.hostile.tables import digests
from tests.permissions.test_urls import MATRIX
from tests.whole import Whole

#: Sent without a token: only the way out, which a frightened person must find open, and which writes nothing.
WITHOUT_TOKEN = {"web:leave"}
ELSEWHERE = "https://evil.example/"


def takes_posts(name: str) -> bool:
    return any(status not in {"405", "door"} for status in MATRIX.get(name, {"post": "200"})["post"].split())


@pytest.mark.parametrize("player", ["case_worker", "administrator"])
def test_z9_nothing_is_taken_without_the_token_of_the_page(
    player: str, whole: Whole, cast: Any, sign_in: Callable[[Any], Client], caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in(getattr(cast, player))
    client.handler.enforce_csrf_checks = True
    before = digests()
    for name in set(filter(takes_posts, ADDRESSES)) - WITHOUT_TOKEN:
        answer = client.post(address(name, whole, cast), {"version": 1, "reason": "Forged."})
        assert answer.status_code == 403, name
        assert f"Answered 403, reference {reference_of(answer)}, view {name}" in caplog.text
    assert digests() == before


def test_d9_no_address_leads_elsewhere(whole: Whole, cast: Any, sign_in: Callable[[Any], Client]) -> None:
    """Whatever `next` says, in the address or in the form, and whoever the request says it comes from."""
    typed = dict.fromkeys(("next", "url", "return_to", "back", "redirect", "afterwards"), ELSEWHERE)
    told = {"HTTP_REFERER": ELSEWHERE, "HTTP_X_FORWARDED_HOST": "evil.example"}
    leading = {}
    clients = {player: sign_in(getattr(cast, player)) for player in ("case_worker", "administrator")}
    for name in ADDRESSES:
        for player, client in clients.items():
            if player == "administrator" and not name.startswith(("accounts:", "audit:")):
                continue
            url = address(name, whole, cast)
            for method, data in (("get", typed), ("post", typed | {"version": 1, "reason": "Moved."})):
                with undone(client):
                    response = getattr(client, method)(url, data, **told)
                if any(urlsplit(way).netloc or way.startswith(("//", "/\\")) for way in ways_of(response)):
                    leading[name, player, method] = ways_of(response)
    assert leading == {}


def reference_of(answer: Any) -> str:
    return re.search(r"\b[0-9A-F]{8}\b", answer.content.decode())[0]  # type: ignore[index]


def ways_of(response: HttpResponse) -> list[str]:
    """Where the answer sends the browser; the way out goes to the neutral page that the operator chose."""
    found = [response.headers.get(name, "") for name in ("Location", "HX-Redirect", "Refresh")]
    return [way for way in found if way and not way.endswith(f"url={settings.NRM_EXIT_URL}")]
