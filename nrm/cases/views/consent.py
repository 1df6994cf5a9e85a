"""Recording, showing and ending what lets something of a case be shared."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.accounts.selectors import active_organisations, names_of_organisations
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import actions
from nrm.cases.consent_sheet import make_sheet, nearest_language
from nrm.cases.forms import consent as forms
from nrm.cases.selectors import case_for, consent_for
from nrm.cases.selectors.consent import basis_for, resting_on, sharings_of
from nrm.cases.steps import (
    UNPROCESSABLE,
    answer_step,
    called_as_step,
    form_page,
    refused_beside_form,
    typed,
    warn_of_names,
)
from nrm.lib.drafting import keeps_draft
from workflows.basis import BasisFlow
from workflows.consent import ConsentFlow


@require_safe
def sharing(request: SignedInRequest, code: str) -> HttpResponse:
    case, standing = case_for(request.actor, code, Permission.SEE_CONSENT)
    context = {
        "case": case,
        "sharings": sharings_of(case, standing),
        "may_record": standing.may(Permission.RECORD_CONSENT),
        "may_see_readers": standing.may(Permission.SEE_READERS),
    }
    audit.record(Code.CONSENT_READ, by=request.actor, case_code=case.code)
    return render(request, "cases/sharing.html", context)


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Record consent"))
def record_consent(request: SignedInRequest, code: str) -> HttpResponse:
    """One idea a page: `go` in what is posted turns the page, without it the consent is recorded."""
    case, _standing = case_for(request.actor, code, Permission.RECORD_CONSENT)
    form = forms.ConsentForm(typed(request), case=case, organisations=_organisations(), initial=_known(case))
    status = 200
    if request.method == "POST" and "go" in request.POST:
        here, there = _page(request, "page"), _page(request, "go")
        if there > here and form.stay_on(here):
            status = UNPROCESSABLE
        else:
            form.turn_to(there)
    elif request.method == "POST":
        status = _record_consent(request, form, case)
        if not status:
            messages.success(request, _("Consent is recorded."))
            return redirect("cases:sharing", case.code)
    warn_of_names(form, case)
    return render(request, "cases/consent.html", {"form": form, "case": case}, status=status)


def _record_consent(request: SignedInRequest, form: forms.ConsentForm, case: Any) -> int:
    """0 once it is recorded, else the status of the page that says what is missing."""
    if not form.is_valid():
        form.stay_on_first_wrong()
        return UNPROCESSABLE
    try:
        actions.record_consent(case, by=request.actor, **form.facts())
    except NotYet as refusal:
        form.turn_to(len(form.pages))
        return refused_beside_form(form, refusal, "consent.begin", record=case, by=request.actor)
    return 0


def _page(request: SignedInRequest, name: str) -> int:
    value = request.POST.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 3 else 0


def _known(case: Any) -> dict[str, Any]:
    """The form starts with what is known of the person."""
    given = {"given_how": "guardian_and_child"} if case.may_be_a_child() else {}
    return {**given, "explained_in": case.spoken_language, "with_interpreter": case.needs_interpreter}


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ConsentFlow))
def consent_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    consent, _standing = consent_for(request.actor, pk)
    return answer_step(
        request,
        flow=ConsentFlow,
        record=consent,
        transition=transition,
        forms_by_step={},
        take=actions.take_consent_step,
        back_to=reverse("cases:sharing", args=[consent.case.code]),
        in_words=what_follows(consent) if transition == "withdraw" else None,
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Record a legal basis"))
def record_basis(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.RECORD_CONSENT)
    form = forms.BasisForm(typed(request), case=case, organisations=_organisations())
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_basis(case, by=request.actor, **form.facts())
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, "basis.begin", record=case, by=request.actor)
            return form_page(request, "cases/basis.html", form, {"case": case}, status)
        messages.success(request, _("The legal basis is recorded."))
        return redirect("cases:sharing", case.code)
    return form_page(request, "cases/basis.html", form, {"case": case})


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(BasisFlow))
def basis_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    record, _standing = basis_for(request.actor, pk)
    return answer_step(
        request,
        flow=BasisFlow,
        record=record,
        transition=transition,
        forms_by_step=forms.BASIS_STEP_FORMS,
        take=actions.take_basis_step,
        back_to=reverse("cases:sharing", args=[record.case.code]),
        in_words=what_follows(record) if transition == "end" else None,
        by=request.actor,
    )


def what_follows(record: Any) -> list[str | Promise]:
    """In plain words, before somebody ends it."""
    names = names_of_organisations(set(record.recipients()))
    told = ", ".join(sorted(names.values()))
    said: list[str | Promise] = [_("From this moment nothing is shared on it any more, not even what was accepted.")]
    if told:
        said.append(
            _("Told to stop using it and to destroy or return copies: %(organisations)s") % {"organisations": told}
        )
    else:
        said.append(_("No other organisation has taken part on it yet, so nobody has to be told."))
    for resting in resting_on(record):
        named = {"organisation": resting.organisation, "service": resting.service}
        said.append(_("A referral goes on without it: %(organisation)s (%(service)s)") % named)
    said.append(_("What was read before cannot be unread. Afterwards you see who had opened what."))
    said.append(_("The help that the person gets does not depend on it."))
    return said


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Sheet for the person"))
def consent_sheet(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The sheet for the person to take along. It is made by a POST and kept among the papers of the case."""
    consent, standing = consent_for(request.actor, pk)
    if not standing.may(Permission.RECORD_CONSENT):
        raise NotPermitted
    form = forms.SheetForm(typed(request), initial={"language": nearest_language(consent)})
    if request.method == "POST" and form.is_valid():
        make_sheet(consent, by=request.actor, **form.cleaned_data)
        messages.success(request, _("The sheet is ready."))
        return redirect("cases:sharing", consent.case.code)
    return form_page(request, "cases/consent_sheet.html", form, {"case": consent.case, "consent": consent})


def _organisations() -> list[tuple[UUID, str]]:
    return list(active_organisations().values_list("pk", "name"))
