"""The quick exit, and the small request that keeps a session alive."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nrm.accounts.actions.sessions import sign_out
from nrm.accounts.doors import open_door
from nrm.referrals.outside.visits import leave as leave_visit

#: Not the cache: emptying it takes browsers seconds, and no page of ours is ever in it.
CLEARED = '"cookies", "storage"'


@csrf_exempt
@open_door
@require_http_methods(["POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Ends the session, then a neutral page takes this one's place.

    Without a CSRF token: error pages have none, and the session cookie is not sent from other sites. Without a
    redirect: browsers hold redirects after a form to `form-action`, which allows only ourselves.
    """
    leave_visit(request)
    if request.user.is_authenticated:
        sign_out(request, by=getattr(request, "actor", None))
    response = render(request, "web/left.html", {"exit_url": settings.NRM_EXIT_URL})
    response.headers["Refresh"] = f"0; url={settings.NRM_EXIT_URL}"
    response.headers["Clear-Site-Data"] = CLEARED
    return response


@require_http_methods(["GET"])
def keep(request: HttpRequest) -> HttpResponse:
    """Answering it was use enough: the middleware has noted that the session is alive."""
    return HttpResponse(status=204)
