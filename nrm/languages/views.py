"""The language switch, open to everybody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from nrm.languages.choice import supported


@require_http_methods(["POST"])
def set_language(request: HttpRequest) -> HttpResponse:
    """Keeps the choice for this browser session and, when signed in, in the account; then back to the page."""
    response = HttpResponseRedirect(safe_next(request))
    language = supported(request.POST.get("language", "")[:16], strict=True)
    if language is None:
        return response
    if request.user.is_authenticated:
        keep_in_account(request, language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


#: What `nrm.accounts.doors.open_door` sets; this room lies below accounts and cannot import it.
set_language.open_door = True  # type: ignore[attr-defined]


def keep_in_account(request: HttpRequest, language: str) -> None:
    user: Any = request.user
    user.language = language
    user.save(update_fields=["language"])


def safe_next(request: HttpRequest) -> str:
    """The page to return to: only a path on this host, never another site."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure()):
        return address
    return "/"
