"""Which language a page comes in: account, then this browser's choice, then what the browser asks for, then English."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils.translation import get_language

from nrm.languages.choice import asked_for, html_tag
from nrm.languages.middleware import LanguageMiddleware


def answer(*, header: str = "", cookie: str = "", account: str | None = None) -> HttpResponse:
    request = RequestFactory().get("/", headers={"Accept-Language": header} if header else None)
    if cookie:
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = cookie
    request.user = SimpleNamespace(is_authenticated=account is not None, language=account or "")  # type: ignore[assignment]
    return LanguageMiddleware(page)(request)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{get_language()} {request.LANGUAGE_CODE}")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("sq-XK,sq;q=0.9,en;q=0.8", "sq"),
        ("sr-Latn-RS,sr;q=0.9", "sr-latn"),
        ("sr-Cyrl-RS", "sr"),
        ("sr-ME", "sr"),
        ("bs-Cyrl-BA", "bs"),
        ("hr-HR,hr;q=0.9,en-US;q=0.8,en;q=0.7", "bs"),
        ("cnr,sr-Latn;q=0.9,en;q=0.5", "sr-latn"),
        ("sh", "bs"),
        ("sh-Cyrl", "sr"),
        ("en-US,en;q=0.9,hr;q=0.5", "en"),
        ("de,mk;q=0.5", "mk"),
        ("de", "en"),
        ("*", "en"),
        ("", "en"),
        ("x" * 5000, "en"),
    ],
)
def test_what_the_browser_asks_for(header: str, language: str) -> None:
    assert answer(header=header).content.decode() == f"{language} {language}"
    assert (asked_for(header) or "en") == language


def test_the_account_wins_over_the_cookie_and_the_cookie_over_the_header() -> None:
    assert answer(header="mk", cookie="bs", account="sq").content == b"sq sq"
    assert answer(header="mk", cookie="bs", account="").content == b"bs bs"
    assert answer(header="mk", cookie="bs").content == b"bs bs"
    assert answer(header="mk").content == b"mk mk"


@pytest.mark.parametrize("unknown", ["xx", "../../etc/passwd", "\u0000", "S" * 1000, "hr"])
def test_an_unknown_choice_counts_as_none(unknown: str) -> None:
    assert answer(header="mk", cookie=unknown, account=unknown).content == b"mk mk"


def test_the_answer_names_its_language_with_the_script() -> None:
    assert answer(cookie="sr")["Content-Language"] == "sr-Cyrl"
    assert answer(cookie="sr-latn")["Content-Language"] == "sr-Latn"
    assert answer(cookie="sq")["Content-Language"] == "sq"
    assert {"Accept-Language", "Cookie"} <= set(answer()["Vary"].split(", "))


def test_the_language_ends_with_the_request() -> None:
    before = get_language()
    answer(cookie="mk")
    assert get_language() == before


def test_every_language_is_offered_by_its_own_name() -> None:
    assert [name for _code, name in settings.LANGUAGES] == [
        "English",
        "shqip",
        "bosanski",
        "српски",
        "srpski (latinica)",
        "македонски",
    ]
    assert [html_tag(code) for code, _name in settings.LANGUAGES] == ["en", "sq", "bs", "sr-Cyrl", "sr-Latn", "mk"]
