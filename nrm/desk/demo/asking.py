"""Chapters of what colleagues ask of each other: tasks that no machine knows, and a note that is not finished."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from nrm.access.actor import Actor
from nrm.cases import actions as cases
from nrm.desk.demo.life import Life
from nrm.drafts import actions as drafts
from nrm.drafts.contents import Contents
from nrm.drafts.selectors import as_arguments, page_of
from nrm.drafts.slips import Slip
from nrm.tasks.models import Task

Waits = Iterator[timedelta]

NOTE_FORM = "cases:add_note"


def tasks_given(life: Life) -> Waits:
    """One is late by now, one lies with a colleague, one was put off."""
    yield life.world.until_before_end(timedelta(days=5))
    end, colleague = life.world.end, life.colleague
    late = _given(life, due_at=end - timedelta(days=2))
    soon = _given(life, due_at=end + timedelta(days=3))
    yield life.minutes(60, 200)
    cases.hand_on_task(soon.pk, by=life.worker, to=colleague.user_id, reason=life.text("handed_on"), expected=None)
    yield life.days(1)
    cases.comment_on_task(late.pk, by=colleague, text=life.text("remark"))
    yield life.world.until_before_end(timedelta(days=1))
    _given(life, due_at=end + timedelta(hours=3), to=life.worker.user_id)
    waits = _given(life, due_at=end + timedelta(days=6))
    yield life.minutes(60, 200)
    cases.put_off_task(waits.pk, by=life.worker, until=end + timedelta(days=4), reason=life.text("put_off"))
    yield life.minutes(10, 30)


def _given(life: Life, *, due_at: datetime, to: UUID | None = None) -> Task:
    own = life.worker.organisation_id
    return cases.give_task(
        life.case, by=life.worker, organisation_id=own, text=life.text("to_do"), due_at=due_at, user_id=to
    )


def note_begun(life: Life) -> Waits:
    """The telephone rang; what was typed is kept."""
    yield life.world.until_before_end(timedelta(hours=2))
    slip = _slip(life.worker, life.code)
    drafts.keep(slip, Contents((("body", (life.text("unfinished"),)),)), by=life.worker)
    yield life.minutes(10, 30)


def _slip(actor: Actor, code: str) -> Slip:
    """As the page of the form carries it."""
    arguments = as_arguments({"code": code})
    return Slip(
        author=str(actor.user_id),
        membership=str(actor.membership_id),
        form=NOTE_FORM,
        arguments=arguments,
        case_code=code,
        follows_case=True,
        page=page_of(None, NOTE_FORM, arguments),
    )
