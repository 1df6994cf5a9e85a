"""Production has no default that could weaken it: a missing or invented secret refuses the start."""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings


def random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


REAL = {
    "NRM_MODE": "production",
    "NRM_SECRET_KEY": secrets.token_urlsafe(48),
    "NRM_VAULT_KEYS": "k2026_1:" + random_key(),
    "NRM_INDEX_KEY": random_key(),
    "NRM_CHECKPOINT_KEY": random_key(),
    "NRM_BASE_URL": "https://nrm.example.org",
    "NRM_MAIL_URL": "smtp+tls://nrm:secret@mail.example.org:587",
    "NRM_HOSTS": "nrm.example.org",
    "NRM_PROXIES": "1",
    "NRM_CLAMAV": "clamd:3310",
    "DATABASE_URL": "postgresql://nrm_app:secret@database/nrm",
}


def start(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    ours = ("NRM_", "DATABASE", "DJANGO_")
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = surroundings | {name: value for name, value in (REAL | changed).items() if value}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_b3_production_passes_every_deployment_check() -> None:
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_d3_browsers_are_told_to_come_by_https_for_two_years() -> None:
    wanted = "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT", "DEBUG"
    read = f"from nrm import settings; print(*(getattr(settings, name) for name in {wanted}))"
    assert start("-c", read).stdout.split() == [str(2 * 365 * 24 * 3600), "True", "True", "False"]


@pytest.mark.parametrize(
    "name", ["NRM_SECRET_KEY", "NRM_VAULT_KEYS", "NRM_INDEX_KEY", "NRM_CHECKPOINT_KEY", "NRM_MAIL_URL", "DATABASE_URL"]
)
def test_c5_a_missing_secret_refuses_the_start(name: str) -> None:
    assert refusal(**{name: ""}).startswith("django.core.exceptions.ImproperlyConfigured")
    assert name in refusal(**{name: ""})


@pytest.mark.parametrize("name", ["NRM_SECRET_KEY", "NRM_VAULT_KEYS", "NRM_INDEX_KEY", "NRM_CHECKPOINT_KEY"])
def test_c5_the_stand_in_of_development_refuses_the_start(name: str) -> None:
    stand_in = getattr(settings, name.replace("NRM_SECRET_KEY", "SECRET_KEY"))
    assert name in refusal(**{name: stand_in})


def test_c5_one_key_for_two_purposes_refuses_the_start() -> None:
    assert "differ" in refusal(NRM_INDEX_KEY=REAL["NRM_CHECKPOINT_KEY"])


def test_demonstration_is_refused_in_production() -> None:
    assert "NRM_DEMO" in refusal(NRM_DEMO="1")


def test_an_unknown_mode_is_refused() -> None:
    assert "NRM_MODE" in refusal(NRM_MODE="produktion")


def refusal(**changed: str) -> str:
    """The last line of what a start says."""
    done = start("-c", "import nrm.settings", **changed)
    assert done.returncode != 0, "it started"
    return done.stderr.strip().splitlines()[-1]
