"""Error pages: plain, in the reader's language, and made without the database."""

from __future__ import annotations

import logging
import secrets
import sys
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from nrm.countries import profile

log = logging.getLogger("nrm.web")

#: Seconds after which it is worth another try when the database did not answer.
RETRY_AFTER = 60
#: When even the template of the error page does not render.
BARE = "<!doctype html><html lang=en><title>Desk</title><p>Something went wrong. Reference: {reference}</p></html>"


def page(template: str, status: int, **context: Any) -> HttpResponse:
    """A page without request, session or database: the same bytes for everybody who reads the same language."""
    frame = {
        "exit_url": settings.NRM_EXIT_URL,
        "footnote": profile.current().footnote,
        "is_demo": settings.NRM_DEMO,
    }
    return HttpResponse(render_to_string(template, {**frame, **context}), status=status)


def new_reference(request: HttpRequest, status: int) -> str:
    """A number the reader can pass on; the log has it beside the name of the view, never the address."""
    reference = secrets.token_hex(4).upper()
    match = request.resolver_match
    log.warning("Answered %s, reference %s, view %s", status, reference, match.view_name if match else "-")
    return reference


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Unknown address, missing row, or a row that is not shared: nobody can tell which."""
    return page("404.html", 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page("400.html", 400, reference=new_reference(request, 400))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page("403.html", 403, reference=new_reference(request, 403))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = _("The page was open for too long, or cookies are switched off. Go back, reload the page and try again.")
    return page("403.html", 403, reference=new_reference(request, 403), sentence=sentence)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours; or the database took too long, is starting or gone, which passes: then 503."""
    passes = isinstance(sys.exc_info()[1], OperationalError)
    status = 503 if passes else 500
    reference = new_reference(request, status)
    try:
        response = page(f"{status}.html", status, reference=reference)
    except Exception:
        log.exception("The error page itself failed, reference %s", reference)
        response = HttpResponse(BARE.format(reference=reference), status=status)
    if passes:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response
