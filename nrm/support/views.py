"""Services of a case, their appointments and clinical notes, and safety alerts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.lifecycle import narrowed
from nrm.cases.selectors import case_for
from nrm.cases.steps import (
    answer_step,
    called_as_step,
    case_page_of,
    edge_from_here,
    form_page,
    refused_beside_form,
    typed,
)
from nrm.lib.drafting import keeps_draft
from nrm.lib.paging import Cursor, next_url
from nrm.support import actions, forms, selectors
from workflows.alert import AlertFlow
from workflows.support import EpisodeState, SupportFlow

#: Steps after which the provider no longer sees the case.
ENDS = {EpisodeState.COMPLETED, EpisodeState.DISCONTINUED}


@require_safe
def appointments(request: SignedInRequest) -> HttpResponse:
    after = Cursor.read(request.GET.get("after", ""))
    page = selectors.appointments_page(request.actor, after)
    audit.record(Code.CASE_LISTED, by=request.actor, data={"list": "appointments", "shown": len(page.rows)})
    pages = {
        "next_url": next_url(page.after),
        "previous_url": request.path if after else "",
    }
    return render(request, "support/appointments.html", {"rows": page.rows, "pages": pages})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Plan a service"))
def plan_service(request: SignedInRequest, code: str) -> HttpResponse:
    case, standing = case_for(request.actor, code, Permission.PLAN_SUPPORT)
    form = forms.PlanForm(typed(request), providers=selectors.providers_for(request.actor, standing))
    if request.method == "POST" and form.is_valid():
        try:
            actions.plan_service(case, by=request.actor, **form.values())
        except NotYet as refusal:
            status = refused_beside_form(form, refusal, Code.SUPPORT_PLANNED, record=case, by=request.actor)
            return form_page(request, "support/plan.html", form, {"case": case}, status)
        messages.success(request, _("The service is planned."))
        return redirect(case_page_of(case))
    return form_page(request, "support/plan.html", form, {"case": case})


@require_safe
def episode(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, standing = selectors.episode_for(request.actor, pk)
    page = selectors.episode_page(record, standing)
    code = Code.SUPPORT_READ if page.notes is None else Code.EPISODE_READ
    audit.record(code, by=request.actor, case_code=record.case.code, subject=f"support.episode:{record.pk}")
    return render(request, "support/episode.html", {"episode": record, "case": record.case, "page": page})


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(SupportFlow))
def step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    record, standing = selectors.episode_for(request.actor, pk)
    edge = edge_from_here(SupportFlow, record, transition)
    if not narrowed(standing, record).may(edge.permission):
        raise NotPermitted
    return answer_step(
        request,
        flow=SupportFlow,
        record=record,
        transition=transition,
        forms_by_step={},
        take=actions.take_step,
        back_to=_after(request, record, edge.target),
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add an appointment"))
def add_appointment(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, _standing = selectors.episode_for(request.actor, pk)
    form = forms.AppointmentForm(typed(request))
    if request.method == "POST" and form.is_valid():
        actions.add_appointment(record, by=request.actor, **form.values())
        messages.success(request, _("The appointment is in the list."))
        return redirect("support:episode", record.pk)
    return form_page(request, "support/appointment_new.html", form, {"case": record.case, "episode": record})


@require_http_methods(["GET", "POST"])
def appointment(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say what happened."""
    record, _standing = selectors.appointment_for(request.actor, pk)
    form = forms.MarkForm(typed(request), initial={"version": record.version})
    context = {"case": record.episode.case, "episode": record.episode, "appointment": record}
    if request.method == "POST" and form.is_valid():
        version, state = form.cleaned_data["version"], form.cleaned_data["state"]
        try:
            actions.mark_appointment(record, by=request.actor, expected_version=version, state=state)
        except MovedOn as refusal:
            status = refused_beside_form(form, refusal, Code.APPOINTMENT_CHANGED, record=record, by=request.actor)
            return form_page(request, "support/appointment.html", form, context, status)
        return redirect("support:episode", record.episode_id)
    return form_page(request, "support/appointment.html", form, context)


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Add a clinical note"))
def add_note(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, standing = selectors.episode_for(request.actor, pk)
    if not narrowed(standing, record).may(Permission.SEE_CLINICAL):
        raise NotPermitted
    form = forms.ClinicalNoteForm(typed(request))
    if request.method == "POST" and form.is_valid():
        actions.add_clinical_note(record, by=request.actor, body=form.cleaned_data["body"])
        messages.success(request, _("The note is saved."))
        return redirect("support:episode", record.pk)
    return form_page(request, "support/note.html", form, {"case": record.case, "episode": record})


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Raise a safety alert"))
def raise_alert(request: SignedInRequest, code: str) -> HttpResponse:
    case, _standing = case_for(request.actor, code, Permission.RAISE_ALERT)
    form = forms.AlertForm(typed(request))
    if request.method == "POST" and form.is_valid():
        actions.raise_alert(case, by=request.actor, **form.cleaned_data)
        messages.success(request, _("The alert is raised, and those who act on it are told."))
        return redirect(case_page_of(case))
    acts = selectors.acts_on_new_alert(case, request.actor)
    return form_page(request, "support/alert.html", form, {"case": case, "acts": acts})


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(AlertFlow))
def alert_step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    """Steps that assess are for those who may read the concern, so that no form shows a plan to anybody else."""
    alert, standing = selectors.alert_for(request.actor, pk)
    edge = edge_from_here(AlertFlow, alert, transition)
    may_act = edge.permission != Permission.ASSESS_ALERT or selectors.may_read_alert(alert, standing)
    if not may_act or not narrowed(standing, alert).may(edge.permission):
        raise NotPermitted
    return answer_step(
        request,
        flow=AlertFlow,
        record=alert,
        transition=transition,
        forms_by_step=forms.ALERT_STEP_FORMS,
        take=actions.take_alert_step,
        back_to=case_page_of(alert.case),
        by=request.actor,
    )


def _after(request: SignedInRequest, record: Any, target: str) -> str:
    """Cancelling leads back to the service; an ended one may have closed the case to its provider."""
    if request.method == "POST" and target in ENDS:
        return reverse("support:appointments")
    return reverse("support:episode", args=[record.pk])
