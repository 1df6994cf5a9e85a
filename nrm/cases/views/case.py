"""Pages on which a case itself is changed. The case page is in `desk`, which sees every room."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases import actions
from nrm.cases.forms import case as forms
from nrm.cases.searching import look_before_writing
from nrm.cases.selectors import case_for, standing_in
from nrm.cases.selectors.emergency import running_in
from nrm.cases.selectors.merge import mergeable
from nrm.cases.steps import (
    UNPROCESSABLE,
    answer_step,
    called_as_step,
    case_page_of,
    form_page,
    refused_beside_form,
    track_links,
    typed,
)
from nrm.lib import drafting
from nrm.lib.drafting import keeps_draft
from nrm.vault.reasons import RevealReason
from workflows.case import CaseFlow
from workflows.track import Track, TrackFlow

IDENTITY_FORM = gettext_lazy("Write or correct the identity")


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(CaseFlow))
def case_step(request: SignedInRequest, code: str, transition: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code)
    return answer_step(
        request,
        flow=CaseFlow,
        record=case,
        transition=transition,
        forms_by_step=forms.CASE_STEP_FORMS,
        take=actions.take_case_step,
        back_to=case_page_of(case),
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(TrackFlow))
def track_step(request: SignedInRequest, code: str, transition: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code)
    return answer_step(
        request,
        flow=TrackFlow,
        record=case,
        transition=transition,
        forms_by_step=forms.TRACK_STEP_FORMS,
        take=actions.choose_track,
        back_to=case_page_of(case),
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Assess the risk"))
def assess_risk(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.ASSESS_RISK)
    form = forms.RiskForm(typed(request), initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            actions.assess_risk(case, by=request.actor, expected_version=facts.pop("version"), **facts)
        except (MovedOn, NotYet) as refusal:
            status = refused_beside_form(form, refusal, Code.RISK_ASSESSED, record=case, by=request.actor)
            return form_page(request, "cases/risk.html", form, {"case": case}, status)
        messages.success(request, _("The risk assessment is recorded."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/risk.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add a note"))
def add_note(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.ADD_NOTE)
    form = forms.NoteForm(typed(request))
    if request.method == "POST" and form.is_valid():
        actions.add_note(case, by=request.actor, body=form.cleaned_data["body"])
        messages.success(request, _("The note is saved."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/note.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Record the age"))
def record_age(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.RECORD_AGE)
    form = forms.AgeForm(typed(request), is_protected=case.track == Track.CHILD, initial={"version": case.version})
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.record_age(case, by=request.actor, expected_version=version, **form.facts())
        except (MovedOn, NotYet) as refusal:
            status = refused_beside_form(form, refusal, Code.AGE_RECORDED, record=case, by=request.actor)
            return form_page(request, "cases/age.html", form, {"case": case}, status)
        messages.success(request, _("The age is recorded."))
        return redirect(_where_to_go_on(request, case))
    return form_page(request, "cases/age.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Record the guardian"))
def record_guardian(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.RECORD_GUARDIAN)
    form = forms.GuardianForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_guardian(case, by=request.actor, **form.cleaned_data)
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, Code.GUARDIAN_RECORDED, record=case, by=request.actor)
            return form_page(request, "cases/guardian.html", form, {"case": case}, status)
        messages.success(request, _("The guardian is recorded."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/guardian.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Assess the best interests"))
def assess_best_interests(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.ASSESS_BEST_INTERESTS)
    form = forms.BestInterestForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            actions.assess_best_interests(case, by=request.actor, **form.cleaned_data)
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, Code.BEST_INTERESTS_ASSESSED, record=case, by=request.actor)
            return form_page(request, "cases/best_interests.html", form, {"case": case}, status)
        messages.success(request, _("The assessment is recorded."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/best_interests.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
def identity(request: SignedInRequest, code: str) -> HttpResponse:
    """Masked on GET. A POST with a reason opens it once, on this answer only."""
    case, standing = case_for(request.actor, code, Permission.REVEAL_IDENTITY)
    form = forms.RevealForm(typed(request))
    revealed = None
    why_not = actions.why_no_identity(case)
    if request.method == "POST" and form.is_valid():
        revealed = actions.reveal_identity(case, by=request.actor, reason=RevealReason(form.cleaned_data["reason"]))
    may_write = standing.may(Permission.WRITE_IDENTITY) and not why_not
    context = {
        "case": case,
        "identity": revealed,
        "may_write": may_write,
        "why_not": why_not,
        "is_empty": bool(why_not) and case.is_unnamed(),
        "steps": track_links(case, standing) if why_not else [],
        "emergency": running_in(case, standing),
    }
    return form_page(request, "cases/identity.html", form, context)


@require_POST
@keeps_draft(
    gettext_lazy("Write or correct the identity"), posted_to="cases:write_identity", opened_at="cases:identity"
)
def open_identity_form(request: SignedInRequest, code: str) -> HttpResponse:
    """The identity in a form, to be corrected. Opening it is a reveal like any other, so it is a POST."""
    case, _standing = case_for(request.actor, code, Permission.WRITE_IDENTITY)
    actions.require_named(case)
    known = actions.reveal_identity(case, by=request.actor, reason=RevealReason.CORRECTION)
    documents = [{"kind": one.kind, "number": one.number, "country": one.country} for one in known.documents]
    contacts = [{"kind": one.kind, "value": one.value, "safe": one.safe, "note": one.note} for one in known.contacts]
    return _identity_page(
        request,
        case,
        forms.IdentityForm(initial=forms.identity_initial(known, case.person.version)),
        forms.DocumentForms(initial=documents, prefix="documents"),
        forms.ContactForms(initial=contacts, prefix="contacts"),
    )


@require_POST
@keeps_draft(IDENTITY_FORM, opened_at="cases:identity")
def write_identity(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.WRITE_IDENTITY)
    if case.holds_no_name():
        actions.require_named(case)
    form = forms.IdentityForm(request.POST)
    documents = forms.DocumentForms(request.POST, prefix="documents")
    contacts = forms.ContactForms(request.POST, prefix="contacts")
    if not all([form.is_valid(), documents.is_valid(), contacts.is_valid()]):
        return _identity_page(request, case, form, documents, contacts, status=UNPROCESSABLE)
    written = forms.identity_from(form, documents, contacts)
    try:
        actions.write_identity(case, written, by=request.actor, expected_version=form.cleaned_data["version"])
    except (MovedOn, NotYet) as refusal:
        status = refused_beside_form(form, refusal, Code.IDENTITY_WRITTEN, record=case, by=request.actor)
        return _identity_page(request, case, form, documents, contacts, status=status)
    if found := look_before_writing(written, case, by=request.actor):
        drafting.saved()
        can_merge = mergeable(found.cases, case, request.actor)
        return render(request, "cases/possibly_known.html", {"case": case, "found": found, "mergeable": can_merge})
    messages.success(request, _("The identity is sealed."))
    return redirect(case_page_of(case))


def _where_to_go_on(request: SignedInRequest, case: Any) -> str:
    """The authority for children no longer sees the case of somebody who turned out to be an adult."""
    sees = standing_in(request.actor, case).may(Permission.SEE_CASE)
    return case_page_of(case) if sees else reverse("desk:my_work")


def _identity_page(
    request: SignedInRequest, case: Any, form: Any, documents: Any, contacts: Any, status: int = 200
) -> HttpResponse:
    context = {"case": case, "form": form, "documents": documents, "contacts": contacts}
    return render(request, "cases/identity_form.html", context, status=status)
