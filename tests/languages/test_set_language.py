"""The switch: by POST, for this browser session, kept in the account of who is signed in, never to another site."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from nrm.languages.views import set_language


def test_it_is_an_open_door() -> None:
    assert set_language.open_door  # type: ignore[attr-defined]


def test_a_visitor_chooses_for_this_browser_session(client: Client, db: None) -> None:
    answer = client.post("/language/", {"language": "sr-latn", "next": "/somewhere/?page=2"})
    assert (answer.status_code, answer["Location"]) == (302, "/somewhere/?page=2")
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie.value == "sr-latn"
    assert not cookie["max-age"]
    assert not cookie["expires"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_signed_in_user_keeps_the_choice_in_the_account(cast: Any, sign_in: Any) -> None:
    sign_in(cast.case_worker).post("/language/", {"language": "mk"})
    cast.case_worker.user.refresh_from_db()
    cast.stranger.user.refresh_from_db()
    assert cast.case_worker.user.language == "mk"
    assert cast.stranger.user.language != "mk"


@pytest.mark.parametrize("language", ["", "xx", "hr", "sq'--", "<b>", "S" * 100_000])
def test_an_unknown_language_changes_nothing(client: Client, db: None, language: str) -> None:
    answer = client.post("/language/", {"language": language})
    assert answer.status_code == 302
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "\x00//evil.example",
    "http://testserver@evil.example/",
    "",
]


@pytest.mark.parametrize("address", ELSEWHERE)
def test_d9_it_never_leads_to_another_site(client: Client, db: None, address: str) -> None:
    assert client.post("/language/", {"language": "sq", "next": address})["Location"] == "/"


def test_z9_reading_the_address_is_not_choosing(client: Client, db: None) -> None:
    assert client.get("/language/?language=mk").status_code == 405


def test_z9_another_site_cannot_post_here(db: None) -> None:
    assert Client(enforce_csrf_checks=True).post("/language/", {"language": "mk"}).status_code == 403
