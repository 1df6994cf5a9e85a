"""`manage.py localdb` and `manage.py serve`, as someone at a terminal meets them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from nrm.localdb.server import Server


def manage(home: Path, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "NRM_MODE": "development", "NRM_LOCALDB_HOME": str(home), "DATABASE_URL": "", **environment},
        input=typed,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_status_url_and_reset_say_what_they_did(server: Server) -> None:
    home = server.wanted_home
    assert manage(home, "localdb", "status").returncode == 3
    assert not server.data.exists()

    assert manage(home, "localdb", "url").stdout.strip() == server.url
    assert "running" in manage(home, "localdb", "status").stdout

    refused = manage(home, "localdb", "reset", typed="no\n")
    assert "Nothing was deleted." in refused.stderr
    assert "Traceback" not in refused.stderr
    assert server.is_running()

    assert manage(home, "localdb", "reset", "--yes").returncode == 0
    assert not server.data.exists()


def test_the_printed_address_works_as_database_url(server: Server) -> None:
    server.ensure_running()
    code = "from django.db import connection as c; c.ensure_connection(); print(c.vendor, c.settings_dict['ENGINE'])"
    shown = manage(server.wanted_home, "shell", "-v0", "-c", code, DATABASE_URL=server.url)
    assert shown.stdout.strip() == "postgresql django.db.backends.postgresql"


def test_the_shell_of_the_embedded_server_starts_it(server: Server) -> None:
    shown = manage(server.wanted_home, "dbshell", "--", "-Atc", "SELECT 'reached'")
    assert shown.stdout.strip() == "reached"


def test_a_web_server_starts_no_database(home: Path) -> None:
    code = "import nrm.wsgi"
    environment = {**os.environ, "NRM_MODE": "development", "NRM_LOCALDB_HOME": str(home), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "DATABASE_URL is not set" in done.stderr
    assert list(home.iterdir()) == []


def test_a_taken_port_is_said_before_anything_is_started(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = manage(home, "serve", "--port", str(port))
    assert f"Port {port} is taken" in done.stderr
    assert list(home.iterdir()) == []
