"""Agreed minutes on paper, for one reader: the parts of the case that this reader sees, and nothing of the others.

Neither the heading nor the name of the file says what it is about; of the case there is the code.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nrm.access.policy import Standing
from nrm.access.refusals import NotPermitted, NotYet
from nrm.conferences import selectors
from nrm.conferences.models import Conference
from nrm.conferences.page import ConferencePage, DecisionLine, PointLine, conference_page
from nrm.languages.choice import html_tag
from nrm.lib.typesetting import Part, Sheet, typeset
from workflows.attendance import TAKING_PART
from workflows.conference import ConferenceState


def printed_minutes(conference: Conference, standing: Standing) -> bytes:
    """A PDF in the reader's language. `NotPermitted` to who reads no minutes, `NotYet` before they are agreed."""
    part = selectors.own_part(conference, standing)
    if not (selectors.leads(standing) or (part and part.state in TAKING_PART)):
        raise NotPermitted
    if conference.state != ConferenceState.CLOSED:
        raise NotYet(_("The minutes are not agreed yet."))
    return typeset(sheet_of(conference_page(conference, standing)))


def sheet_of(page: ConferencePage) -> Sheet:
    return Sheet(
        tag=html_tag(),
        heading=pgettext("case conference", "Minutes"),
        parts=list(_parts(page)),
        foot=[_("Only for who took part. Keep it locked up, and destroy it when it is no longer needed.")],
    )


def _parts(page: ConferencePage) -> Iterator[Part]:
    conference = page.conference
    starts = timezone.localtime(conference.starts_at)
    when = f"{date_format(starts, 'DATE_FORMAT')}, {date_format(starts, 'TIME_FORMAT')}"
    yield Part(conference.case.code, [when, str(conference.get_how_display())])
    there = [line.name for line in page.guests if line.guest.state == "attended"]
    yield Part(_("Who was there"), points=[page.runs_it, *there])
    for line in page.points:
        if line.is_shared and line.is_written:
            yield Part(str(line.label), list(_said(line)))
    if page.decisions:
        yield Part(_("What was decided"), points=[_decided(line) for line in page.decisions])


def _said(line: PointLine) -> Iterator[str]:
    if line.was_put_off:
        yield pgettext("agenda", "It was put off")
    if line.said:
        yield from line.said.text.splitlines()
    for addition in line.additions:
        named = {"day": date_format(timezone.localtime(addition.at), "DATE_FORMAT"), "text": addition.text}
        yield _("Added on %(day)s: %(text)s") % named


def _decided(line: DecisionLine) -> str:
    named = {
        "sentence": line.sentence,
        "who": line.person or line.owner or _("Another organisation"),
        "day": date_format(line.decision.due_on, "DATE_FORMAT"),
    }
    return _("%(sentence)s (%(who)s, until %(day)s)") % named
