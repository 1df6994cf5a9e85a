"""The page of a form about a conference, and the page it leads back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.steps import form_page, refused_beside_form


def filled_in(
    request: SignedInRequest,
    template: str,
    form: Form,
    context: dict[str, Any],
    *,
    act: Callable[[], Any],
    code: str,
    record: Any,
    back_to: Callable[[], str],
) -> HttpResponse:
    """The page of a form; what was typed stays when the act is refused."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except (NotYet, MovedOn) as refusal:
            status = refused_beside_form(form, refusal, code, record=record, by=request.actor)
            return form_page(request, template, form, context, status)
        return redirect(back_to())
    return form_page(request, template, form, context)


def record_reading(request: SignedInRequest, conference: Any) -> None:
    """That what is sealed about it was opened: on its page, or in a form that shows what was written before."""
    subject = f"conferences.conference:{conference.pk}"
    audit.record(Code.CONFERENCE_READ, by=request.actor, case_code=conference.case.code, subject=subject)


def page_of(pk: UUID) -> str:
    return reverse("conferences:page", args=[pk])
