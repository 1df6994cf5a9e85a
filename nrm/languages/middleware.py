"""Sets the language of each request; stands in for Django's LocaleMiddleware, after the authentication middleware."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from nrm.languages.choice import asked_for, html_tag, supported


class LanguageMiddleware:
    """The account's language, else this browser's choice, else what the browser asks for, else English."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", html_tag())
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def language_of(request: HttpRequest) -> str:
    return (
        of_account(request)
        or supported(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""), strict=True)
        or asked_for(request.headers.get("Accept-Language", ""))
        or settings.LANGUAGE_CODE
    )


def of_account(request: HttpRequest) -> str | None:
    """The preference of the signed-in user; a language that is no longer offered counts as none."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    return supported(getattr(user, "language", ""), strict=True)
