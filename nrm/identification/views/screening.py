"""The screening: its questions, its answers, what it speaks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases.selectors import case_for, require
from nrm.cases.steps import (
    StepLink,
    answer_step,
    called_as_step,
    case_page_of,
    edge_from_here,
    form_page,
    refused_beside_form,
    step_links,
    typed,
    warn_of_names,
)
from nrm.identification import actions, selectors
from nrm.identification.forms.opening import BeginScreeningForm, FocusForm
from nrm.identification.forms.screening import SCREENING_STEP_FORMS, AnswerForm
from nrm.identification.sections import Section
from nrm.identification.selectors import status as protection
from nrm.identification.selectors.results import result_of
from nrm.lib.drafting import keeps_draft
from workflows.screening import ScreeningFlow
from workflows.track import TrackFlow

OK, UNPROCESSABLE = 200, 422
#: How the control that comes with every answer is named.
VERSION = "-version"
#: The id of the form whose button saves a whole section.
WHOLE_SECTION = "signs"
#: Reached through the conclusion, not by a button of its own.
OTHER_WAY = "complete_for_other_help"
ASKED_AFTERWARDS = ("agree_to_be_named", "stay_nameless")


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Start a screening"))
def begin_screening(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.WRITE_SCREENING)
    form = BeginScreeningForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            screening = actions.begin_screening(case, by=request.actor, **form.cleaned_data)
            return redirect("identification:screening", screening.pk)
        except NotYet as refusal:
            refused_beside_form(form, refusal, "screening.begin", record=case, by=request.actor)
    context = {"case": case, "back_to": case_page_of(case)}
    return form_page(request, "identification/begin_screening.html", form, context)


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Change what is suspected"))
def change_focus(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What is suspected may look otherwise after some talk; the answers stay."""
    found, _standing = selectors.screening_for(request.actor, pk, Permission.WRITE_SCREENING)
    form = FocusForm(typed(request), screening=found)
    status = OK if found.is_draft else MovedOn.status
    if request.method == "POST" and form.is_valid():
        chosen = dict(form.cleaned_data)
        try:
            actions.change_focus(found, by=request.actor, expected_version=chosen.pop("version"), **chosen)
            return redirect(selectors.screening_url(found))
        except MovedOn as refusal:
            status = refused_beside_form(form, refusal, Code.SCREENING_CHANGED, record=found, by=request.actor)
    elif form.errors:
        status = UNPROCESSABLE
    context = {"screening": found, "case": found.case, "back_to": selectors.screening_url(found)}
    return form_page(request, "identification/focus.html", form, context, status)


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
        "links": [link for link in selectors.screening_links(found, standing) if link.name != OTHER_WAY],
        "status_term": protection.status_term(found.case.status) if standing.may(Permission.SEE_STATUS) else "",
        "status_links": protection.status_links(found.case, standing),
        "track_links": _track_links(found.case, standing),
        "leads": Relation.LEADS in standing.relations,
        "back_to": case_page_of(found.case),
    }
    return render(request, "identification/result.html", context)


def _track_links(case: Any, standing: Standing) -> list[StepLink]:
    """What an adult is asked after the screening. A child is protected without being asked to choose."""
    links = step_links(TrackFlow, case, standing, "cases:track_step", case.code)
    return [link for link in links if link.name in ASKED_AFTERWARDS and not case.may_be_a_child()]


def _section_page(
    request: SignedInRequest,
    found: Any,
    questions: selectors.Questionnaire,
    *,
    forms: list[AnswerForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = forms or [AnswerForm(question) for question in questions.questions]
    for form in shown:
        warn_of_names(form, found.case)
    context = {
        "screening": found,
        "case": found.case,
        "questions": questions,
        "forms": shown,
        "has_errors": any(form.is_bound and form.errors for form in forms or []),
        "back_to": case_page_of(found.case),
    }
    return render(request, "identification/screening.html", context, status=status)


@require_POST
def save_answers(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Save the answers that were sent: one by itself through htmx, or a whole section by its button."""
    found, _standing = selectors.screening_for(request.actor, pk, Permission.WRITE_SCREENING)
    codes = {name.removesuffix(VERSION) for name in request.POST if name.endswith(VERSION)}
    forms, statuses = [], [OK]
    for question in selectors.questions_named(found, codes):
        form, status = _save(request, found, AnswerForm(question, request.POST))
        forms.append(form)
        statuses.append(status)
    if request.htmx and forms and request.htmx.trigger != WHOLE_SECTION:
        return render(request, "identification/_saved.html", {"form": forms[0]}, status=max(statuses))
    section = request.GET.get("section", Section.GENERAL)
    if max(statuses) == OK:
        return _go_on(request, _section_still_asked(found, section, forms).next_url)
    return _sent_back(request, found, section, forms, status=max(statuses))


def _section_still_asked(found: Any, section: str, forms: list[AnswerForm]) -> selectors.Questionnaire:
    """A colleague may have changed what is suspected since the page was made; then the way starts anew."""
    try:
        return selectors.questionnaire(found, section)
    except NotVisible:
        if not forms:
            raise
        return selectors.questionnaire(found, Section.GENERAL)


def _go_on(request: SignedInRequest, url: str) -> HttpResponse:
    """A script is told where to go, so that it goes only when the answers have arrived."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)


def _sent_back(
    request: SignedInRequest, found: Any, section: str, forms: list[AnswerForm], *, status: int
) -> HttpResponse:
    """The section again: saved answers as they now are, the others as they were typed, with the reason."""
    questions = _section_still_asked(found, section, forms)
    wrong = {form.question.code: form for form in forms if form.errors}
    shown = [wrong.pop(one.code) if one.code in wrong else AnswerForm(one) for one in questions.questions]
    return _section_page(request, found, questions, forms=[*shown, *wrong.values()], status=status)


def _save(request: SignedInRequest, found: Any, form: AnswerForm) -> tuple[AnswerForm, int]:
    """Save one answer. What cannot be saved stays in its form with the reason."""
    if not form.is_valid():
        return form, UNPROCESSABLE
    if not form.is_answered:
        return form, OK
    answered = form.cleaned_data
    code = form.question.code
    try:
        answer = actions.answer_indicator(
            found,
            code,
            by=request.actor,
            expected_version=answered["version"],
            value=answered["value"],
            basis=answered["basis"],
            note=answered["note"],
        )
    except MovedOn as refusal:
        actions.record_refused_answer(found, code, refusal, by=request.actor)
        return form.overtaken(form.question, refusal), refusal.status
    form.saved_version = answer.version
    return form, OK


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ScreeningFlow))
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
