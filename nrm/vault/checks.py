"""Refuses keys that cannot be read, are used twice, or are the stand-ins of development."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from nrm.vault.sealing import KeysMalformed, key_from_base64, parse_key_ring

#: A random key has about 30 different bytes; a stand-in or a typed one has few.
FEWEST_DIFFERENT_BYTES = 16


def key_problems(vault_keys: str, index_key: str, *, in_production: bool) -> Iterator[CheckMessage]:
    try:
        ring = parse_key_ring(vault_keys)
        index = key_from_base64(index_key, "NRM_INDEX_KEY")
    except KeysMalformed as malformed:
        yield Error(str(malformed), hint="manage.py vault new-key prints a fresh key.", id="vault.E001")
        return
    values = [*ring.values(), index]
    if len(set(values)) < len(values):
        yield Error("A key is used twice among NRM_VAULT_KEYS and NRM_INDEX_KEY.", id="vault.E002")
    weak = [*(key_id for key_id, key in ring.items() if is_weak(key)), *(["NRM_INDEX_KEY"] if is_weak(index) else [])]
    if in_production and weak:
        yield Error(f"Not random keys, refused in production: {', '.join(weak)}.", id="vault.E003")


def is_weak(key: bytes) -> bool:
    return len(set(key)) < FEWEST_DIFFERENT_BYTES


def check_keys(**_: Any) -> list[CheckMessage]:
    problems = key_problems(settings.NRM_VAULT_KEYS, settings.NRM_INDEX_KEY, in_production=settings.IN_PRODUCTION)
    return list(problems)


def refuse_bad_keys() -> None:
    """For the start of a web process, which runs no system checks."""
    if problems := check_keys():
        raise ImproperlyConfigured(" ".join(str(problem.msg) for problem in problems))
