"""Asks a ClamAV daemon about a file, by its INSTREAM command. Only what it calls clean passes.

Written here because the two clients that are published do not fit: one is GPL-2.0, which does not go with this
service's licence, and neither bounds the whole conversation by a clock.
"""

from __future__ import annotations

import logging
import socket
import struct
import time
from contextlib import closing

from django.conf import settings

from nrm.lib.files.refused import Infected, NotScanned

CHUNK = 64 * 1024
#: For the whole conversation.
SECONDS = 25.0
#: More than any answer of the daemon.
LONGEST_ANSWER = 4096

log = logging.getLogger("nrm.files")


def is_configured() -> bool:
    return bool(settings.NRM_CLAMAV)


def scan(content: bytes) -> None:
    """Return if there is no daemon to ask, or it says that the content is clean. `Infected`, `NotScanned`."""
    if not is_configured():
        return
    try:
        answer = _conversation(content, time.monotonic() + SECONDS)
    except OSError as down:
        log.error("The virus scanner does not answer: %s", type(down).__name__)
        raise NotScanned from None
    if answer == b"stream: OK":
        return
    if answer.endswith(b" FOUND"):
        raise Infected
    log.error("The virus scanner did not look at a file")
    raise NotScanned


def _conversation(content: bytes, until: float) -> bytes:
    with closing(_connected(until)) as daemon:
        daemon.sendall(b"zINSTREAM\0")
        for at in range(0, len(content), CHUNK):
            chunk = content[at : at + CHUNK]
            daemon.settimeout(_left(until))
            daemon.sendall(struct.pack("!L", len(chunk)) + chunk)
        daemon.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER:
            daemon.settimeout(_left(until))
            if not (heard := daemon.recv(LONGEST_ANSWER)):
                break
            answer += heard
        return answer.rstrip(b"\0\n")


def _connected(until: float) -> socket.socket:
    """To `host:port`, or to the path of a local socket."""
    where: str = settings.NRM_CLAMAV
    if where.startswith("/"):
        daemon = socket.socket(socket.AF_UNIX)
        daemon.settimeout(_left(until))
        daemon.connect(where)
        return daemon
    host, _colon, port = where.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_left(until))


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
