"""docs/keys.md names every key the settings read and the algorithms as the code has them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nrm.accounts.passwords import PinnedArgon2
from nrm.vault import blind_index, sealing

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "keys.md").read_text()


def test_every_secret_of_the_settings_is_listed() -> None:
    names = re.findall(r'secret\("(\w+)"', (ROOT / "nrm" / "settings.py").read_text())
    assert len(names) >= 4
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_every_place_that_is_named_exists() -> None:
    places = re.findall(r"`(nrm/[\w/.]+)`", PAGE)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_sealing_is_as_described() -> None:
    assert "AES-256-GCM, random 96-bit nonce, 128-bit tag" in PAGE
    assert (sealing.KEY_BYTES * 8, sealing.NONCE_BYTES * 8, sealing.TAG_BYTES * 8) == (256, 96, 128)
    assert len(AESGCM(b"k" * sealing.KEY_BYTES).encrypt(b"n" * sealing.NONCE_BYTES, b"", None)) == sealing.TAG_BYTES


def test_the_index_is_as_described() -> None:
    assert f"HMAC-SHA256 cut to {blind_index.DIGEST_BYTES * 8} bits" in PAGE


def test_passwords_are_as_described(pinned_argon2: dict[str, int]) -> None:
    memory = pinned_argon2["memory_cost"] // 1024
    passes, lanes = pinned_argon2["time_cost"], pinned_argon2["parallelism"]
    assert PinnedArgon2.algorithm == "argon2"
    assert f"Argon2id, {memory} MiB, {passes} passes, {lanes} lanes" in PAGE


@pytest.mark.parametrize("page", ["docs/threat-model.md"])
def test_the_threat_model_stays_readable(page: str) -> None:
    assert len((ROOT / page).read_text().splitlines()) <= 120
