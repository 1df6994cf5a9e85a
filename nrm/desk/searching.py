"""Finding a case by its code, a person by name and birth. Only by POST: nothing that was typed stands in an address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from nrm.access.permissions import Permission
from nrm.access.policy import allows, relations_that_grant
from nrm.access.refusals import NotPermitted, TooOften
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code, Outcome
from nrm.cases.searching import Found, case_with_code, search_people
from nrm.lib.forms import PartialDateField, PlainTextField
from nrm.vault.identity import NAME_LIMIT, Identity
from nrm.vault.selectors import SearchTooNarrow

UNPROCESSABLE = 422


class CodeForm(forms.Form):
    code = PlainTextField(label=gettext_lazy("Case code"), lines=False, max_length=60)


class PersonForm(forms.Form):
    given_names = PlainTextField(label=gettext_lazy("Given names"), lines=False, max_length=NAME_LIMIT)
    family_names = PlainTextField(label=gettext_lazy("Family names"), lines=False, max_length=NAME_LIMIT)
    birth = PartialDateField(
        label=gettext_lazy("Date of birth"), help_text=gettext_lazy("The year is needed; the day and month help.")
    )

    def sought(self) -> Identity:
        return Identity(**self.cleaned_data)


@require_GET
def search(request: SignedInRequest) -> HttpResponse:
    _require_cases(request)
    return _page(request)


@require_POST
def search_code(request: SignedInRequest) -> HttpResponse:
    _require_cases(request)
    form = CodeForm(request.POST)
    if form.is_valid():
        if found := case_with_code(form.cleaned_data["code"], by=request.actor):
            return redirect("desk:case_page", found.code)
        form.add_error("code", _("There is no case with this code that is shared with you. Check the code."))
    return _page(request, code_form=form, status=UNPROCESSABLE)


@require_POST
def search_person(request: SignedInRequest) -> HttpResponse:
    if not allows(request.actor, Permission.SEARCH_PEOPLE):
        raise NotPermitted
    form = PersonForm(request.POST)
    found, status = None, UNPROCESSABLE
    if form.is_valid():
        try:
            found, status = search_people(form.sought(), by=request.actor), 200
            form = PersonForm(initial=form.cleaned_data)
        except SearchTooNarrow:
            form.add_error(None, _("Write both names with letters."))
        except TooOften as refusal:
            form.add_error(None, str(refusal.sentence))
            status = refusal.status
            _write_down(request, refusal)
    return _page(request, person_form=form, found=found, status=status)


def _write_down(request: SignedInRequest, refusal: TooOften) -> None:
    data = {"refusal": refusal.code}
    audit.record(Code.SEARCHED_BY_PERSON, by=request.actor, outcome=Outcome.REFUSED, data=data)


def _require_cases(request: SignedInRequest) -> None:
    if not relations_that_grant(request.actor.role, Permission.SEE_CASE):
        raise NotPermitted


def _page(
    request: SignedInRequest,
    *,
    code_form: CodeForm | None = None,
    person_form: PersonForm | None = None,
    found: Found | None = None,
    status: int = 200,
) -> HttpResponse:
    may_search_people = allows(request.actor, Permission.SEARCH_PEOPLE)
    context: dict[str, Any] = {
        "code_form": code_form or CodeForm(),
        "person_form": (person_form or PersonForm()) if may_search_people else None,
        "wrong_form": code_form or person_form,
        "is_answered": found is not None,
        "found": found,
    }
    return render(request, "desk/search.html", context, status=status)
