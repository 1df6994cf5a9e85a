"""Somebody's work as a calendar for programs: appointments, tasks and time limits, by case code and nothing else.

It holds what its owner would see in the same role at this moment. Whoever finds it reads when something is due, and
codes that say nothing: no name, no place, no service, no kind of task, since a kind can tell what a case is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from nrm.access.actor import Actor
from nrm.cases.selectors import codes_with_work_for
from nrm.cases.selectors.clocks import limits_ending
from nrm.conferences.selectors import conferences_coming
from nrm.lib.clock import now
from nrm.support.selectors import appointments_coming
from nrm.tasks.selectors import open_tasks_for

#: How far ahead it looks, how long something overdue stays, and how much of each kind it holds.
AHEAD, BEHIND, MOST = timedelta(days=120), timedelta(days=14), 300
#: How often programs are asked to come.
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """`id` is the record's and stays when it is moved. Without `lasts` it is a moment."""

    id: UUID
    summary: str
    starts_at: datetime
    lasts: timedelta | None = None


def calendar_of(actor: Actor, language: str) -> bytes:
    """As iCalendar (RFC 5545), in UTC, soonest first. Only inside `seen_by(actor)`."""
    with translation.override(language):
        calendar = Calendar()
        calendar.add("prodid", "-//calendar//EN")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("My work"))
        calendar.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        for entry in sorted(entries(actor), key=lambda entry: (entry.starts_at, entry.id)):
            calendar.add_component(event_of(entry))
    return bytes(calendar.to_ical())


def event_of(entry: Entry) -> Event:
    event = Event()
    event.add("uid", str(entry.id))
    event.add("dtstamp", now().astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    if entry.lasts is not None:
        event.add("dtend", (entry.starts_at + entry.lasts).astimezone(UTC))
    event.add("summary", entry.summary)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE" if entry.lasts else "TRANSPARENT")
    return event


def entries(actor: Actor) -> Iterator[Entry]:
    yield from appointments(actor)
    yield from conferences(actor)
    yield from tasks(actor)
    yield from limits(actor)


def appointments(actor: Actor) -> Iterator[Entry]:
    coming = appointments_coming(actor).filter(starts_at__lte=now() + AHEAD).order_by("starts_at", "id")
    for row in coming[:MOST]:
        summary = _("Appointment: %(code)s") % {"code": row.episode.case.code}
        yield Entry(row.pk, summary, row.starts_at, timedelta(minutes=row.minutes))


def conferences(actor: Actor) -> Iterator[Entry]:
    """Under the name of an appointment: a conference is one, and says no more."""
    for row in conferences_coming(actor).filter(starts_at__lte=now() + AHEAD).order_by("starts_at", "id")[:MOST]:
        summary = _("Appointment: %(code)s") % {"code": row.case.code}
        yield Entry(row.pk, summary, row.starts_at, timedelta(minutes=row.minutes))


def tasks(actor: Actor) -> Iterator[Entry]:
    """What nobody else has taken."""
    at = now()
    due = open_tasks_for(actor, codes_with_work_for(actor)).filter(due_at__gte=at - BEHIND, due_at__lte=at + AHEAD)
    for row in due.filter(Q(claimed_by=None) | Q(claimed_by=actor.user_id))[:MOST]:
        if row.due_at is not None:
            summary = _("Due: %(code)s") % {"code": row.case_code} if row.case_code else _("Something is due")
            yield Entry(row.pk, summary, row.due_at)


def limits(actor: Actor) -> Iterator[Entry]:
    for row in limits_ending(actor, until=now() + AHEAD)[:MOST]:
        yield Entry(row.pk, _("A time limit ends: %(code)s") % {"code": row.case_code}, row.due_at)
