"""The timeline of a case: acts from the audit chain with reasons from the history, as far as they are shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q, Value
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.roles import Role
from nrm.accounts.selectors import names_of
from nrm.audit.codes import Code, Outcome, label_of, steps
from nrm.audit.models import Event
from nrm.cases.documents import blocks_hidden
from nrm.cases.lifecycle import place_of_reason
from nrm.cases.models import Case
from nrm.cases.selectors import cases_visible_to
from nrm.cases.selectors.left import had_left
from nrm.vault.fields import opened_at
from nrm.vault.sealing import Place
from workflows.registry import MACHINES

SIZE = 30
#: Reading is kept in the chain but would drown what happened.
QUIET = (
    Code.CASE_READ,
    Code.CASE_LISTED,
    Code.CASE_AMENDED,
    Code.SCREENING_ANSWERED,
    Code.SCREENING_READ,
    Code.PLACEMENT_READ,
    Code.SUPPORT_READ,
    Code.EPISODE_READ,
    Code.PLAN_READ,
    Code.CONFERENCE_READ,
    Code.TASK_READ,
    Code.REFERRAL_READ,
    Code.CONSENT_READ,
    Code.HISTORY_READ,
    Code.DOCUMENT_READ,
    Code.REQUEST_REFUSED,
)
#: Who is not a clinician of the case knows that a service is given, not when somebody came and what was noted.
CLINICAL = (Code.EPISODE_NOTED, Code.APPOINTMENT_ADDED, Code.APPOINTMENT_CHANGED)
#: Acts that name another case.
OF_TWO_CASES = (Code.CASE_MERGED_HERE, Code.CASE_MERGED_HERE_UNDONE, "merge.begin")
#: Rooms whose reasons the lead team reads; clinical reasons stay with the clinicians.
REASONS_SHARED = ("cases_", "identification_", "referrals_", "placements_", "reintegration_", "conferences_")


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    sentence: str | Promise
    who: str | Promise
    detail: str = ""
    icon: str = "circle"
    tone: str = "quiet"


def timeline_of(case: Case, standing: Standing) -> list[Moment] | None:
    """Newest first. The lead sees the whole case with reasons, the coordinator its steps, others what their
    organisation did; None for who may see no part of it."""
    hidden = QUIET if standing.may(Permission.SEE_CLINICAL) else (*QUIET, *CLINICAL)
    events = Event.objects.filter(case_code=case.code, outcome=Outcome.DONE).exclude(action__in=hidden)
    if not standing.may(Permission.SEE_CONFLICTS):
        events = events.exclude(action__startswith="bar.")
    events = events.exclude(unseen_documents(standing))
    if standing.may(Permission.SEE_NOTES):
        return _moments(case, list(events.order_by("-sequence")[:SIZE]), reader=standing.actor)
    if standing.may(Permission.SEE_HISTORY):
        return _moments(case, list(events.filter(action__in=steps()).order_by("-sequence")[:SIZE]), with_names=False)
    if standing.may(Permission.SEE_OWN_HISTORY):
        own = events.filter(organisation_id=standing.actor.organisation_id)
        return _moments(case, list(own.order_by("-sequence")[:SIZE]))
    return None


def unseen_documents(standing: Standing) -> Q:
    """The acts on documents of parts that the reader does not see: they do not learn that there are any."""
    return Q(action__startswith="document.", data__block__in=blocks_hidden(standing))


def _moments(case: Case, events: list[Event], *, with_names: bool = True, reader: Actor | None = None) -> list[Moment]:
    """With reasons, and the codes of other cases that this reader sees, where a reader is given."""
    names = names_of({event.user_id for event in events if event.user_id}) if with_names else {}
    reasons = {**_others(events, reader), **had_left(events), **_reasons(case, events)} if reader else {}
    return [
        Moment(
            at=event.at,
            sentence=_sentence(event.action),
            who=_who(event, names),
            detail=reasons.get(event.sequence, ""),
            icon="arrow-right" if event.action in steps() else "circle",
            tone="accent" if event.action.startswith(("case.", "status.")) else "quiet",
        )
        for event in events
    ]


def _sentence(action: str) -> str | Promise:
    """A step of the case or its status speaks for itself; a step of another record says of which kind."""
    machine, _dot, _name = action.partition(".")
    if action not in steps() or machine in {"case", "status"}:
        return label_of(action)
    return _("%(record)s: %(step)s") % {"record": MACHINES[machine].title, "step": label_of(action)}


def _who(event: Event, names: Mapping[UUID, str]) -> str | Promise:
    if event.user_id and event.user_id in names:
        return names[event.user_id]
    return Role(event.role).label if event.role else ""


def _others(events: Iterable[Event], reader: Actor) -> dict[int, str]:
    """Which other case an event tells of, where the reader sees that one too; no query where there is none."""
    codes = {event.sequence: str(event.data["with"]) for event in events if event.action in OF_TWO_CASES}
    if not codes:
        return {}
    seen = set(cases_visible_to(reader).filter(code__in=codes.values()).values_list("code", flat=True))
    return {sequence: code for sequence, code in codes.items() if code in seen}


def _reasons(case: Case, events: Iterable[Event]) -> dict[int, str]:
    """The reason of each event that has one, by its sequence; one query whatever the number of history tables."""
    wanted: dict[str, dict[int, int]] = defaultdict(dict)
    for event in events:
        for table, history_id, _digest in event.history[:1]:
            if table.startswith(REASONS_SHARED) and keeps_reasons(history_model(table)):
                wanted[table][int(history_id)] = event.sequence
    found = [_with_reason(table, rows) for table, rows in sorted(wanted.items())]
    return {
        wanted[table][history_id]: opened_at(case.person, _place(table, pk, version), sealed)
        for table, history_id, pk, version, sealed in (found[0].union(*found[1:], all=True) if found else ())
    }


def keeps_reasons(model: Any) -> bool:
    """A reason is bound to a version: what is written once and never changed has none."""
    return "version" in {field.name for field in model._meta.concrete_fields}


def _with_reason(table: str, rows: Iterable[int]) -> Any:
    rows_with = history_model(table).objects.filter(history_id__in=rows, history_change_reason__isnull=False)
    return rows_with.order_by().values_list(Value(table), "history_id", "id", "version", "history_change_reason")


def _place(table: str, pk: UUID, version: int) -> Place:
    return place_of_reason(history_model(table).instance_type(pk=pk), version)


@cache
def history_model(table: str) -> Any:
    return next(model for model in apps.get_models() if model._meta.db_table == table)
