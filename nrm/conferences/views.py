"""Case conferences: called, answered, held, written down point by point, agreed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.lifecycle import narrowed
from nrm.cases.selectors import case_for
from nrm.cases.steps import answer_step, called_as_step, edge_from_here, form_page, refused_beside_form, typed
from nrm.conferences import actions, forms, selectors
from nrm.conferences.page import FOLLOWS, conference_page, point_lines
from nrm.conferences.points import who_reads
from nrm.conferences.printing import printed_minutes
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


def _filled_in(
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


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Call a case conference"))
def call(request: SignedInRequest, code: str) -> HttpResponse:
    case, standing = case_for(request.actor, code, Permission.CALL_CONFERENCE)
    guests = selectors.possible_guests(case, standing)
    form = forms.CallForm(typed(request), guests=guests, is_child=case.may_be_a_child())
    context = {"case": case, "is_coordinators": not selectors.leads(standing)}
    made: list[Any] = []
    return _filled_in(
        request,
        "conferences/call.html",
        form,
        context,
        act=lambda: made.append(actions.call_conference(case, by=request.actor, **form.facts())),
        code="conference.begin",
        record=case,
        back_to=lambda: _page_of(made[0].pk),
    )


@require_safe
def page(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, standing = selectors.conference_for(request.actor, pk)
    shown = conference_page(conference, standing)
    subject = f"conferences.conference:{conference.pk}"
    audit.record(Code.CONFERENCE_READ, by=request.actor, case_code=conference.case.code, subject=subject)
    context = {"conference": conference, "case": conference.case, "page": shown}
    return render(request, "conferences/conference.html", context)


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Move to another time"))
def move(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, _standing = selectors.conference_for(request.actor, pk, Permission.CALL_CONFERENCE)
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
    return _filled_in(
        request,
        "conferences/move.html",
        form,
        {"case": conference.case, "conference": conference},
        act=lambda: actions.move(
            conference, by=request.actor, expected_version=form.cleaned_data["version"], **form.when()
        ),
        code=Code.CONFERENCE_MOVED,
        record=conference,
        back_to=lambda: _page_of(pk),
    )


@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, standing = selectors.conference_for(request.actor, pk, Permission.CALL_CONFERENCE)
    guests = selectors.guests_left(conference, standing)
    form = forms.InviteForm(typed(request), guests=guests)
    return _filled_in(
        request,
        "conferences/invite.html",
        form,
        {"case": conference.case, "conference": conference, "guests": guests},
        act=lambda: actions.invite(conference, by=request.actor, **form.cleaned_data),
        code="attendance.begin",
        record=conference,
        back_to=lambda: _page_of(pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Change the agenda"))
def agenda(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, standing = selectors.conference_for(request.actor, pk)
    if not narrowed(standing, conference).may(selectors.agenda_permission(conference)):
        raise NotPermitted
    initial = {"version": conference.version, "agenda": conference.agenda}
    form = forms.AgendaForm(typed(request), is_child=conference.is_for_a_child(), initial=initial)
    return _filled_in(
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
        back_to=lambda: _page_of(pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("The person’s part"))
def person(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, _standing = selectors.conference_for(request.actor, pk, Permission.CHAIR_CONFERENCE)
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

    return _filled_in(
        request,
        "conferences/person.html",
        form,
        {"case": conference.case, "conference": conference},
        act=record,
        code=Code.CONFERENCE_PERSON_ASKED,
        record=conference,
        back_to=lambda: _page_of(pk),
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
        back_to=_page_of(conference.pk),
        also=ALSO.get(transition, ()),
        by=request.actor,
    )


@require_safe
def part(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Where the task of an invited organisation leads: to the conference, on which it answers."""
    guest, _standing = selectors.guest_for(request.actor, pk)
    return redirect(_page_of(guest.conference_id))


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
        back_to=_page_of(guest.conference_id),
        by=request.actor,
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(pgettext_lazy("case conference", "Minutes"))
def point(request: SignedInRequest, pk: UUID, topic: str) -> HttpResponse:
    """While minutes are written, the point itself; once they are agreed, an addition to it."""
    conference, standing = selectors.conference_for(request.actor, pk)
    chosen = selectors.topic_for(conference, standing, topic)
    is_addition = conference.state == "closed"
    written = conference.written.filter(topic=topic, is_addition=False).first()
    line = next(
        line
        for line in point_lines(conference, standing, selectors.own_part(conference, standing))
        if line.topic == topic
    )
    context = {
        "case": conference.case,
        "conference": conference,
        "label": chosen.label,
        "line": line,
        "who_reads": who_reads(topic),
    }
    if is_addition:
        return _add(request, conference, topic, context)
    initial = {"version": written.version if written else 0, "came": "put_off" if line.was_put_off else "discussed"}
    form = forms.PointForm(typed(request), initial={**initial, "body": line.said.text if line.said else ""})
    return _filled_in(
        request,
        "conferences/point.html",
        form,
        context,
        act=lambda: actions.write_point(conference, topic, by=request.actor, **form.facts()),
        code=Code.CONFERENCE_WRITTEN,
        record=conference,
        back_to=lambda: _next_point(request, pk),
    )


