"""Add to the event chain. Nothing here changes or removes what is there; nothing anywhere can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models, transaction

from nrm.access.actor import Actor
from nrm.access.rows import seen_by_the_service
from nrm.audit import codes, encoding, verifier
from nrm.audit import history as history_rows
from nrm.audit.checkpoints import Statement, signed
from nrm.audit.codes import Code, Outcome
from nrm.audit.encoding import GENESIS, HistoryDigest
from nrm.audit.models import Checkpoint, Event, Head

__all__ = [
    "HistoryDigest",
    "Outcome",
    "append",
    "ensure_head",
    "history_digest",
    "make_checkpoint",
    "record",
    "verify_chain",
]

#: Qualified, so that no function of this name in another schema can answer instead.
SERVER_CLOCK = "pg_catalog.clock_timestamp()"
#: The lock is taken inside the CTE, so the clock is read after waiting for it and time runs with the chain.
LOCK_HEAD = f"""
WITH head AS MATERIALIZED (SELECT sequence, hash FROM audit_head WHERE id = 1 FOR UPDATE)
SELECT sequence, hash, {SERVER_CLOCK} FROM head
"""  # noqa: S608  a constant


class OutsideTransaction(RuntimeError):
    """An event must stand or fall with the act it tells of."""


class HeadMissing(RuntimeError):
    """The chain has no head: the database was not migrated, or was tampered with."""


def append(
    action: str,
    *,
    by: Actor | None,
    case_code: str = "",
    subject: str = "",
    outcome: Outcome = Outcome.DONE,
    data: Mapping[str, Any] | None = None,
    history: Sequence[HistoryDigest] = (),
) -> Event:
    """Adds an event inside the caller's transaction, as its last statement.

    Locks the head until the transaction ends: everybody who appends waits, so no slow work may follow.
    ValueError for an unknown action or for data that is not codes and ids.
    """
    codes.require_known(action)
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(f"{action} was to be recorded outside a transaction.")
    fields = {
        "user_id": by.user_id if by else None,
        "membership_id": by.membership_id if by else None,
        "organisation_id": by.organisation_id if by else None,
        "role": by.role.value if by else "",
        "action": str(action),
        "outcome": Outcome(outcome).value,
        "case_code": encoding.codes_only(case_code),
        "subject": encoding.codes_only(subject),
        "data": encoding.codes_only(data or {}),
        "history": [list(digest) for digest in history],
    }
    sequence, previous, at = _locked_head()
    event = Event(sequence=sequence + 1, at=at, previous=previous, **fields)
    event.hash = encoding.event_hash(event)
    event.save(force_insert=True)
    Head.objects.filter(pk=1).update(sequence=event.sequence, hash=event.hash)
    return event


def record(
    action: str,
    *,
    by: Actor | None,
    case_code: str = "",
    subject: str = "",
    outcome: Outcome = Outcome.DONE,
    data: Mapping[str, Any] | None = None,
    history: Sequence[HistoryDigest] = (),
) -> Event:
    """`append` in a transaction of its own: for reads, refusals and sign-ins, where there is no other act."""
    with transaction.atomic():
        return append(action, by=by, case_code=case_code, subject=subject, outcome=outcome, data=data, history=history)


def history_digest(history_row: models.Model) -> HistoryDigest:
    """What the database holds in this history row now, all columns; to be handed to `append`."""
    return history_rows.digest_of(history_row)


def make_checkpoint(*, by: Actor) -> Statement:
    """Signs the present end of the chain and keeps a copy; the one that counts is held outside."""
    with transaction.atomic():
        sequence, head, at = _locked_head()
        statement = signed(sequence, head, at)
        Checkpoint.objects.create(sequence=sequence, hash=head, at=at, signature=statement.signature, key=statement.key)
        append(Code.AUDIT_CHECKPOINT_MADE, by=by, data={"events": sequence, "head": head.hex()})
    return statement


def verify_chain(*, by: Actor, outside: Iterable[Statement] = ()) -> verifier.Report:
    """Replays the chain and records that and with what result it was done."""
    with seen_by_the_service():  # The former values of every record, of which only digests are compared.
        report = verifier.verify(outside)
    record(
        Code.AUDIT_VERIFIED,
        by=by,
        outcome=Outcome.DONE if report.is_in_order else Outcome.FAILED,
        data={"events": report.events, "faults": report.faults, "head": report.head.hex()},
    )
    return report


def ensure_head() -> None:
    """Creates the head of an empty chain. Never papers over a head that went missing from a chain with events."""
    if not Head.objects.exists():
        if Event.objects.exists():
            raise HeadMissing("The chain has events but no head.")
        Head.objects.bulk_create([Head(sequence=0, hash=GENESIS)], ignore_conflicts=True)


def _locked_head() -> tuple[int, bytes, datetime]:
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(LOCK_HEAD)
        row = cursor.fetchone()
    if row is None:
        raise HeadMissing("The chain has no head.")
    sequence, previous, at = row
    return sequence, bytes(previous), at
