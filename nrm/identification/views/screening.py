"""The screening: its questions, its answers, what it speaks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotYet
from nrm.access.relations import Relation
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases.selectors import case_for, require
from nrm.cases.steps import answer_step, case_page_of, edge_from_here, refused_beside_form
from nrm.identification import actions, selectors
from nrm.identification import status as protection
from nrm.identification.forms.opening import BeginScreeningForm
from nrm.identification.forms.screening import SCREENING_STEP_FORMS, AnswerForm
from nrm.identification.results import result_of
from nrm.identification.sections import Section
from workflows.screening import ScreeningFlow

OK, UNPROCESSABLE = 200, 422


@require_http_methods(["GET", "POST"])
def begin_screening(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.WRITE_SCREENING)
    form = BeginScreeningForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            screening = actions.begin_screening(case, by=request.actor, **form.cleaned_data)
            return redirect("identification:screening", screening.pk)
        except NotYet as refusal:
            refused_beside_form(form, refusal, "screening.begin", record=case, by=request.actor)
    context = {"form": form, "case": case, "back_to": case_page_of(case)}
    status_code = UNPROCESSABLE if request.method == "POST" else 200
    return render(request, "identification/begin_screening.html", context, status=status_code)


@require_http_methods(["GET"])
def screening(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The questions of a draft for who may answer them, else what it speaks for."""
    found, standing = selectors.screening_for(request.actor, pk)
    actions.record_reading(found, Code.SCREENING_READ, by=request.actor)
    if found.is_draft and standing.may(Permission.WRITE_SCREENING):
        key = request.GET.get("section", Section.GENERAL)
        return _section_page(request, found, selectors.questionnaire(found, key))
    context = {
        "screening": found,
        "case": found.case,
        "result": None if found.is_draft else result_of(found),
        "links": selectors.screening_links(found, standing),
        "status_term": protection.status_term(found.case.status) if standing.may(Permission.SEE_STATUS) else "",
        "status_links": protection.status_links(found.case, standing),
        "leads": Relation.LEADS in standing.relations,
        "back_to": case_page_of(found.case),
    }
    return render(request, "identification/result.html", context)


def _section_page(
    request: SignedInRequest,
    found: Any,
    questions: selectors.Questionnaire,
    *,
    forms: list[AnswerForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "screening": found,
        "case": found.case,
        "questions": questions,
        "forms": forms or [AnswerForm(question) for question in questions.questions],
        "has_errors": any(form.is_bound and form.errors for form in forms or []),
        "back_to": case_page_of(found.case),
    }
    return render(request, "identification/screening.html", context, status=status)


@require_POST
def save_answers(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Save the answers that were sent: one by itself through htmx, or a whole section by its button."""
    found, _standing = selectors.screening_for(request.actor, pk, Permission.WRITE_SCREENING)
    section = request.GET.get("section", Section.GENERAL)
    questions = selectors.questionnaire(found, section)
    sent = [one for one in questions.questions if f"{one.code}-version" in request.POST]
    forms, statuses = [], [OK]
    for question in sent:
        form, status = _save(request, found, AnswerForm(question, request.POST))
        forms.append(form)
        statuses.append(status)
    if request.htmx and len(forms) == 1:
        return render(request, "identification/_saved.html", {"form": forms[0]}, status=max(statuses))
    if max(statuses) == OK:
        return redirect(questions.next_url)
    return _sent_back(request, found, section, forms, status=max(statuses))


def _sent_back(
    request: SignedInRequest, found: Any, section: str, forms: list[AnswerForm], *, status: int
) -> HttpResponse:
    """The section again: saved answers as they now are, the others as they were typed, with the reason."""
    questions = selectors.questionnaire(found, section)
    wrong = {form.question.code: form for form in forms if form.errors}
    shown = [wrong.get(question.code) or AnswerForm(question) for question in questions.questions]
    return _section_page(request, found, questions, forms=shown, status=status)


def _save(request: SignedInRequest, found: Any, form: AnswerForm) -> tuple[AnswerForm, int]:
    """Save one answer. What cannot be saved stays in its form with the reason."""
    if not form.is_valid():
        return form, UNPROCESSABLE
    if not form.is_answered:
        return form, OK
    typed = form.cleaned_data
    code = form.question.code
    try:
        answer = actions.answer_indicator(
            found,
            code,
            by=request.actor,
            expected_version=typed["version"],
            value=typed["value"],
            basis=typed["basis"],
            note=typed["note"],
        )
    except MovedOn as refusal:
        actions.record_refused_answer(found, code, refusal, by=request.actor)
        return form.overtaken(form.question, refusal), refusal.status
    form.saved_version = answer.version
    return form, OK


@require_http_methods(["GET", "POST"])
def screening_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    found, standing = selectors.screening_for(request.actor, pk)
    require(standing, Permission(edge_from_here(ScreeningFlow, found, transition).permission))
    return answer_step(
        request,
        flow=ScreeningFlow,
        record=found,
        transition=transition,
        forms_by_step=SCREENING_STEP_FORMS,
        take=actions.take_screening_step,
        back_to=selectors.screening_url(found),
        by=request.actor,
    )
