"""The auditor's workspace. Who reads the log is in the log."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted, NotYet
from nrm.audit import actions, selectors
from nrm.audit.codes import Code
from nrm.audit.forms import EventFilterForm

#: A longer chain is checked by `manage.py audit verify`, not while a browser waits.
CHECKED_FROM_THE_PAGE = 20_000


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    actor = _auditor(request)
    form = EventFilterForm(request.GET)
    is_valid = form.is_valid()
    wanted, before = form.wanted(), form.cleaned_data.get("before")
    page = selectors.events_page(wanted, reader=actor.user_id, before=before)
    used = sorted(name for name, value in form.cleaned_data.items() if value and name != "before")
    actions.record(
        Code.AUDIT_READ, by=actor, case_code=wanted.case_code, data={"filters": used, "shown": len(page.lines)}
    )
    filters = {name: request.GET[name] for name in form.fields if request.GET.get(name) and name != "before"}
    context = {
        "form": form,
        "lines": page.lines,
        "withholds": page.withholds,
        "state": selectors.chain_state(),
        "is_filtered": bool(filters),
        "pager": {
            "previous_url": "?" + urlencode(filters) if before else "",
            "next_url": "?" + urlencode({**filters, "before": page.older_than}) if page.older_than else "",
        },
    }
    return render(request, "audit/events.html", context, status=200 if is_valid else 422)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    actor = _auditor(request)
    if selectors.chain_state().events > CHECKED_FROM_THE_PAGE:
        raise NotYet(_("The log is too long to be checked from this page. Ask the operator to run the check."))
    report = actions.verify_chain(by=actor)
    if report.is_in_order:
        messages.success(request, _("The log was checked. Nothing was changed or removed."))
        return redirect("audit:events")
    return render(request, "audit/verify.html", {"report": report})


def _auditor(request: HttpRequest) -> Actor:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not allows(actor, Permission.READ_AUDIT):
        raise NotPermitted
    return actor
