"""One's own mail and calendar, and for administrators how mail goes out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from nrm.accounts.doors import administration
from nrm.accounts.fresh import fresh_second_factor
from nrm.accounts.requests import SignedInRequest
from nrm.notices import actions, calendar_links, selectors
from nrm.notices.forms import MailForm

REFUSED = 422


@require_http_methods(["GET", "POST"])
def mail(request: SignedInRequest) -> HttpResponse:
    """When news come, whether mail comes back, and the calendar."""
    form = MailForm(
        request.POST if request.method == "POST" else None, initial=typed(selectors.own_preference(request.user.pk))
    )
    if form.is_valid():
        actions.write_wishes(form.cleaned_data, by=request.actor)
        messages.success(request, _("The changes were saved."))
        return redirect("notices:mail")
    context = {
        "form": form,
        "bouncing": selectors.bouncing(request.user.pk),
        "link": calendar_links.link_of(request.membership.pk),
        "has_calendar": request.actor.role not in calendar_links.WITHOUT,
    }
    return render(request, "notices/mail.html", context, status=REFUSED if form.is_bound else 200)


def typed(preference: dict[str, Any]) -> dict[str, Any]:
    """Hours as the form writes them."""
    return {name: f"{value:%H:%M}" if hasattr(value, "hour") else value for name, value in preference.items()}


@require_http_methods(["POST"])
def works_again(request: SignedInRequest) -> HttpResponse:
    """The person has seen to their mailbox."""
    told(request, actions.try_again(request.user.pk, by=request.actor))
    return redirect("notices:mail")


def told(request: SignedInRequest, count: int) -> None:
    sentence = ngettext(
        "Mail is sent again. %(count)s notice leaves now.", "Mail is sent again. %(count)s notices leave now.", count
    )
    messages.success(request, sentence % {"count": count})


@require_http_methods(["POST"])
@never_cache
@fresh_second_factor
def make_calendar(request: SignedInRequest) -> HttpResponse:
    """The only time the address is seen."""
    token = calendar_links.make_calendar(by=request.actor)
    address = request.build_absolute_uri(reverse("desk:calendar_feed", args=[token]))
    return render(request, "notices/calendar_link.html", {"address": address})


@require_http_methods(["POST"])
def end_calendar(request: SignedInRequest) -> HttpResponse:
    if calendar_links.end_calendar(by=request.actor):
        messages.success(request, _("The calendar link was ended. What programs have already fetched stays with them."))
    return redirect("notices:mail")


@require_http_methods(["GET"])
@administration
def outgoing(request: SignedInRequest) -> HttpResponse:
    return render(request, "notices/outgoing.html", {"page": selectors.outgoing()})


@require_http_methods(["POST"])
@administration
def try_again(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    told(request, actions.try_again(user_id, by=request.actor))
    return redirect("notices:outgoing")
