"""Adding a document to a case, opening one, removing one. A file leaves only as an attachment with a name that says
nothing, after the audit has it."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases import actions
from nrm.cases.documents import ORIGINAL, SHARED, blocks_added_to
from nrm.cases.forms.documents import DocumentForm, RemoveDocumentForm
from nrm.cases.selectors import case_for
from nrm.cases.selectors.documents import document_to_remove
from nrm.cases.steps import case_page_of, form_page, refused_beside_form, typed
from nrm.lib.drafting import keeps_draft
from nrm.lib.files.refused import TooLarge
from nrm.lib.files.types import neutral_ending
from nrm.lib.files.uploads import takes_a_file, was_too_large

#: A file that a browser is made to show after all may do nothing.
SANDBOX = "sandbox; default-src 'none'"


@takes_a_file
@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add a document"))
def add_document(request: SignedInRequest, code: str) -> HttpResponse:
    case, standing = case_for(request.actor, code)
    if not blocks_added_to(standing):
        raise NotPermitted
    too_large = was_too_large(request)
    files = request.FILES if request.method == "POST" else None
    form = DocumentForm(typed(request), files, case=case, standing=standing, is_too_large=too_large)
    if request.method == "POST" and too_large:
        form.full_clean()
        return _turned_away(request, form, case, actions.FileNotKept(TooLarge()))
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_document(case, by=request.actor, **form.facts())
        except NotYet as refusal:
            return _turned_away(request, form, case, refusal)
        messages.success(request, _("The document is kept."))
        return redirect(case_page_of(case))
    return form_page(request, "cases/add_document.html", form, {"case": case})


@require_GET
def document(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _given_out(*actions.open_document(pk, by=request.actor, copy=SHARED))


@require_GET
def original(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _given_out(*actions.open_document(pk, by=request.actor, copy=ORIGINAL))


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Remove a document"))
def remove_document(request: SignedInRequest, pk: UUID) -> HttpResponse:
    found, name = document_to_remove(request.actor, pk)
    form = RemoveDocumentForm(typed(request), initial={"version": found.version})
    context = {"case": found.case, "name": name}
    if request.method == "POST" and form.is_valid():
        version, reason = form.cleaned_data["version"], form.cleaned_data["reason"]
        try:
            actions.remove_document(pk, by=request.actor, expected_version=version, reason=reason)
        except (MovedOn, NotYet) as refusal:
            status = refused_beside_form(form, refusal, Code.DOCUMENT_REMOVED, record=found, by=request.actor)
            return form_page(request, "cases/remove_document.html", form, context, status)
        messages.success(request, _("The document is removed."))
        return redirect(case_page_of(found.case))
    return form_page(request, "cases/remove_document.html", form, context)


def _turned_away(request: SignedInRequest, form: DocumentForm, case: Any, refusal: NotYet) -> HttpResponse:
    """The sentence beside the file, everything else as it was typed, and an event of why."""
    status = refused_beside_form(form, refusal, Code.DOCUMENT_ADDED, record=case, by=request.actor, field="file")
    return form_page(request, "cases/add_document.html", form, {"case": case}, status)


def _given_out(found: Any, content: bytes) -> HttpResponse:
    name = f"document-{secrets.token_hex(3)}{neutral_ending(found.media_type)}"
    return HttpResponse(
        content,
        content_type=found.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
