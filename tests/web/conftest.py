"""Addresses that exist only here: each door a refusal or an error can come through."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.urls import urlpatterns as real


def raising(exception: Exception | type[Exception]) -> Any:
    def view(request: HttpRequest, code: str = "") -> HttpResponse:
        raise exception

    return view


tried = [
    path("hidden/<str:code>/", raising(NotVisible), name="hidden"),
    path("missing/", raising(Http404), name="missing"),
    path("forbidden/", raising(NotPermitted), name="forbidden"),
    path("moved-on/", raising(MovedOn), name="moved_on"),
    path("not-yet/", raising(NotYet("Assess the risk first.")), name="not_yet"),
    path("broken/", raising(ZeroDivisionError), name="broken"),
]


class Addresses:
    """The real addresses with the tried ones beside them, and the real error handlers."""

    urlpatterns = [path("try/", include((tried, "try"))), *real]
    handler400 = "nrm.web.errors.bad_request"
    handler403 = "nrm.web.errors.permission_denied"
    handler404 = "nrm.web.errors.not_found"
    handler500 = "nrm.web.errors.server_error"


@pytest.fixture
def tried_addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = Addresses
