"""Case conferences: called, moved, answered, held, agreed, and read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.accounts.requests import SignedInRequest
from nrm.audit.codes import Code
from nrm.cases.lifecycle import narrowed
from nrm.cases.selectors import case_for
from nrm.cases.steps import answer_step, called_as_step, edge_from_here, typed
from nrm.conferences import actions, forms, selectors
from nrm.conferences.page import FOLLOWS, conference_page
from nrm.conferences.views.filling_in import filled_in, page_of, record_reading
from nrm.lib.drafting import keeps_draft
from workflows.attendance import AttendanceFlow
from workflows.conference import ConferenceFlow

#: What follows from a step beside what the machine declares.
ALSO: dict[str, tuple[str | Promise, ...]] = {
    "hold": (gettext_lazy("From now on you write the minutes, point by point."),),
    "close": (
        gettext_lazy("The minutes stay as they are. What has to be put right can be added."),
        gettext_lazy("Each decision becomes a task of whoever does it."),
    ),
    "cancel": (gettext_lazy("Whoever is invited is told."),),
}


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Call a case conference"))
def call(request: SignedInRequest, code: str) -> HttpResponse:
    case, standing = case_for(request.actor, code, Permission.CALL_CONFERENCE)
    guests = selectors.possible_guests(case, standing)
    form = forms.CallForm(typed(request), guests=guests, is_child=case.may_be_a_child())
    context = {"case": case, "is_coordinators": not selectors.leads(standing)}
    made: list[Any] = []
    return filled_in(
        request,
        "conferences/call.html",
        form,
        context,
        act=lambda: made.append(actions.call_conference(case, by=request.actor, **form.facts())),
        code="conference.begin",
        record=case,
        back_to=lambda: page_of(made[0].pk),
    )


@require_safe
def page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, standing = selectors.conference_for(request.actor, pk)
    shown = conference_page(conference, standing)
    record_reading(request, conference)
    context = {"conference": conference, "case": conference.case, "page": shown}
    return render(request, "conferences/conference.html", context)


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Move to another time"))
def move(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, _standing = selectors.conference_for(request.actor, pk, Permission.CALL_CONFERENCE)
    if request.method == "GET":
        record_reading(request, conference)
    starts = timezone.localtime(conference.starts_at)
    initial = {
        "version": conference.version,
        "on": starts.date(),
        "at": starts.strftime("%H:%M"),
        "minutes": conference.minutes,
        "how": conference.how,
        "details": selectors.texts_of(conference)["details"],
    }
    form = forms.MoveForm(typed(request), initial=initial)
    return filled_in(
        request,
        "conferences/move.html",
        form,
        {"case": conference.case, "conference": conference},
        act=lambda: actions.move(
            conference, by=request.actor, expected_version=form.cleaned_data["version"], **form.when()
        ),
        code=Code.CONFERENCE_MOVED,
        record=conference,
        back_to=lambda: page_of(pk),
    )


@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, standing = selectors.conference_for(request.actor, pk, Permission.CALL_CONFERENCE)
    guests = selectors.guests_left(conference, standing)
    form = forms.InviteForm(typed(request), guests=guests)
    return filled_in(
        request,
        "conferences/invite.html",
        form,
        {"case": conference.case, "conference": conference, "guests": guests},
        act=lambda: actions.invite(conference, by=request.actor, **form.cleaned_data),
        code="attendance.begin",
        record=conference,
        back_to=lambda: page_of(pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Change the agenda"))
def agenda(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, standing = selectors.conference_for(request.actor, pk)
    if not narrowed(standing, conference).may(selectors.agenda_permission(conference)):
        raise NotPermitted
    initial = {"version": conference.version, "agenda": conference.agenda}
    form = forms.AgendaForm(typed(request), is_child=conference.is_for_a_child(), initial=initial)
    return filled_in(
        request,
        "conferences/agenda.html",
        form,
        {"case": conference.case, "conference": conference},
        act=lambda: actions.change_agenda(
            conference,
            by=request.actor,
            expected_version=form.cleaned_data["version"],
            agenda=form.cleaned_data["agenda"],
        ),
        code=Code.CONFERENCE_AGENDA_CHANGED,
        record=conference,
        back_to=lambda: page_of(pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("The person’s part"))
def person(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, _standing = selectors.conference_for(request.actor, pk, Permission.CHAIR_CONFERENCE)
    if request.method == "GET":
        record_reading(request, conference)
    known = selectors.texts_of(conference)
    initial = {
        "version": conference.version,
        "persons_part": conference.persons_part,
        "wish": known["wish"],
        "guardians_part": conference.guardians_part,
        "childs_view": known["childs_view"],
    }
    form = forms.PersonForm(typed(request), is_child=conference.is_for_a_child(), initial=initial)

    def record() -> None:
        facts = dict(form.cleaned_data)
        actions.record_persons_part(conference, by=request.actor, expected_version=facts.pop("version"), **facts)

    return filled_in(
        request,
        "conferences/person.html",
        form,
        {"case": conference.case, "conference": conference},
        act=record,
        code=Code.CONFERENCE_PERSON_ASKED,
        record=conference,
        back_to=lambda: page_of(pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(ConferenceFlow))
def step(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    conference, standing = selectors.conference_for(request.actor, pk)
    if not narrowed(standing, conference).may(edge_from_here(ConferenceFlow, conference, transition).permission):
        raise NotPermitted
    return answer_step(
        request,
        flow=ConferenceFlow,
        record=conference,
        transition=transition,
        forms_by_step=forms.STEP_FORMS,
        take=actions.take_step,
        back_to=page_of(conference.pk),
        also=ALSO.get(transition, ()),
        by=request.actor,
    )


@require_safe
def part(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Where the task of an invited organisation leads: to the conference, on which it answers."""
    guest, _standing = selectors.guest_for(request.actor, pk)
    return redirect(page_of(guest.conference_id))


@require_http_methods(["GET", "POST"])
@keeps_draft(called_as_step(AttendanceFlow))
def answer(request: SignedInRequest, pk: UUID, transition: str) -> HttpResponse:
    """Of the invited organisation: accept or decline; of who called the conference: invite it no more."""
    guest, _standing = selectors.guest_for(request.actor, pk)
    if transition in FOLLOWS:
        raise NotVisible
    return answer_step(
        request,
        flow=AttendanceFlow,
        record=guest,
        transition=transition,
        forms_by_step=forms.ANSWER_FORMS,
        take=actions.answer,
        back_to=page_of(guest.conference_id),
        by=request.actor,
    )
