"""How a person's data is sealed: AES-256-GCM under a key of the person's own, wrapped by a key outside the database.

A sealed value is `format byte ‖ nonce ‖ ciphertext and tag`. What it is bound to (associated data) is not stored but
rebuilt on opening, so a value moved to another row, column, person or data key does not open. The inventory of keys
is docs/keys.md.
"""

from __future__ import annotations

import base64
import binascii
import os
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

FORMAT = 1
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
SMALLEST_SEALED = 1 + NONCE_BYTES + TAG_BYTES

VALUE = b"nrm.vault/value"
DATA_KEY = b"nrm.vault/data-key"


class SealBroken(Exception):
    """A sealed value did not open: altered, moved, or its key is gone. Says where it was, and no part of the text."""

    def __init__(self, sentence: str = "", place: Place | None = None) -> None:
        self.place = place
        #: Whether it is in the audit trail already.
        self.is_recorded = False
        super().__init__(sentence)


class KeyMissing(SealBroken):
    """The wrapping key that a person's data key needs is not in `NRM_VAULT_KEYS`."""


class Erased(SealBroken):
    """The person was erased: their data key is destroyed, so nothing of theirs opens again. Not a fault."""

    def __init__(self, at: datetime | None) -> None:
        self.at = at
        super().__init__("The data key was destroyed.")

    @property
    def sentence(self) -> str:
        """What a page says in place of what was erased."""
        return erased_on(self.at) if self.at else _("Erased")


def erased_on(at: datetime) -> str:
    return _("Erased on %(date)s") % {"date": date_format(localtime(at), "DATE_FORMAT")}


class KeysMalformed(ValueError):
    """`NRM_VAULT_KEYS` or `NRM_INDEX_KEY` cannot be read. Names the key's id, never its value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs. It opens nowhere else."""

    table: str
    column: str
    row: str


class KeyHolder(Protocol):
    """What sealing needs of `vault.Person`."""

    @property
    def id(self) -> UUID: ...
    @property
    def wrapped_key(self) -> bytes | memoryview: ...
    @property
    def key_id(self) -> str: ...
    @property
    def key_version(self) -> int: ...


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A person's data key as it may be stored, and the id of the key that wraps it."""

    wrapped: bytes
    key_id: str


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing(Mapping[str, bytes]):
    """The wrapping keys by id, newest first. Its repr shows ids only."""

    pairs: tuple[tuple[str, bytes], ...]

    @property
    def newest(self) -> str:
        return self.pairs[0][0]

    def __getitem__(self, key_id: str) -> bytes:
        for known, key in self.pairs:
            if known == key_id:
                return key
        raise KeyError(key_id)

    def __iter__(self) -> Iterator[str]:
        return (key_id for key_id, _ in self.pairs)

    def __len__(self) -> int:
        return len(self.pairs)

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self)})"


def key_from_base64(text: str, called: str) -> bytes:
    """Exactly 32 bytes from strict base64."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KeysMalformed(f"{called} is not base64.") from None
    if len(key) != KEY_BYTES:
        raise KeysMalformed(f"{called} has {len(key)} bytes; it needs {KEY_BYTES}.")
    return key


@lru_cache(maxsize=8)
def parse_key_ring(text: str) -> KeyRing:
    """`id:base64,id2:base64`, newest first."""
    keys: dict[str, bytes] = {}
    for position, entry in enumerate(filter(None, map(str.strip, text.split(","))), start=1):
        key_id, colon, value = entry.partition(":")
        if not colon or not key_id.isidentifier() or len(key_id) > 32:
            raise KeysMalformed(f"Vault key {position} has no id; write it as id:base64, the id like k2026_1.")
        if key_id in keys:
            raise KeysMalformed(f"Vault key id {key_id} is given twice.")
        keys[key_id] = key_from_base64(value, f"Vault key {key_id}")
    if not keys:
        raise KeysMalformed("NRM_VAULT_KEYS is empty.")
    return KeyRing(tuple(keys.items()))


def key_ring() -> KeyRing:
    return parse_key_ring(settings.NRM_VAULT_KEYS)


def bind(*parts: bytes) -> bytes:
    """Length-prefixed concatenation, so that no two different lists of parts give the same bytes."""
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def value_binding(person: KeyHolder, place: Place) -> bytes:
    row = (place.table, place.column, place.row)
    return bind(
        VALUE, bytes([FORMAT]), person.id.bytes, *(part.encode() for part in row), str(person.key_version).encode()
    )


def key_binding(person_id: UUID, key_version: int, key_id: str) -> bytes:
    return bind(DATA_KEY, bytes([FORMAT]), person_id.bytes, str(key_version).encode(), key_id.encode())


def fresh_nonce() -> bytes:
    """Random rather than counted: no state to lose in a restore. 2^32 values under one key are a person's never."""
    return os.urandom(NONCE_BYTES)


def encrypt(key: bytes, text: bytes, binding: bytes) -> bytes:
    nonce = fresh_nonce()
    return bytes([FORMAT]) + nonce + AESGCM(key).encrypt(nonce, text, binding)


def decrypt(key: bytes, sealed: bytes, binding: bytes) -> bytes:
    """The whole text or `SealBroken`; never a part."""
    if not looks_sealed(sealed):
        raise SealBroken("This is not a sealed value of a known format.")
    try:
        return AESGCM(key).decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], binding)
    except InvalidTag:
        raise SealBroken("The seal does not match the value or its place.") from None


def looks_sealed(value: bytes) -> bool:
    return len(value) >= SMALLEST_SEALED and value[0] == FORMAT


def new_data_key(person_id: UUID, key_version: int = 1) -> WrappedKey:
    """A fresh data key for a person, wrapped by the newest wrapping key."""
    return wrap(os.urandom(KEY_BYTES), person_id, key_version)


def wrap(data_key: bytes, person_id: UUID, key_version: int) -> WrappedKey:
    ring = key_ring()
    binding = key_binding(person_id, key_version, ring.newest)
    return WrappedKey(encrypt(ring[ring.newest], data_key, binding), ring.newest)


def unwrap(person: KeyHolder) -> bytes:
    """The data key. `Erased` where it was destroyed, `SealBroken` where it does not open."""
    if len(person.wrapped_key) == 0:
        raise Erased(getattr(person, "erased_at", None))
    ring = key_ring()
    if person.key_id not in ring:
        raise KeyMissing(f"The vault key {person.key_id} is not among the configured keys.")
    binding = key_binding(person.id, person.key_version, person.key_id)
    return decrypt(ring[person.key_id], bytes(person.wrapped_key), binding)


def rewrap(person: KeyHolder) -> WrappedKey:
    """The same data key, wrapped by the newest key. What it seals stays as it is."""
    return wrap(unwrap(person), person.id, person.key_version)


def seal_bytes(person: KeyHolder, place: Place, content: bytes) -> bytes:
    return encrypt(unwrap(person), content, value_binding(person, place))


def unseal_bytes(person: KeyHolder, place: Place, sealed: bytes | memoryview) -> bytes:
    try:
        return decrypt(unwrap(person), bytes(sealed), value_binding(person, place))
    except SealBroken as broken:
        broken.place = place
        raise


def seal_text(person: KeyHolder, place: Place, text: str) -> bytes:
    return seal_bytes(person, place, text.encode())


def unseal_text(person: KeyHolder, place: Place, sealed: bytes | memoryview) -> str:
    try:
        return unseal_bytes(person, place, sealed).decode()
    except UnicodeDecodeError:
        raise SealBroken("The sealed value is not text.", place) from None
