"""The printed mechanism: a page, documents that are never stale, in every language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from nrm.access.permissions import Permission
from nrm.desk.management.commands.mechanism import printed_files
from workflows.registry import MACHINES

DOCS = Path(settings.BASE_DIR) / "docs"


def test_the_documents_are_fresh() -> None:
    """Run `make docs` when this fails."""
    for name, text in printed_files("en").items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"docs/{name} is stale: run make docs"


def test_every_step_and_permission_is_printed() -> None:
    files = printed_files("en")
    for flow in MACHINES.values():
        for edge in flow.edges():
            assert f"| {edge.label}" in files["mechanism.md"]
            assert str(edge.label).replace("’", "’") in files[f"mechanism/{flow.machine}.svg"]
    assert all(f"`{permission.value}`" in files["access.md"] for permission in Permission)


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_it_can_be_printed_in_every_language(language: str) -> None:
    files = printed_files(language)
    assert len(files) == len(MACHINES) + 2


@pytest.mark.parametrize("player", ["responder", "auditor", "administrator", "coordinator"])
def test_everybody_signed_in_can_read_it(cast: Any, sign_in: Callable[[Any], Client], player: str) -> None:
    page = sign_in(getattr(cast, player)).get("/mechanism/")
    assert page.status_code == 200
    assert page.content.decode().count("<svg") >= len(MACHINES)
