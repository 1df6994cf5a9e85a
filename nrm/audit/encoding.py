"""The canonical bytes of an event, a checkpoint and a history row, and their hashes. Pure: no database, no settings.

Every message starts with its domain and a version byte, and every field is preceded by its length, so no two different
facts share an encoding and a hash of one kind can never pass as one of another. The golden vectors are in
`tests/audit/test_encoding.py`; changing any of this means a new version, never an edit.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

VERSION = 1
EVENT_DOMAIN = b"nrm.audit.event"
CHECKPOINT_DOMAIN = b"nrm.audit.checkpoint"
HISTORY_DOMAIN = b"nrm.audit.history"

#: What the first event calls its predecessor.
GENESIS = hashlib.sha256(b"nrm.audit.genesis").digest()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CODE = re.compile(r"[A-Za-z0-9_.:/+=-]{0,200}")


class HistoryDigest(NamedTuple):
    """Which history row an event belongs to, and what it said."""

    table: str
    history_id: str
    digest: str


class Recorded(Protocol):
    """The columns of an event that its hash covers: all of them but the hash itself."""

    sequence: int
    at: datetime
    user_id: UUID | None
    membership_id: UUID | None
    organisation_id: UUID | None
    role: str
    action: str
    outcome: str
    case_code: str
    subject: str
    data: Any
    history: Any
    previous: Any


def packed(domain: bytes, fields: Iterable[bytes | None]) -> bytes:
    """Domain, version byte, then each field as a presence byte, four bytes of length and the bytes themselves."""
    parts = [len(domain).to_bytes(1, "big"), domain, VERSION.to_bytes(1, "big")]
    parts += (b"\x00" if field is None else b"\x01" + len(field).to_bytes(4, "big") + field for field in fields)
    return b"".join(parts)


def event_hash(event: Recorded) -> bytes:
    fields = (
        _number(event.sequence),
        _time(event.at),
        _identifier(event.user_id),
        _identifier(event.membership_id),
        _identifier(event.organisation_id),
        event.role.encode(),
        event.action.encode(),
        event.outcome.encode(),
        event.case_code.encode(),
        event.subject.encode(),
        canonical_json(event.data),
        canonical_json(event.history),
        bytes(event.previous),
    )
    return hashlib.sha256(packed(EVENT_DOMAIN, fields)).digest()


def checkpoint_message(sequence: int, head: bytes, at: datetime) -> bytes:
    """The bytes that are signed: how many events there were, the hash of the last one, and when."""
    return packed(CHECKPOINT_DOMAIN, (_number(sequence), head, _time(at)))


def row_digest(table: str, columns: Sequence[tuple[str, str | None]]) -> str:
    """The digest of a history row from its columns as PostgreSQL writes them, in the order of their names.

    An empty (NULL) column is left out, so that a later migration may add a nullable column without touching what was
    recorded; emptying or filling a column still changes the digest.
    """
    fields = [table.encode()]
    for name, value in sorted(columns):
        if value is not None:
            fields += [name.encode(), value.encode()]
    return hashlib.sha256(packed(HISTORY_DOMAIN, fields)).hexdigest()


def canonical_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def codes_only(value: Any) -> Any:
    """`value` as plain JSON, or ValueError: an event holds codes, ids and counts, never names or sentences."""
    match value:
        case None | bool() | int():
            return value
        case UUID():
            return str(value)
        case str() if _CODE.fullmatch(value):
            return str(value)
        case Mapping():
            return {codes_only(str(key)): codes_only(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            items = [codes_only(item) for item in value]
            return sorted(items) if isinstance(value, set | frozenset) else items
    raise ValueError(f"An audit event holds codes and ids only, not this {type(value).__name__}.")


def _number(value: int) -> bytes:
    return value.to_bytes(8, "big")


def _time(value: datetime) -> bytes:
    """Microseconds since 1970 in UTC."""
    return ((value - _EPOCH) // timedelta(microseconds=1)).to_bytes(8, "big", signed=True)


def _identifier(value: UUID | None) -> bytes | None:
    return None if value is None else value.bytes
