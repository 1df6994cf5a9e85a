"""`manage.py serve` stops everything it started and nothing else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from nrm.localdb.server import Server


def test_it_stops_what_it_started_and_leaves_what_ran_before(server: Server) -> None:
    with served(server) as (service, port):
        assert answers(port)
        assert server.is_running()
        service.send_signal(signal.SIGINT)
        assert service.wait(60) == 0
    assert not answers(port)
    assert not server.is_running()

    server.ensure_running()
    with served(server) as (service, port):
        assert answers(port)
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == 0
    assert not answers(port)
    assert server.is_running()


@contextmanager
def served(server: Server) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = str(server.wanted_home)
    mode = {"NRM_MODE": "development", "NRM_DEMO": "0", "NRM_LOCALDB_HOME": home, "DATABASE_URL": "", "PORT": str(port)}
    service = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **mode},
        stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 240
    while not answers(port) and service.poll() is None and time.monotonic() < deadline:
        time.sleep(0.2)
    try:
        yield service, port
    finally:
        service.terminate()
        service.wait(60)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
