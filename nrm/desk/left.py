"""What had left before sharing ended: for who leads the case, and for who has to stop using it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotVisible
from nrm.access.rows import seen_by_the_service
from nrm.cases.models import Case, Consent, DataCategory
from nrm.cases.selectors import codes_with_work_for, consent_for, require
from nrm.cases.selectors.consent import basis_for, labels, recipient_of, record_named, still_shared
from nrm.cases.selectors.left import left_before
from nrm.desk.readers import Reading, told_to
from nrm.tasks.kinds import TaskKind
from nrm.tasks.models import Task
from nrm.tasks.selectors import open_tasks_for

#: The newest matter most; the readers page has them all.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Left:
    case: Case
    recipient: str | Promise
    shared: list[str | Promise]
    is_live: bool
    lines: list[Reading]
    is_cut: bool


def left_on(actor: Actor, pk: UUID) -> Left:
    """What was opened on a consent or on a legal basis, newest first. `NotVisible` to strangers, `NotPermitted` to all
    but the lead."""
    record, standing = _shared_on(actor, pk)
    require(standing, Permission.SEE_READERS)
    events = list(left_before(record, record.recipients())[: SHOWN + 1])
    return Left(
        case=record.case,
        recipient=recipient_of(record),
        shared=labels(record.categories),
        is_live=record.is_live,
        lines=told_to(standing, record.case, events[:SHOWN]),
        is_cut=len(events) > SHOWN,
    )


def _shared_on(actor: Actor, pk: UUID) -> Any:
    try:
        return consent_for(actor, pk)
    except NotVisible:
        return basis_for(actor, pk)


@dataclass(frozen=True, slots=True)
class ToStop:
    """What an organisation has to stop using. Nothing of the case beyond its code and the kinds of data."""

    task: Task
    by_the_person: bool
    no_longer: list[str | Promise]
    still: list[str | Promise]


def to_stop(actor: Actor, task_id: UUID) -> ToStop:
    """`NotVisible` unless the task waits for this actor."""
    task = open_tasks_for(actor, codes_with_work_for(actor)).filter(pk=task_id, kind=TaskKind.STOP_USING).first()
    if task is None:
        raise NotVisible
    with seen_by_the_service():  # Whoever is asked may stand outside of the case by now; the task lets them know this.
        record = record_named(task.subject)
        still = still_shared(record.case, actor.organisation_id) if record is not None else set()
    if record is None:
        raise NotVisible
    return ToStop(
        task=task,
        by_the_person=isinstance(record, Consent),
        no_longer=labels(category for category in record.categories if category not in still),
        still=labels(category.value for category in DataCategory if category.value in still),
    )
