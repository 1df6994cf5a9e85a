"""The largest request that is read at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from nrm.lib.files.uploads import MEGABYTE, is_asked_for, most_bytes
from nrm.web.errors import page

#: Of a form without a file; no text field takes more than a small part of it.
LARGEST_FORM = 5 * MEGABYTE
#: A file that is too large is read away, to be answered on its form, up to this many times the limit.
PATIENCE = 100
TOO_LARGE = 413


class BodyLimitMiddleware:
    """Answers before a byte of the body is read, and so stands before the CSRF check, which reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        return page("413.html", TOO_LARGE) if announced(request) > largest(request) else None


def announced(request: HttpRequest) -> int:
    """What the server has counted or will hold the sender to; no body is read beyond it."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(length) if length.isdecimal() else 0


def largest(request: HttpRequest) -> int:
    """More only for a form with a file, sent by somebody who is signed in."""
    is_awaited = is_asked_for(request) and getattr(request, "actor", None) is not None
    return most_bytes() * PATIENCE if is_awaited else LARGEST_FORM
