"""Reading the chain: a page of it for the auditor, and whether it looks in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from nrm.access.roles import Role
from nrm.audit.codes import Code, Group, Outcome, describe
from nrm.audit.encoding import GENESIS, event_hash
from nrm.audit.models import Checkpoint, Event, Head
from nrm.audit.withheld import codes_withheld_from

PAGE = 50
#: Digits of the greatest number that is surely within the column.
LONGEST_SEQUENCE = 18


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What the auditor looks for; an empty field asks for everything."""

    case_code: str = ""
    group: str = ""
    outcome: str = ""
    user_id: UUID | None = None
    since: date | None = None
    until: date | None = None

    def as_q(self) -> Q:
        wanted = Q()
        if self.case_code:
            wanted &= Q(case_code=self.case_code)
        if self.group:
            wanted &= reduce(or_, (_begins_with(prefix) for prefix in sorted(Group(self.group).prefixes)))
        if self.outcome:
            wanted &= Q(outcome=self.outcome)
        if self.user_id:
            wanted &= Q(user_id=self.user_id)
        if self.since:
            wanted &= Q(at__gte=_midnight(self.since))
        if self.until:
            wanted &= Q(at__lt=_midnight(self.until + timedelta(days=1)))
        return wanted


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event as the auditor sees it: who by role and number, never by name."""

    sequence: int
    at: datetime
    sentence: str | Promise
    action: str
    outcome: str
    outcome_label: str | Promise
    role: str | Promise
    user_id: UUID | None
    case_code: str
    subject: str
    data: list[tuple[str, Any]]
    history_rows: int
    hash: str

    @property
    def exactly(self) -> str:
        """To the microsecond and in UTC, as it is hashed."""
        return self.at.isoformat()

    @property
    def short_user(self) -> str:
        return str(self.user_id)[:8] if self.user_id and self.user_id.int else ""


@dataclass(frozen=True, slots=True)
class EventPage:
    lines: list[EventLine]
    #: Where the next, older page begins; None on the last.
    older_than: int | None
    #: Whether the reader is kept away from some cases, of which nothing is listed.
    withholds: bool = False


@dataclass(frozen=True, slots=True)
class Verification:
    at: datetime
    is_in_order: bool
    events: int
    faults: int


@dataclass(frozen=True, slots=True)
class ChainState:
    events: int
    head: str
    checkpoint_at: datetime | None
    checkpoint_events: int | None
    verification: Verification | None

    @property
    def short_head(self) -> str:
        return self.head[:16]


def events_page(wanted: EventFilter, *, reader: UUID, before: int | None = None, size: int = PAGE) -> EventPage:
    """Newest first; `before` is the `older_than` of the page that was shown. Without the cases that a conflict of
    interest keeps the reader away from."""
    withheld = codes_withheld_from(reader)
    events = Event.objects.filter(wanted.as_q()).exclude(case_code__in=withheld).order_by("-sequence")
    if before is not None:
        events = events.filter(sequence__lt=before)
    found = list(events[: size + 1])
    lines = [_line(event) for event in found[:size]]
    return EventPage(lines, lines[-1].sequence if len(found) > size else None, bool(withheld))


def as_sequence(text: str) -> int | None:
    """The place in the chain that an address names; None when it names none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_SEQUENCE else None


def head_is_in_order() -> bool:
    """A cheap sign of health, two short queries: the head is the last event, and that event has the hash it should."""
    head = Head.objects.first()
    last = Event.objects.order_by("-sequence").first()
    if head is None:
        return False
    if last is None:
        return head.sequence == 0 and bytes(head.hash) == GENESIS
    return head.sequence == last.sequence and bytes(head.hash) == bytes(last.hash) == event_hash(last)


def chain_state() -> ChainState:
    head = Head.objects.first()
    checkpoint = Checkpoint.objects.order_by("-sequence").first()
    return ChainState(
        events=head.sequence if head else 0,
        head=bytes(head.hash).hex() if head else "",
        checkpoint_at=checkpoint.at if checkpoint else None,
        checkpoint_events=checkpoint.sequence if checkpoint else None,
        verification=last_verification(),
    )


def last_verification() -> Verification | None:
    event = Event.objects.filter(action=Code.AUDIT_VERIFIED).order_by("-sequence").first()
    if event is None:
        return None
    data = cast(Mapping[str, int], event.data)
    return Verification(event.at, event.outcome == Outcome.DONE, data["events"], data["faults"])


def _begins_with(prefix: str) -> Q:
    return Q(action__startswith=f"{prefix}.") | Q(action=prefix)


def _line(event: Event) -> EventLine:
    return EventLine(
        sequence=event.sequence,
        at=event.at,
        sentence=describe(event.action),
        action=event.action,
        outcome=event.outcome,
        outcome_label=Outcome(event.outcome).label,
        role=Role(event.role).label if event.role in Role.values else event.role,
        user_id=event.user_id,
        case_code=event.case_code,
        subject=event.subject,
        data=sorted(event.data.items()),
        history_rows=len(event.history),
        hash=bytes(event.hash).hex(),
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001  # made aware in the same line
