"""A virus scanner, where one is set: what it calls infected, and what it cannot look at, is not kept."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from nrm.audit.models import Event
from nrm.cases.actions import FileNotKept
from nrm.cases.models import Document
from nrm.lib.files import scanner
from nrm.lib.files.refused import Infected, NotScanned
from tests.documents.samples import EICAR, plain_paper, plain_picture


class Daemon(threading.Thread):
    """Speaks clamd's INSTREAM as far as a client can tell: length and chunk until a length of nothing, one answer."""

    def __init__(self, where: str = "", answer: bytes | None = None) -> None:
        super().__init__(daemon=True)
        self.server = socket.socket(socket.AF_UNIX if where else socket.AF_INET)
        self.server.bind(where or ("127.0.0.1", 0))
        self.server.listen()
        self.address = where or "{}:{}".format(*self.server.getsockname())
        self.answer, self.asked = answer, 0
        self.is_over = threading.Event()
        self.start()

    def run(self) -> None:
        while True:
            try:
                client, _address = self.server.accept()
            except OSError:
                return
            with client:
                self.asked += 1
                self.converse(client)

    def converse(self, client: socket.socket) -> None:
        heard = client.makefile("rb")
        assert heard.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", heard.read(4))[0]:
            content += heard.read(size)
        if self.answer == b"":
            self.is_over.wait(10)
            return
        said = b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"stream: OK"
        client.sendall((self.answer or said) + b"\0")

    def stop(self) -> None:
        if self.is_over.is_set():
            return
        self.is_over.set()
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.join(5)


@pytest.fixture
def daemon() -> Iterator[Callable[..., Daemon]]:
    started: list[Daemon] = []

    def start(**options: Any) -> Daemon:
        started.append(Daemon(**options))
        return started[-1]

    yield start
    for one in started:
        one.stop()


INFECTED = plain_paper() + EICAR


def test_f9_what_is_called_infected_is_refused_and_recorded(
    send: Callable[..., Any], daemon: Callable[..., Daemon]
) -> None:
    with override_settings(NRM_CLAMAV=daemon().address):
        answer = send(INFECTED, "scan.pdf")
        assert answer.status_code == 422
        assert "found something harmful" in answer.content.decode()
        assert send(plain_picture(), "scan.png").status_code == 302
    assert Event.objects.get(outcome="refused").data == {"refusal": "infected"}
    assert Document.objects.count() == 1


def test_f9_a_scanner_that_is_down_means_that_nothing_is_kept(
    send: Callable[..., Any], daemon: Callable[..., Daemon], caplog: pytest.LogCaptureFixture
) -> None:
    gone = daemon()
    gone.stop()
    with override_settings(NRM_CLAMAV=gone.address):
        answer = send(plain_picture(), "scan.png", name="What the doctor wrote")
    assert answer.status_code == 422
    assert "cannot be checked for viruses just now" in answer.content.decode()
    assert 'value="What the doctor wrote"' in answer.content.decode()
    assert Event.objects.get(outcome="refused").data == {"refusal": "not_scanned"}
    assert not Document.objects.exists()
    assert "ConnectionRefusedError" in caplog.text
    assert "doctor" not in caplog.text


def test_f9_a_scanner_that_hangs_is_not_waited_for(
    daemon: Callable[..., Daemon], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "SECONDS", 0.3)
    with override_settings(NRM_CLAMAV=daemon(answer=b"").address), pytest.raises(NotScanned):
        scanner.scan(plain_picture())


@pytest.mark.parametrize(
    "answer",
    [b"INSTREAM size limit exceeded. ERROR", b"stream: Can't allocate memory ERROR", b"UNKNOWN COMMAND", b"OK"],
)
def test_f9_only_a_plain_yes_counts(daemon: Callable[..., Daemon], answer: bytes) -> None:
    with override_settings(NRM_CLAMAV=daemon(answer=answer).address), pytest.raises(NotScanned):
        scanner.scan(plain_picture())


def test_a_local_socket_will_do(daemon: Callable[..., Daemon], tmp_path: Path) -> None:
    with override_settings(NRM_CLAMAV=daemon(where=str(tmp_path / "clamd")).address):
        scanner.scan(b"clean " * 100_000)
        with pytest.raises(Infected):
            scanner.scan(b"x" * 200_000 + EICAR)


def test_f9_no_file_is_asked_about_that_is_refused_anyway(
    bring: Callable[..., Any], daemon: Callable[..., Daemon]
) -> None:
    asked = daemon()
    with override_settings(NRM_CLAMAV=asked.address), pytest.raises(FileNotKept, match="wrong_type"):
        bring(b"MZ" + EICAR, "scan.pdf")
    assert asked.asked == 0


def test_without_a_scanner_the_deployment_check_says_so() -> None:
    with override_settings(NRM_CLAMAV=""):
        assert "nrm.W010" in {found.id for found in run_checks(include_deployment_checks=True)}
    with override_settings(NRM_CLAMAV="127.0.0.1:3310"):
        assert "nrm.W010" not in {found.id for found in run_checks(include_deployment_checks=True)}
    assert "nrm.W010" not in {found.id for found in run_checks()}


@pytest.mark.skipif(
    not os.environ.get("NRM_TEST_CLAMD") and not shutil.which("clamd"),
    reason="no clamd here: set NRM_TEST_CLAMD to the address of one",
)
def test_f9_a_real_clamd_finds_the_test_file() -> None:
    address = os.environ.get("NRM_TEST_CLAMD", "/run/clamav/clamd.ctl")
    with override_settings(NRM_CLAMAV=address):
        with pytest.raises(Infected):
            scanner.scan(EICAR)
        scanner.scan(plain_picture())
