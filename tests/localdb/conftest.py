"""Clusters of their own, under a path with a space in it; the checkout's server is never touched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from nrm.localdb.server import Server


@pytest.fixture
def home() -> Iterator[Path]:
    """Not `tmp_path`: pytest closes that to the user who runs the server for root."""
    directory = Path(tempfile.mkdtemp(prefix="nrm test "))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    server = Server.at(home)
    yield server
    server.destroy()
