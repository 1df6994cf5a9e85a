"""Secrets: none in the repository or on an error page, and every token from the operating system's generator."""

from __future__ import annotations

import ast
import base64
import logging
import math
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.middleware import csrf
from django.test import Client

from nrm.accounts.actions import invitations, second_factor
from nrm.lib import codes
from nrm.vault.checks import is_weak

TOP = Path(settings.BASE_DIR)
SECRET_NAMES = ("SECRET_KEY", "NRM_VAULT_KEYS", "NRM_INDEX_KEY", "NRM_CHECKPOINT_KEY")
#: 32 bytes in base64, and an armoured key.
KEY_LIKE = re.compile(rb"(?<![A-Za-z0-9+/_-])([A-Za-z0-9+/]{43}=)(?![A-Za-z0-9+/=])")
ARMOUR = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
#: The demo's plot must come out the same again, and has nothing secret.
MAY_REPEAT = "nrm/desk/demo/"


def files_of_the_repository() -> list[Path]:
    """What is or would be committed; without git, whatever lies in the folders of the code."""
    git = shutil.which("git")
    command = [str(git), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False).stdout if git else ""
    names = [name for name in listed.split("\0") if name]
    folders = ("nrm", "workflows", "tests", "docs", "templates", "benchmarks", ".ci")
    found = [TOP / name for name in names] or [path for folder in folders for path in (TOP / folder).rglob("*")]
    return [path for path in found if path.is_file()]


def looks_like_a_key(content: bytes) -> bool:
    """A random key, as the start itself tells one from a stand-in."""
    return bool(ARMOUR.search(content)) or any(not is_weak(base64.b64decode(one)) for one in KEY_LIKE.findall(content))


def test_c5_no_file_of_the_repository_holds_a_key() -> None:
    files = files_of_the_repository()
    assert len(files) > 300
    assert [path.name for path in files if path.name == ".env" or path.suffix in {".pem", ".key", ".p12"}] == []
    assert [str(path.relative_to(TOP)) for path in files if looks_like_a_key(path.read_bytes())] == []


def test_c5_a_key_in_a_file_would_be_found() -> None:
    assert looks_like_a_key(b"NRM_INDEX_KEY=" + base64.b64encode(secrets.token_bytes(32)))
    assert looks_like_a_key(b"-----BEGIN " + b"EC PRIVATE KEY-----")
    assert not looks_like_a_key(b"NRM_INDEX_KEY=" + b"B" * 42 + b"8=")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/try/broken/", "/try/forbidden/", "/nowhere/", "/language/"])
def test_c5_no_error_page_and_no_log_shows_a_secret(
    address: str,
    cast: Any,
    sign_in: Callable[[Any], Client],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from tests.web.conftest import Addresses

    monkeypatch.setattr(settings, "ROOT_URLCONF", Addresses)
    client = sign_in(cast.case_worker)
    client.raise_request_exception = False
    with caplog.at_level(logging.DEBUG):
        page = client.get(address)
    assert page.status_code >= 400
    shown = page.content.decode() + caplog.text + str(page.headers)
    values = {getattr(settings, name).rpartition(":")[2] for name in SECRET_NAMES}
    assert [value for value in values if value in shown] == []
    assert "NRM_" not in page.content.decode()


def test_c6_tokens_have_128_bits_or_more() -> None:
    """What alone opens a door. A backup code is taken only after a password, few times an hour; a case code opens
    nothing (docs/keys.md)."""
    assert invitations.TOKEN_BYTES * 8 >= 128
    assert second_factor.SECRET_BYTES * 8 >= 128
    assert csrf.CSRF_SECRET_LENGTH * math.log2(len(csrf.CSRF_ALLOWED_CHARS)) >= 128


@pytest.mark.django_db
def test_c6_the_key_of_a_session_has_128_bits_or_more(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    key = sign_in(cast.case_worker).cookies["session"].value
    assert re.fullmatch(r"[a-z0-9]+", key)
    assert len(key) * math.log2(36) >= 128


def test_c6_what_needs_less_has_what_the_inventory_says() -> None:
    page = (TOP / "docs/keys.md").read_text(encoding="utf-8")
    backup_bits = int(second_factor.BACKUP_LENGTH * math.log2(len(second_factor.BACKUP_ALPHABET)))
    code_bits = int(codes.RANDOM_LENGTH * math.log2(len(codes.ALPHABET)))
    assert f"backup codes of {backup_bits} bits" in page
    assert f"case codes of {code_bits} bits" in page


def test_c6_no_module_uses_a_generator_that_can_be_foreseen() -> None:
    """Only `secrets` and `os.urandom`, and `uuid4`, which asks the operating system too."""
    using = [path for path in sorted(TOP.glob("nrm/**/*.py")) if "random" in imported(path)]
    assert [name for path in using if not (name := path.relative_to(TOP).as_posix()).startswith(MAY_REPEAT)] == []


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
