"""Pages of identification: opening a case, the screening, the status, the docket of the identifying body."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import actions as cases
from nrm.cases.selectors import case_for, require
from nrm.cases.steps import answer_step, case_page_of, edge_from_here, refused_beside_form
from nrm.identification import actions, selectors
from nrm.identification import status as protection
from nrm.identification.forms import (
    OPENING,
    SCREENING_STEP_FORMS,
    STATUS_STEP_FORMS,
    AnswerForm,
    BeginScreeningForm,
    LeadForm,
)
from nrm.identification.results import result_of
from nrm.identification.sections import Section
from workflows.screening import ScreeningFlow
from workflows.status import StatusFlow

OK, UNPROCESSABLE = 200, 422
#: Where the session keeps what was chosen while a case is being opened: codes only, nothing that names a person.
KEPT = "case_being_opened"
PAGES = list(OPENING)


@require_http_methods(["GET"])
def open_case(request: SignedInRequest) -> HttpResponse:
    """Begin anew: what an abandoned attempt chose must not slip into another person's case."""
    _require_opener(request)
    request.session.pop(KEPT, None)
    return _opening_page(request, PAGES[0], _opening_form(request, PAGES[0]))


@require_http_methods(["GET", "POST"])
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
    request.session[KEPT] = {**request.session.get(KEPT, {}), **form.cleaned_data}
    if form.cleaned_data.get("safe_to_talk") == "no":
        return redirect("identification:danger")
    return redirect("identification:open_case_page", PAGES[PAGES.index(page) + 1])


@require_http_methods(["GET"])
def danger(request: SignedInRequest) -> HttpResponse:
    """What to do first when the person is not safe to talk."""
    _require_opener(request)
    return render(request, "identification/danger.html", {"next_page": PAGES[PAGES.index("safety") + 1]})


def _require_opener(request: SignedInRequest) -> None:
    if not allows(request.actor, Permission.OPEN_CASE):
        raise NotPermitted


def _first_missing(request: SignedInRequest, *, before: str) -> str:
    """The first page that was not answered yet, so that nobody skips one by its address."""
    kept = request.session.get(KEPT, {})
    earlier = PAGES[: PAGES.index(before)]
    return next((page for page in earlier if not kept.keys() >= OPENING[page].base_fields.keys()), "")


def _opening_form(request: SignedInRequest, page: str) -> django_forms.Form:
    options: dict[str, Any] = {"organisation_id": request.actor.organisation_id} if page == "lead" else {}
    data = request.POST if request.method == "POST" else None
    return OPENING[page](data, initial=request.session.get(KEPT, {}), **options)


def _opening_page(request: SignedInRequest, page: str, form: django_forms.Form, *, status: int = 200) -> HttpResponse:
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
    kept = request.session.pop(KEPT)
    lead = form.cleaned_data["lead_organisation"]
    screening = actions.open_case(by=request.actor, lead_organisation_id=lead.pk, **kept)
    messages.success(request, _("The case is open. Record what you saw while it is fresh."))
    return redirect("identification:screening", screening.pk)


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


@require_http_methods(["GET", "POST"])
def status_step(request: SignedInRequest, code: str, transition: str) -> HttpResponse:
    case, standing = case_for(request.actor, code)
    require(standing, Permission(edge_from_here(StatusFlow, case, transition).permission))
    return answer_step(
        request,
        flow=StatusFlow,
        record=case,
        transition=transition,
        forms_by_step=STATUS_STEP_FORMS,
        take=cases.take_status_step,
        back_to=case_page_of(case),
        by=request.actor,
    )


@require_http_methods(["GET"])
def docket(request: SignedInRequest) -> HttpResponse:
    """What waits for the identifying body."""
    found = protection.docket_of(request.actor, after=request.GET.get("after", ""))
    audit.record(Code.CASE_LISTED, by=request.actor, data={"list": "docket", "shown": len(found.rows)})
    return render(request, "identification/docket.html", {"docket": found})


@require_http_methods(["GET"])
def decision(request: SignedInRequest, code: str) -> HttpResponse:
    """The file a decision is made on: screenings with their results, risk level, history of the status."""
    case, standing = case_for(request.actor, code, Permission.DECIDE_STATUS)
    actions.record_reading(case, Code.CASE_READ, by=request.actor)
    return render(request, "identification/decision.html", selectors.decision_file(case, standing))
