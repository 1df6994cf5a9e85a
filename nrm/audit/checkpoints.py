"""Signed statements of how long the chain was and how it ended.

Who holds one outside can tell later whether the tail was cut, the chain rewritten or an older copy restored: none of
which the chain alone can show. A statement carries no personal data.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from nrm.audit.encoding import VERSION, checkpoint_message

LOG = "nrm.audit"


@dataclass(frozen=True, slots=True)
class Statement:
    """The chain held `sequence` events at `at` and the last one had `hash`; `key` is the public key that signed."""

    sequence: int
    hash: bytes
    at: datetime
    signature: bytes
    key: str

    def is_genuine(self) -> bool:
        """Signed, and by a key this service trusts: its present one or a former one the operator has named."""
        if self.key not in trusted_keys():
            return False
        message = checkpoint_message(self.sequence, self.hash, self.at)
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key)).verify(self.signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def as_line(self) -> str:
        """One line of JSON, for a holder outside."""
        content = {
            "log": LOG,
            "version": VERSION,
            "sequence": self.sequence,
            "hash": self.hash.hex(),
            "at": self.at.isoformat(),
            "key": self.key,
            "signature": self.signature.hex(),
        }
        return json.dumps(content, sort_keys=True)


def signed(sequence: int, head: bytes, at: datetime) -> Statement:
    key = _private_key()
    return Statement(sequence, head, at, key.sign(checkpoint_message(sequence, head, at)), _public(key))


def from_lines(text: str) -> Iterator[Statement]:
    """The statements of an exported file, one a line. ValueError when a line is not one."""
    for line in filter(str.strip, text.splitlines()):
        try:
            content = json.loads(line)
            if content["log"] != LOG or content["version"] != VERSION:
                raise ValueError("another log or version")
            yield Statement(
                sequence=int(content["sequence"]),
                hash=bytes.fromhex(content["hash"]),
                at=datetime.fromisoformat(content["at"]),
                signature=bytes.fromhex(content["signature"]),
                key=str(content["key"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"This is no checkpoint of the audit log ({error}).") from error


def trusted_keys() -> frozenset[str]:
    return frozenset({_public(_private_key()), *settings.NRM_CHECKPOINT_FORMER_KEYS})


def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(settings.NRM_CHECKPOINT_KEY))


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()
