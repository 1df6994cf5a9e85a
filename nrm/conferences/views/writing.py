"""Minutes point by point, decisions, and minutes on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from nrm.access.permissions import Permission
from nrm.accounts.requests import SignedInRequest
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases.steps import typed
from nrm.conferences import actions, forms, selectors
from nrm.conferences.page import point_lines
from nrm.conferences.points import who_reads
from nrm.conferences.printing import printed_minutes
from nrm.conferences.views.filling_in import filled_in, page_of, record_reading
from nrm.lib.drafting import keeps_draft


@require_http_methods(["GET", "POST"])
@keeps_draft(pgettext_lazy("case conference", "Minutes"))
def point(request: SignedInRequest, pk: UUID, topic: str) -> HttpResponse:
    """While minutes are written, the point itself; once they are agreed, an addition to it."""
    conference, standing = selectors.conference_for(request.actor, pk)
    chosen = selectors.topic_for(conference, standing, topic)
    if request.method == "GET":
        record_reading(request, conference)
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
    return filled_in(
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
    return waiting[0] if waiting else page_of(pk)


def _add(request: SignedInRequest, conference: Any, topic: str, context: dict[str, Any]) -> HttpResponse:
    form = forms.AdditionForm(typed(request))
    return filled_in(
        request,
        "conferences/addition.html",
        form,
        context,
        act=lambda: actions.add_to_point(conference, topic, by=request.actor, **form.facts()),
        code=Code.CONFERENCE_ADDED_TO,
        record=conference,
        back_to=lambda: page_of(conference.pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Write a decision"))
def decide(request: SignedInRequest, pk: UUID) -> HttpResponse:
    conference, _standing = selectors.conference_for(request.actor, pk, Permission.CHAIR_CONFERENCE)
    owners = selectors.possible_owners(conference)
    form = forms.DecisionForm(typed(request), agenda=conference.agenda, owners=owners)
    return filled_in(
        request,
        "conferences/decide.html",
        form,
        {"case": conference.case, "conference": conference},
        act=lambda: actions.write_decision(conference, by=request.actor, **form.new_facts()),
        code=Code.CONFERENCE_DECIDED,
        record=conference,
        back_to=lambda: page_of(pk),
    )


@require_http_methods(["GET", "POST"])
@keeps_draft(gettext_lazy("Change the decision"))
def decision(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, _standing = selectors.decision_for(request.actor, pk)
    conference = record.conference
    if request.method == "GET":
        record_reading(request, conference)
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
    return filled_in(
        request,
        "conferences/decision.html",
        form,
        {"case": conference.case, "conference": conference, "decision": record},
        act=lambda: actions.change_decision(
            record, by=request.actor, expected_version=form.cleaned_data["version"] or 0, **form.facts()
        ),
        code=Code.CONFERENCE_DECISION_CHANGED,
        record=record,
        back_to=lambda: page_of(conference.pk),
    )


@require_http_methods(["GET", "POST"])
def drop(request: SignedInRequest, pk: UUID) -> HttpResponse:
    record, _standing = selectors.decision_for(request.actor, pk)
    conference = record.conference
    if request.method == "GET":
        record_reading(request, conference)
    form = forms.DropForm(typed(request), initial={"version": record.version})
    return filled_in(
        request,
        "conferences/drop.html",
        form,
        {"case": conference.case, "conference": conference, "sentence": selectors.sentence_of(record)},
        act=lambda: actions.drop_decision(record, by=request.actor, expected_version=form.cleaned_data["version"]),
        code=Code.CONFERENCE_DECISION_CHANGED,
        record=record,
        back_to=lambda: page_of(conference.pk),
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
