"""Every reply carries the headers, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest
from django.test import Client

PAGES = ["/sign-in/", "/nowhere/", "/health/", "/leave/", "/", "/static/css/app.css", "/static/nothing.css"]

pytestmark = pytest.mark.django_db


def headers_of(client: Client, address: str) -> Mapping[str, str]:
    """Static files are streamed from an open file, which wants closing."""
    with closing(client.get(address)) as response:
        return response.headers


@pytest.mark.parametrize("address", PAGES)
def test_d3_d4_the_policy_forbids_everything_that_is_not_ours(client: Client, address: str) -> None:
    policy = headers_of(client, address)["Content-Security-Policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("address", PAGES)
def test_d3_the_other_headers(client: Client, address: str) -> None:
    headers = headers_of(client, address)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("address", [page for page in PAGES if page != "/static/css/app.css"])
def test_d3_nothing_but_static_files_is_kept(client: Client, address: str) -> None:
    assert "no-store" in headers_of(client, address)["Cache-Control"]


def test_a_signed_in_page_is_not_kept(cast: Any, sign_in: Any) -> None:
    assert "no-store" in sign_in(cast.case_worker).get("/keep/").headers["Cache-Control"]


def test_static_files_may_be_kept(client: Client) -> None:
    assert "no-store" not in headers_of(client, "/static/css/app.css")["Cache-Control"]
