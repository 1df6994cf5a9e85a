"""Headers of every reply, and the page for every typed refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nrm.access.refusals import Gone, NotPermitted, NotVisible, Refusal
from nrm.accounts.middleware import is_passkey_due, is_pledge_due
from nrm.accounts.requests import SignedInRequest
from nrm.audit.actions import record
from nrm.audit.codes import Code, Outcome
from nrm.lib.codes import normalise_code
from nrm.vault.actions import report_broken_seal
from nrm.vault.sealing import Erased, SealBroken
from nrm.web.errors import not_found

#: Powers of the browser that no page of ours uses.
UNUSED_POWERS = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
PASSKEY_FIRST = _("Nothing was saved. Administrators work with a passkey: use yours first, then try again.")
PLEDGE_FIRST = _("Nothing was saved. Read and accept the code of conduct first, then try again.")
PERMISSIONS_POLICY = ", ".join(f"{power}=()" for power in UNUSED_POWERS)


def policy_line(directives: Mapping[str, Sequence[str]]) -> str:
    """The header's value for a dictionary in the form of Django 6's `SECURE_CSP`."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


class SecurityHeadersMiddleware:
    """Stands outermost, so that static files and redirects carry the headers too.

    Django's own SecurityMiddleware sends nosniff, the opener policy and `Referrer-Policy: same-origin`. That policy is
    the strictest that works: under `no-referrer` browsers send `Origin: null` with forms, which the CSRF check refuses.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.csp = policy_line(settings.SECURE_CSP)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.csp)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        if not is_static(request, response) and "no-store" not in response.headers.get("Cache-Control", ""):
            response.headers["Cache-Control"] = "no-store"
        return response


def is_static(request: HttpRequest, response: HttpResponse) -> bool:
    return request.path.startswith(settings.STATIC_URL) and response.status_code in {200, 206, 304}


class RefusalMiddleware:
    """Answers typed refusals and writes them down, after the refused act was rolled back. Stands innermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Erased):
            return answer_to(request, Gone(exception.sentence))
        if isinstance(exception, SealBroken):
            write_down_broken_seal(request, exception)
        return answer_to(request, exception) if isinstance(exception, Refusal) else None

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Nothing is sent before an administrator's passkey was used and the code of conduct accepted; who only reads
        was led to them by a door before."""
        signed_in = cast(SignedInRequest, request)
        if is_passkey_due(signed_in, view):
            return answer_to(request, NotPermitted(PASSKEY_FIRST))
        return answer_to(request, NotPermitted(PLEDGE_FIRST)) if is_pledge_due(signed_in, view) else None


def answer_to(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    write_down(request, refusal)
    if isinstance(refusal, NotVisible):
        return not_found(request)
    whole = not getattr(request, "htmx", False)
    template = "web/refusal.html" if whole else "web/_refusal.html"
    context = {"sentence": refusal.sentence, "status": refusal.status}
    return render(request, template, context, status=refusal.status)


def write_down(request: HttpRequest, refusal: Refusal) -> None:
    """An event of who was refused where. The case code is kept only when it is one."""
    match = request.resolver_match
    route = match.view_name if match else ""
    record(
        Code.REQUEST_REFUSED,
        by=getattr(request, "actor", None),
        case_code=case_code_of(request),
        outcome=Outcome.REFUSED,
        data={"route": route, "method": str(request.method), "status": refusal.status, "refusal": refusal.code},
    )


def write_down_broken_seal(request: HttpRequest, broken: SealBroken) -> None:
    """Whoever met a sealed value that did not open, on whatever page: the page fails, and this stays."""
    if broken.place is not None:
        actor = getattr(request, "actor", None)
        report_broken_seal(broken, broken.place, by=actor, case_code=case_code_of(request))


def case_code_of(request: HttpRequest) -> str:
    """The case code in the address, empty when there is none or it is none."""
    match = request.resolver_match
    return (normalise_code(str(match.kwargs.get("code", ""))) if match else None) or ""
