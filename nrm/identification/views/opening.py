"""Opening a case, one idea a page."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.accounts.requests import SignedInRequest
from nrm.cases.steps import typed
from nrm.identification import actions
from nrm.identification.forms.opening import OPENING, LeadForm, PageForm
from nrm.lib import drafting
from nrm.lib.drafting import keeps_draft

OK, UNPROCESSABLE = 200, 422
#: Where the session keeps what was chosen while a case is being opened: codes only, nothing that names a person.
KEPT = "case_being_opened"
PAGES = list(OPENING)
OPENING_FORM, OPENED_AT = gettext_lazy("Record what was seen"), "identification:open_case"


@require_http_methods(["GET"])
@keeps_draft(OPENING_FORM, posted_to="identification:open_case_page", opened_at=OPENED_AT, pages=("page",))
def open_case(request: SignedInRequest) -> HttpResponse:
    """Begin anew: what an abandoned attempt chose must not slip into another person's case, unless somebody asks to go
    on with it."""
    _require_opener(request)
    request.session.pop(KEPT, None)
    if (typed_before := drafting.typed_before()) is not None:
        request.session[KEPT] = _answered(request, typed_before)
        missing = _first_missing(request, before=PAGES[-1]) or PAGES[-1]
        return redirect(f"{reverse('identification:open_case_page', args=[missing])}?{request.GET.urlencode()}")
    drafting.begin_anew()
    return _opening_page(request, PAGES[0], _opening_form(request, PAGES[0]))


@require_http_methods(["GET", "POST"])
@keeps_draft(OPENING_FORM, opened_at=OPENED_AT, pages=("page",))
def open_case_page(request: SignedInRequest, page: str) -> HttpResponse:
    """One question of opening a case. The last answer opens it."""
    _require_opener(request)
    if page not in OPENING:
        raise NotVisible
    if missing := _first_missing(request, before=page):
        return redirect("identification:open_case_page", missing)
    form = _opening_form(request, page)
    if request.method != "POST":
        return _opening_page(request, page, form)
    if not form.is_valid():
        return _opening_page(request, page, form, status=UNPROCESSABLE)
    if isinstance(form, LeadForm):
        return _open_now(request, form)
    request.session[KEPT] = {**_kept(request), **form.kept()}
    if form.cleaned_data.get("safe_to_talk") == "no":
        return redirect("identification:danger")
    return redirect("identification:open_case_page", PAGES[PAGES.index(page) + 1])


@require_http_methods(["GET"])
def danger(request: SignedInRequest) -> HttpResponse:
    """What to do first when the person is not safe to talk."""
    _require_opener(request)
    return render(request, "identification/danger.html", {"next_page": PAGES[PAGES.index("safety") + 1]})


def _answered(request: SignedInRequest, typed_before: QueryDict) -> dict[str, Any]:
    """The answers of the first pages that were whole."""
    answers: dict[str, Any] = {}
    for page in PAGES[:-1]:
        form = OPENING[page](typed_before, organisation_id=request.actor.organisation_id)
        if not form.is_valid():
            break
        answers |= form.kept()
    return answers


def _kept(request: SignedInRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(KEPT, {})
    return kept


def _require_opener(request: SignedInRequest) -> None:
    if not allows(request.actor, Permission.OPEN_CASE):
        raise NotPermitted


def _first_missing(request: SignedInRequest, *, before: str) -> str:
    """The first page that was not answered yet, so that nobody skips one by its address."""
    kept = _kept(request)
    earlier = PAGES[: PAGES.index(before)]
    return next((page for page in earlier if not kept.keys() >= OPENING[page].base_fields.keys()), "")


def _opening_form(request: SignedInRequest, page: str) -> PageForm:
    return OPENING[page](typed(request), initial=_kept(request), organisation_id=request.actor.organisation_id)


def _opening_page(request: SignedInRequest, page: str, form: PageForm, *, status: int = OK) -> HttpResponse:
    at = PAGES.index(page)
    context = {
        "form": form,
        "page": page,
        "number": at + 1,
        "count": len(PAGES),
        "previous": PAGES[at - 1] if at else "",
        "is_last": at == len(PAGES) - 1,
    }
    return render(request, "identification/open_case.html", context, status=status)


def _open_now(request: SignedInRequest, form: LeadForm) -> HttpResponse:
    screening = actions.open_case(by=request.actor, **form.parties(), **_kept(request))
    del request.session[KEPT]
    drafting.saved()
    messages.success(request, _("The case is open. Record what you saw while it is fresh."))
    return redirect("identification:screening", screening.pk)
