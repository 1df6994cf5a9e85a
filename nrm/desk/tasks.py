"""The pages of a task: read it, take it, put it back, hand it on, put it off, write about it, finish it, give one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotYet, Refusal
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.cases import actions as cases
from nrm.cases.selectors import case_for
from nrm.cases.selectors.work import WorkOn, colleagues_for_task, organisations_to_ask, who_can_do, work_on
from nrm.cases.steps import UNPROCESSABLE, form_page, refused_beside_form, typed
from nrm.desk.task_forms import CommentForm, GiveTaskForm, HandOnForm, PutOffForm
from nrm.desk.task_page import task_page
from nrm.lib.drafting import keeps_draft
from nrm.tasks import actions as tasks


@require_GET
def task(request: SignedInRequest, pk: UUID) -> HttpResponse:
    page = task_page(request.actor, pk)
    audit.record(Code.TASK_READ, by=request.actor, case_code=page.task.case_code, subject=tasks.reference_of(page.task))
    return render(request, "desk/task.html", {"page": page, "task": page.task})


@require_POST
def claim_task(request: SignedInRequest, pk: UUID) -> HttpResponse:
    cases.take_task(pk, by=request.actor)
    return _back(request, pk)


@require_POST
def release_task(request: SignedInRequest, pk: UUID) -> HttpResponse:
    cases.put_back_task(pk, by=request.actor)
    return _back(request, pk)


@require_POST
def finish_task(request: SignedInRequest, pk: UUID) -> HttpResponse:
    done = cases.finish_task(pk, by=request.actor)
    messages.success(request, _("Done: %(tasks)s") % {"tasks": done.what_to_do})
    if request.POST.get("case") == done.case_code != "":
        return redirect("desk:case_page", done.case_code)
    return redirect("desk:my_work")


def _back(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """To the page on which the button was."""
    return redirect("desk:task", pk) if "page" in request.POST else redirect("desk:my_work")


@require_http_methods(["GET", "POST"])
def hand_on(request: SignedInRequest, pk: UUID) -> HttpResponse:
    work = _ours(request, pk)
    on_it = work.task.claimed_by_id
    colleagues = [one for one in colleagues_for_task(work) if one[0] != on_it]
    form = HandOnForm(typed(request), colleagues=colleagues, asks_why=work.may_remark, initial={"expected": on_it})

    def act() -> None:
        said = form.cleaned_data
        facts = {"to": said["to"], "expected": said["expected"], "reason": said.get("reason", "")}
        cases.hand_on_task(pk, by=request.actor, **facts)
        messages.success(request, _("Your colleague has the task now."))

    return _answer(request, work, form, act, Code.TASK_HANDED_ON, "desk/task_hand_on.html")


@require_http_methods(["GET", "POST"])
def put_off(request: SignedInRequest, pk: UUID) -> HttpResponse:
    work = _ours(request, pk)
    form = PutOffForm(typed(request), asks_why=work.may_remark)

    def act() -> None:
        cases.put_off_task(pk, by=request.actor, until=form.moment, reason=form.cleaned_data.get("reason", ""))
        messages.success(request, _("The task comes back by itself."))

    return _answer(request, work, form, act, Code.TASK_PUT_OFF, "desk/task_put_off.html")


def _ours(request: SignedInRequest, pk: UUID) -> WorkOn:
    work = work_on(request.actor, pk)
    if not work.is_ours:
        raise NotPermitted
    if not work.task.is_open:
        raise MovedOn
    return work


def _answer(
    request: SignedInRequest, work: WorkOn, form: Any, act: Callable[[], None], code: Code, template: str
) -> HttpResponse:
    """Show the form and act on POST. A refusal comes back beside what was typed, with its status, and is audited."""
    status = 200
    if request.method == "POST":
        status = UNPROCESSABLE
        if form.is_valid():
            try:
                act()
            except (MovedOn, NotYet) as refusal:
                status = _refused(request, work, form, refusal, code)
            else:
                return redirect("desk:task", work.task.pk)
    return render(request, template, {"form": form, "task": work.task, "case": work.case}, status=status)


def _refused(request: SignedInRequest, work: WorkOn, form: Any, refusal: Refusal, code: Code) -> int:
    form.add_error(None, str(refusal.sentence))
    audit.record(
        code,
        by=request.actor,
        case_code=work.task.case_code,
        subject=tasks.reference_of(work.task),
        outcome=Outcome.REFUSED,
        data={"refusal": refusal.code},
    )
    return refusal.status


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Write a comment"))
def comment(request: SignedInRequest, pk: UUID) -> HttpResponse:
    work = work_on(request.actor, pk)
    if not work.may_remark:
        raise NotPermitted
    form = CommentForm(typed(request))

    def act() -> None:
        cases.comment_on_task(pk, by=request.actor, text=form.cleaned_data["text"], key=form.cleaned_data["key"])
        messages.success(request, _("Your comment is written."))

    return _answer(request, work, form, act, Code.TASK_REMARKED, "desk/task_comment.html")


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Give a task"))
def give_task(request: SignedInRequest, code: str) -> HttpResponse:
    case, standing = case_for(request.actor, code, Permission.GIVE_TASK)
    people = who_can_do(case, request.actor.organisation_id).values_list("user_id", "user__display_name")
    form = GiveTaskForm(
        typed(request),
        organisations=organisations_to_ask(request.actor, case, standing),
        colleagues=list(dict.fromkeys(people)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            given = cases.give_task(case, by=request.actor, **form.facts())
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, Code.TASK_GIVEN, record=case, by=request.actor)
            return form_page(request, "desk/task_give.html", form, {"case": case}, status)
        messages.success(request, _("The task is given."))
        return redirect("desk:task", given.pk)
    return form_page(request, "desk/task_give.html", form, {"case": case})
