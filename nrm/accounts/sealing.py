"""Seals the shared secret of a second factor, so that a stolen dump cannot make one-time codes.

Format: one version byte, the key's id (length-prefixed), a 12-byte nonce, AES-256-GCM ciphertext. The key is derived
from the service's vault keys for this one purpose; the owner is bound to it, so a secret moved elsewhere fails.
"""

from __future__ import annotations

import base64
import secrets
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"nrm.accounts second factor v1"
VERSION = 1
NONCE_LENGTH = 12


class CannotUnseal(Exception):
    """The sealed secret was altered, moved to another account, or its key is gone."""


@lru_cache(maxsize=4)
def keyring(configured: str) -> dict[str, bytes]:
    """Derived keys by id, newest first, of `id:base64` pairs separated by commas."""
    pairs = (pair.strip().split(":", 1) for pair in configured.split(","))
    return {name: derive(base64.b64decode(key, validate=True)) for name, key in pairs}


def derive(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key)


def seal(secret: bytes, owner: UUID) -> bytes:
    name, key = next(iter(keyring(settings.NRM_VAULT_KEYS).items()))
    head = bytes([VERSION, len(name)]) + name.encode("ascii")
    nonce = secrets.token_bytes(NONCE_LENGTH)
    return head + nonce + AESGCM(key).encrypt(nonce, secret, head + owner.bytes)


def unseal(sealed: bytes, owner: UUID) -> bytes:
    """The secret in clear; raises `CannotUnseal`, never returns part of it."""
    sealed = bytes(sealed)
    try:
        version, length = sealed[0], sealed[1]
        head, rest = sealed[: 2 + length], sealed[2 + length :]
        key = keyring(settings.NRM_VAULT_KEYS)[head[2:].decode("ascii")]
        if version != VERSION:
            raise CannotUnseal
        return AESGCM(key).decrypt(rest[:NONCE_LENGTH], rest[NONCE_LENGTH:], head + owner.bytes)
    except (IndexError, KeyError, UnicodeDecodeError, ValueError, InvalidTag) as error:
        raise CannotUnseal from error
