"""The pages that put rooms together: my work, the case list, the case page, the mechanism."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from nrm.access.permissions import Permission
from nrm.access.policy import allows, relations_that_grant
from nrm.access.refusals import NotPermitted
from nrm.access.roles import Role
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.audit.selectors import as_sequence
from nrm.cases import actions as cases
from nrm.cases.steps import UNPROCESSABLE
from nrm.desk import mechanism as printed
from nrm.desk import selectors
from nrm.desk.country import country_page
from nrm.desk.forms import CaseFilter
from nrm.desk.left import left_on, to_stop
from nrm.desk.readers import readers_of
from nrm.desk.supervision import HandOverWorkForm, board_of, to_hand_over
from nrm.desk.work import my_work as my_work_of
from nrm.lib.paging import Cursor, next_url
from nrm.tasks.selectors import Whose

#: Roles whose work is elsewhere.
LANDING = {Role.AUDITOR: "audit:events", Role.ADMINISTRATOR: "accounts:people"}


@require_GET
def my_work(request: SignedInRequest) -> HttpResponse:
    if elsewhere := LANDING.get(request.actor.role):
        return redirect(elsewhere)
    work = my_work_of(request.actor, request.GET.get("whose", ""), Cursor.read(request.GET.get("after", "")))
    page = {"next_url": next_url(work.after, {"whose": work.whose.value} if work.whose is not Whose.ALL else {})}
    context = {
        "work": work,
        "page": page,
        "may_open_case": allows(request.actor, Permission.OPEN_CASE),
        "works_on_cases": request.actor.role is Role.CASE_WORKER,
    }
    return render(request, "desk/my_work.html", context)


@require_GET
def case_list(request: SignedInRequest) -> HttpResponse:
    if not relations_that_grant(request.actor.role, Permission.SEE_CASE):
        raise NotPermitted
    wanted = CaseFilter(request.GET, actor=request.actor)
    page = selectors.case_list(request.actor, wanted.qs, Cursor.read(request.GET.get("after", "")))
    audit.record(Code.CASE_LISTED, by=request.actor, data={"count": len(page.rows)})
    kept = {name: value for name, value in request.GET.items() if name in wanted.filters and value}
    context = {
        "rows": page.rows,
        "form": wanted.form,
        "page": {"next_url": next_url(page.after, kept)},
        "is_filtered": bool(kept),
    }
    return render(request, "desk/case_list.html", context)


@require_GET
def case_page(request: SignedInRequest, code: str) -> HttpResponse:
    page = selectors.case_page(request.actor, code)
    audit.record(Code.CASE_READ, by=request.actor, case_code=page.case.code)
    return render(request, "desk/case_page.html", {"page": page, "case": page.case, "standing": page.standing})


@require_GET
def readers(request: SignedInRequest, code: str) -> HttpResponse:
    before = as_sequence(request.GET.get("before", ""))
    found = readers_of(request.actor, code, before=before)
    audit.record(Code.READERS_READ, by=request.actor, case_code=found.case.code)
    pager = {
        "previous_url": reverse("desk:readers", args=[found.case.code]) if before else "",
        "next_url": f"?before={found.older_than}" if found.older_than else "",
    }
    return render(request, "desk/readers.html", {"case": found.case, "lines": found.lines, "pager": pager})


@require_GET
def left_before(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found = left_on(request.actor, pk)
    audit.record(Code.READERS_READ, by=request.actor, case_code=found.case.code)
    return render(request, "desk/left_before.html", {"case": found.case, "left": found})


@require_GET
def stop_using(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Where the task leads: what to do, and the one button that says it is done."""
    stop = to_stop(request.actor, pk)
    audit.record(Code.CONSENT_READ, by=request.actor, case_code=stop.task.case_code)
    return render(request, "desk/stop_using.html", {"stop": stop})


@require_GET
def supervision(request: SignedInRequest) -> HttpResponse:
    board = board_of(request.actor, request.GET.get("who", ""), Cursor.read(request.GET.get("after", "")))
    audit.record(Code.CASE_LISTED, by=request.actor, data={"count": len(board.lines)})
    kept = {"who": board.chosen.key} if board.chosen else {}
    context = {"board": board, "page": {"next_url": next_url(board.after, kept)}}
    return render(request, "desk/supervision.html", context)


@require_http_methods(["GET", "POST"])
def hand_over_work(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """All that a colleague works on goes to others at once."""
    share, colleagues = to_hand_over(request.actor, pk)
    form = HandOverWorkForm(request.POST if request.method == "POST" else None, colleagues=colleagues)
    if request.method == "POST" and form.is_valid():
        done = cases.hand_over_work(by=request.actor, of=pk, to=form.cleaned_data["to"])
        said = {"cases": done.cases, "tasks": done.tasks}
        messages.success(request, _("Handed over. Cases: %(cases)s, tasks: %(tasks)s.") % said)
        if done.left:
            messages.warning(request, _("Cases that none of them may have: %(count)s.") % {"count": done.left})
        return redirect("desk:supervision")
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "desk/task_hand_over_work.html", {"form": form, "share": share}, status=status)


@require_GET
def country(request: SignedInRequest) -> HttpResponse:
    page = country_page(request.actor)
    audit.record(Code.PROFILE_READ, by=request.actor)
    return render(request, "desk/country.html", {"page": page})


@require_GET
def mechanism(request: SignedInRequest) -> HttpResponse:
    machines = printed.machines(get_language() or "en")
    context = {"machines": machines, "table": printed.access_table(), "need_to_know": printed.need_to_know()}
    return render(request, "desk/mechanism.html", context)
