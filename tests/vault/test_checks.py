"""The service does not start on keys that are malformed, shared or not random."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from nrm.vault.checks import key_problems

ROOT = Path(__file__).resolve().parents[2]
GOOD = base64.b64encode(os.urandom(32)).decode()
OTHER = base64.b64encode(os.urandom(32)).decode()


def ids(vault_keys: str, index_key: str, *, in_production: bool = True) -> list[str | None]:
    return [problem.id for problem in key_problems(vault_keys, index_key, in_production=in_production)]


def test_random_distinct_keys_pass() -> None:
    assert ids(f"k1:{GOOD}", OTHER) == []


@pytest.mark.parametrize(
    "vault_keys",
    ["", "k1", f"k1:{GOOD[:-4]}", f"k1:{GOOD},k1:{OTHER}"],
    ids=["none", "no key", "a short key", "one id twice"],
)
def test_malformed_keys_are_an_error(vault_keys: str) -> None:
    assert ids(vault_keys, OTHER, in_production=False) == ["vault.E001"]


def test_a_malformed_index_key_is_an_error() -> None:
    assert ids(f"k1:{GOOD}", "short", in_production=False) == ["vault.E001"]


def test_c7_the_index_key_must_not_be_a_vault_key() -> None:
    assert ids(f"k1:{GOOD}", GOOD, in_production=False) == ["vault.E002"]
    assert ids(f"k2:{OTHER},k1:{GOOD}", GOOD, in_production=False) == ["vault.E002"]


def test_two_ids_must_not_share_a_key() -> None:
    assert ids(f"k2:{GOOD},k1:{GOOD}", OTHER, in_production=False) == ["vault.E002"]


def test_the_stand_ins_of_development_are_refused_in_production_only() -> None:
    assert ids(settings.NRM_VAULT_KEYS, OTHER) == ["vault.E003"]
    assert ids(f"k1:{GOOD}", settings.NRM_INDEX_KEY) == ["vault.E003"]
    assert ids(settings.NRM_VAULT_KEYS, settings.NRM_INDEX_KEY, in_production=False) == []


def test_the_system_check_is_registered(settings: Settings) -> None:
    settings.NRM_INDEX_KEY = "short"
    assert "vault.E001" in {problem.id for problem in run_checks(tags=["security"])}


def test_c5_no_message_shows_a_key() -> None:
    messages = [*key_problems(f"k1:{GOOD}", GOOD, in_production=True), *key_problems(GOOD, GOOD, in_production=True)]
    assert messages
    assert all(GOOD not in str(message) for message in messages)


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """What a web process does first, in production."""
    known = {
        "PATH": os.environ["PATH"],
        "NRM_MODE": "production",
        "NRM_SECRET_KEY": GOOD + OTHER,
        "NRM_CHECKPOINT_KEY": GOOD,
        "DATABASE_URL": "postgres://nobody@localhost:1/none",
    }
    code = "import nrm.wsgi"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**known, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_c5_production_does_not_start_without_or_with_stand_in_keys() -> None:
    missing = start()
    assert missing.returncode != 0
    assert "NRM_VAULT_KEYS" in missing.stderr
    stand_in = start(NRM_VAULT_KEYS=settings.NRM_VAULT_KEYS, NRM_INDEX_KEY=OTHER)
    assert stand_in.returncode != 0
    assert "NRM_VAULT_KEYS" in stand_in.stderr
    assert "AAAA" not in stand_in.stderr


def test_c5_a_web_process_does_not_start_with_keys_that_are_not_random(settings: Settings) -> None:
    settings.IN_PRODUCTION = True
    typed = base64.b64encode(b"password" * 4).decode()
    settings.NRM_VAULT_KEYS, settings.NRM_INDEX_KEY = f"k1:{typed}", OTHER
    with pytest.raises(ImproperlyConfigured, match="Not random keys, refused in production: k1") as refused:
        apps.get_app_config("vault").ready()
    assert typed not in str(refused.value)
