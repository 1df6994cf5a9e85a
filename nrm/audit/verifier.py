"""Replays the whole chain and says exactly what does not fit.

Checked: every column of every event against its hash, every link, the numbering, the head, every checkpoint (our own
and those brought from outside), that each history row an event names still says what it said, and that no history row
exists without exactly one event. Reads in batches, holds one batch in memory, sees one moment of the database.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, models, transaction

from nrm.audit import encoding, history
from nrm.audit.checkpoints import Statement
from nrm.audit.faults import Fault, Finding
from nrm.audit.models import Checkpoint, Event, Head

BATCH = 500
#: More than this is not worth reading; the total is still counted.
FINDINGS_KEPT = 200


@dataclass(slots=True)
class Report:
    events: int = 0
    history_rows: int = 0
    checkpoints: int = 0
    head: bytes = encoding.GENESIS
    faults: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_in_order(self) -> bool:
        return self.faults == 0

    def add(self, finding: Finding) -> None:
        self.faults += 1
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(finding)


def verify(outside: Iterable[Statement] = ()) -> Report:
    """`outside` are checkpoints kept where nobody who runs this service can reach them."""
    report = Report()
    with _one_moment():
        for finding in _all_findings(report, sorted(outside, key=_place)):
            report.add(finding)
    return report


def _all_findings(report: Report, outside: Sequence[Statement]) -> Iterator[Finding]:
    replay = Replay(heapq.merge(_own_checkpoints(), outside, key=_place))
    tables = history.historical_models()
    for batch in _batches(Event.objects.order_by("sequence").iterator(chunk_size=BATCH)):
        for event in batch:
            yield from replay.take(event)
        report.events += len(batch)
        report.history_rows += sum(len(event.history) for event in batch)
        yield from _history_findings(batch, tables)
    yield from replay.end(Head.objects.first())
    report.checkpoints, report.head = replay.checkpoints, replay.hash
    yield from _unreconciled(tables)


class Replay:
    """Walks the chain once, event by event, and the checkpoints beside it."""

    def __init__(self, statements: Iterator[Statement]) -> None:
        self.sequence, self.hash = 0, encoding.GENESIS
        self.checkpoints = 0
        self._statements = statements
        self._next = next(statements, None)

    def take(self, event: Event) -> Iterator[Finding]:
        """After a fault the walk goes on from what is stored, so that each fault is told once."""
        yield from self._checkpoints_here()
        if event.sequence != self.sequence + 1:
            yield _gap(self.sequence + 1, event.sequence - 1)
        elif bytes(event.previous) != self.hash:
            yield Finding(Fault.LINK_BROKEN, event=event.sequence)
        if _hash_or_none(event) != bytes(event.hash):
            yield Finding(Fault.EVENT_ALTERED, event=event.sequence)
        self.sequence, self.hash = event.sequence, bytes(event.hash)

    def end(self, head: Head | None) -> Iterator[Finding]:
        yield from self._checkpoints_here()
        while self._next is not None:
            yield from self._signature(self._next)
            yield Finding(Fault.CHECKPOINT_CUT, event=self._next.sequence, last=self.sequence)
            self._advance()
        if head is None:
            yield Finding(Fault.HEAD_MISSING)
        elif head.sequence != self.sequence:
            yield Finding(Fault.HEAD_ELSEWHERE, event=head.sequence, last=self.sequence)
        elif bytes(head.hash) != self.hash:
            yield Finding(Fault.HEAD_ALTERED, event=head.sequence)

    def _checkpoints_here(self) -> Iterator[Finding]:
        """Those made up to the event last taken; one whose event is missing is told of by the gap."""
        while self._next is not None and self._next.sequence <= self.sequence:
            yield from self._signature(self._next)
            if self._next.sequence == self.sequence and self._next.hash != self.hash:
                yield Finding(Fault.CHECKPOINT_REWRITTEN, event=self.sequence)
            self._advance()

    def _signature(self, statement: Statement) -> Iterator[Finding]:
        if not statement.is_genuine():
            yield Finding(Fault.CHECKPOINT_FORGED, event=statement.sequence)

    def _advance(self) -> None:
        self.checkpoints += 1
        self._next = next(self._statements, None)


def _history_findings(events: Sequence[Event], tables: dict[str, type[models.Model]]) -> Iterator[Finding]:
    """The history rows these events name, each against the digest recorded for it; one query a table."""
    claims: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for event in events:
        for table, row, digest in event.history:
            claims[table].append((event.sequence, row, digest))
    for table, claimed in sorted(claims.items()):
        if table not in tables:
            yield from (Finding(Fault.HISTORY_UNKNOWN, event=sequence, table=table) for sequence, _, _ in claimed)
            continue
        present = {found.history_id: found.digest for found in history.digests(tables[table], [c[1] for c in claimed])}
        for sequence, row, digest in claimed:
            if row not in present:
                yield Finding(Fault.HISTORY_GONE, event=sequence, table=table, row=row)
            elif present[row] != digest:
                yield Finding(Fault.HISTORY_ALTERED, event=sequence, table=table, row=row)


def _unreconciled(tables: dict[str, type[models.Model]]) -> Iterator[Finding]:
    """History rows that no event, or more than one, accounts for: a change that went around the actions."""
    if not tables:
        return
    rows = " UNION ALL ".join(
        f'SELECT \'{table}\' AS place, "{model._meta.pk.column}"::text AS row FROM "{table}"'  # noqa: S608
        for table, model in sorted(tables.items())
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH claims AS (
                SELECT entry->>0 AS place, entry->>1 AS row, count(*) AS times, min(sequence) AS first,
                       max(sequence) AS last
                FROM audit_event CROSS JOIN LATERAL jsonb_array_elements(history) AS entry GROUP BY 1, 2
            )
            SELECT place, row, times, first, last FROM ({rows}) AS kept LEFT JOIN claims USING (place, row)
            WHERE times IS DISTINCT FROM 1 ORDER BY place, row
            """  # noqa: S608  # names from the models
        )
        while found := cursor.fetchmany(BATCH):
            for table, row, times, first, last in found:
                fault = Fault.HISTORY_TWICE if times else Fault.HISTORY_UNCLAIMED
                yield Finding(fault, event=first, last=last, table=table, row=row)


def _gap(first: int, last: int) -> Finding:
    return Finding(Fault.EVENT_MISSING, event=first) if first == last else Finding(Fault.EVENTS_MISSING, first, last)


def _hash_or_none(event: Event) -> bytes | None:
    """None when a column holds what no event can hold, such as a number the encoding has no room for."""
    try:
        return encoding.event_hash(event)
    except (AttributeError, OverflowError, TypeError, ValueError):
        return None


def _own_checkpoints() -> Iterator[Statement]:
    for kept in Checkpoint.objects.order_by("sequence").iterator(chunk_size=BATCH):
        yield Statement(kept.sequence, bytes(kept.hash), kept.at, bytes(kept.signature), kept.key)


def _place(statement: Statement) -> int:
    return statement.sequence


def _batches(events: Iterator[Event]) -> Iterator[list[Event]]:
    while batch := list(islice(events, BATCH)):
        yield batch


@contextmanager
def _one_moment() -> Iterator[None]:
    """A snapshot, so that what is appended meanwhile does not look like a fault."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