def _next_point(request: SignedInRequest, pk: UUID) -> str:
    """Point by point, then back to the whole."""
    conference, standing = selectors.conference_for(request.actor, pk)
    lines = point_lines(conference, standing, selectors.own_part(conference, standing))
    waiting = [line.write_url for line in lines if line.write_url and not line.is_written]
    return waiting[0] if waiting else _page_of(pk)


def _add(request: SignedInRequest, conference: Any, topic: str, context: dict[str, Any]) -> HttpResponse:
    form = forms.AdditionForm(typed(request))
    return _filled_in(
        request,
        "conferences/addition.html",
        form,
        context,
        act=lambda: actions.add_to_point(conference, topic, by=request.actor, **form.facts()),
        code=Code.CONFERENCE_ADDED_TO,
        record=conference,
        back_to=lambda: _page_of(conference.pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Write a decision"))
def decide(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, _standing = selectors.conference_for(request.actor, pk, Permission.CHAIR_CONFERENCE)
    owners = selectors.possible_owners(conference)
    form = forms.DecisionForm(typed(request), agenda=conference.agenda, owners=owners)
    return _filled_in(
        request,
        "conferences/decide.html",
        form,
        {"case": conference.case, "conference": conference},
        act=lambda: actions.write_decision(conference, by=request.actor, **form.new_facts()),
        code=Code.CONFERENCE_DECIDED,
        record=conference,
        back_to=lambda: _page_of(pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Change the decision"))
def decision(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, _standing = selectors.decision_for(request.actor, pk)
    conference = record.conference
    who = f"{record.owner_id}:{record.user_id}" if record.user_id else str(record.owner_id)
    initial = {
        "version": record.version,
        "topic": record.topic,
        "sentence": selectors.sentence_of(record),
        "who": who,
        "due_on": record.due_on,
    }
    owners = selectors.possible_owners(conference)
    form = forms.DecisionForm(typed(request), agenda=conference.agenda, owners=owners, initial=initial)
    return _filled_in(
        request,
        "conferences/decision.html",
        form,
        {"case": conference.case, "conference": conference, "decision": record},
        act=lambda: actions.change_decision(
            record, by=request.actor, expected_version=form.cleaned_data["version"] or 0, **form.facts()
        ),
        code=Code.CONFERENCE_DECISION_CHANGED,
        record=record,
        back_to=lambda: _page_of(conference.pk),
    )


@require_http_methods(["GET", "POST"])
def drop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, _standing = selectors.decision_for(request.actor, pk)
    conference = record.conference
    form = forms.DropForm(typed(request), initial={"version": record.version})
    return _filled_in(
        request,
        "conferences/drop.html",
        form,
        {"case": conference.case, "conference": conference, "sentence": selectors.sentence_of(record)},
        act=lambda: actions.drop_decision(record, by=request.actor, expected_version=form.cleaned_data["version"]),
        code=Code.CONFERENCE_DECISION_CHANGED,
        record=record,
        back_to=lambda: _page_of(conference.pk),
    )


@require_safe
def minutes(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """On paper, as a file that is named for nothing. It leaves once the audit has it."""
    conference, standing = selectors.conference_for(request.actor, pk)
    content = printed_minutes(conference, standing)
    subject = f"conferences.conference:{conference.pk}"
    audit.record(Code.CONFERENCE_PRINTED, by=request.actor, case_code=conference.case.code, subject=subject)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": 'attachment; filename="minutes.pdf"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _page_of(pk: UUID) -> str:
    return reverse("conferences:page", args=[pk])
