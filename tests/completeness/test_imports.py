"""Who may import whom. The layers themselves are written in pyproject.toml."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

WORKFLOWS = sorted(Path(settings.BASE_DIR, "workflows").rglob("*.py"))
ALLOWED_OUTSIDE = {
    "viewflow",
    "viewflow.fsm",
    "django.utils.translation",
    "django.db.models",
    "django.utils.functional",
}


def test_every_import_runs_down() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_the_mechanism_needs_no_database_and_no_request(path: Path) -> None:
    outside = {name for name in imported(path) if not is_allowed(name)}
    assert not outside


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}


def is_allowed(name: str) -> bool:
    return name in ALLOWED_OUTSIDE or name.split(".", maxsplit=1)[0] in sys.stdlib_module_names | {"workflows"}
