"""Errors are plain, carry a reference where one helps, and need no database."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import translation

from nrm.web import errors


@pytest.mark.parametrize("handler", ["bad_request", "permission_denied", "not_found", "server_error"])
def test_l9_error_pages_need_no_database(handler: str) -> None:
    request = RequestFactory().get("/")
    request.resolver_match = None
    body = getattr(errors, handler)(request).content.decode()
    assert "<h1>" in body
    assert "csrfmiddlewaretoken" not in body
    assert bool(re.search(r"Reference for support: [0-9A-F]{8}", body)) is (handler != "not_found")


@pytest.mark.django_db
@pytest.mark.usefixtures("tried_addresses")
def test_l9_a_fault_answers_500_with_the_reference_of_the_log(
    cast: Any, sign_in: Any, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in(cast.case_worker)
    client.raise_request_exception = False
    with caplog.at_level(logging.WARNING, "nrm.web"):
        response = client.get("/try/broken/")
    assert response.status_code == 500
    reference = re.search(r"support: ([0-9A-F]{8})", response.content.decode())
    assert reference
    lines = [entry.getMessage() for entry in caplog.records if entry.name == "nrm.web"]
    assert any(reference[1] in line and "try:broken" in line for line in lines)


def test_l9_the_last_resort_when_the_error_page_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*args: Any, **context: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(errors, "page", failing)
    request = RequestFactory().get("/")
    request.resolver_match = None
    response = errors.server_error(request)
    assert response.status_code == 500
    assert b"Reference: " in response.content


@pytest.mark.django_db
def test_a_form_without_token_is_refused_in_words() -> None:
    response = Client(enforce_csrf_checks=True).post("/language/", {"language": "sq"})
    assert response.status_code == 403
    assert "reload the page and try again" in response.content.decode()


def test_error_pages_say_their_language() -> None:
    with translation.override("sr-latn"):
        assert b'<html lang="sr-Latn">' in errors.not_found(RequestFactory().get("/")).content
