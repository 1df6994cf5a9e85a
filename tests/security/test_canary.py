"""A person with a name that is nobody else's is written, opened, noted about, pictured and sought, by the pages; then
the name is looked for wherever it could have been left: dump, write-ahead log, logs, sessions, cache, temporary files,
mails.

Each place has a control: something that is no secret and must be found there, or the search would prove nothing.
"""

from __future__ import annotations

import logging
import os
import secrets
import string
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from nrm.drafts.models import Draft
from nrm.localdb.binaries import find_binaries
from nrm.localdb.errors import LocalDatabaseError
from nrm.localdb.server import ENGINE, local_server
from nrm.notices.delivery import deliver_due
from tests.drafts.conftest import slip_of
from tests.vault.canaries import spellings

pytestmark = pytest.mark.django_db(transaction=True)

#: Every logger that has a level of its own.
LISTENED = ("", "django", "django.db.backends", "axes", "nrm")


def invented() -> str:
    """A name of twelve letters that no other test, run or file has."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(12)).capitalize()


@dataclass(frozen=True)
class Left:
    """What was left behind, by place."""

    canaries: tuple[str, ...]
    case_code: str
    dump: bytes
    written_ahead: bytes
    server_log: bytes
    log: bytes
    sessions: bytes
    cached: bytes
    temporary: bytes
    mails: bytes


def shown(left: bytes, canaries: tuple[str, ...]) -> list[str]:
    """The canaries that show in some spelling."""
    return [canary for canary in canaries if any(look in left for look in spellings(canary))]


@pytest.fixture
def heard() -> Iterator[StringIO]:
    """What is logged, every logger telling all it can, each statement of the database with its values."""
    written = StringIO()
    listener = logging.StreamHandler(written)
    loggers = [logging.getLogger(name) for name in LISTENED]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(listener)
        logger.setLevel(logging.DEBUG)
    yield written
    for logger, level in zip(loggers, before, strict=True):
        logger.removeHandler(listener)
        logger.setLevel(level)


@pytest.fixture
def left(
    whole: Any,
    cast: Any,
    sign_in: Callable[[Any], Client],
    heard: StringIO,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Left:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(connections["default"], "force_debug_cursor", True)
    start, log_start = position(), server_log_size()
    client = sign_in(cast.case_worker)
    canaries = walk(client, whole.case)
    deliver_due()
    monkeypatch.setattr(connections["default"], "force_debug_cursor", False)
    return Left(
        canaries=canaries,
        case_code=whole.case.code,
        dump=dumped(),
        written_ahead=written_since(start),
        server_log=server_log_since(log_start),
        log=heard.getvalue().encode(),
        sessions="".join(str(one.get_decoded()) for one in Session.objects.all()).encode(),
        cached=b"".join(bytes(value) for value in getattr(cache, "_cache", {}).values()),
        temporary=b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()) + server_temporary(),
        mails="".join(str(message.message()) for message in mail.outbox).encode(),
    )


def walk(client: Client, case: Any) -> tuple[str, ...]:
    """Writes, opens, corrects, notes and seeks; what was typed."""
    given, family, alias, street, told, called, inside, begun = (invented() for _ in range(8))
    number = invented().upper()
    case.refresh_from_db()
    typed = {
        **{f"{rows}-TOTAL_FORMS": "1" for rows in ("documents", "contacts")},
        **{f"{rows}-INITIAL_FORMS": "0" for rows in ("documents", "contacts")},
        "version": str(case.person.version),
        "given_names": given,
        "family_names": family,
        "aliases": alias,
        "birth_year": "1998",
        "documents-0-kind": "passport",
        "documents-0-number": number,
        "documents-0-country": "AL",
        "contacts-0-kind": "address",
        "contacts-0-value": street,
        "contacts-0-safe": "yes",
    }
    code = [case.code]
    assert client.post(reverse("cases:write_identity", args=code), typed).status_code == 302
    opened = client.post(reverse("cases:identity", args=code), {"reason": "care"}).content.decode()
    assert given in opened
    assert street in opened
    assert family in client.post(reverse("cases:open_identity_form", args=code)).content.decode()
    sent_back = client.post(reverse("cases:write_identity", args=code), {**typed, "birth_year": "many"})
    assert sent_back.status_code == 422
    assert client.post(reverse("cases:add_note", args=code), {"body": f"She told of {told}."}).status_code == 302
    begin_a_note(client, case.code, begun)
    add_a_picture(client, case.code, called, inside)
    sought = {"given_names": given, "family_names": family, "birth_year": "1998"}
    assert case.code in client.post(reverse("desk:search_person"), sought).content.decode()
    assert told in client.get(reverse("desk:case_page", args=code)).content.decode()
    return given, family, alias, street, told, called, inside, begun, number


def begin_a_note(client: Client, code: str, begun: str) -> None:
    """Kept as it is typed, gone on with, not saved."""
    note = reverse("cases:add_note", args=[code])
    sent = {"draft": slip_of(client.get(note)), "body": f"She came with {begun}."}
    assert client.post(reverse("drafts:keep"), sent, headers={"HX-Request": "true"}).status_code == 200
    assert begun in client.get(note, {"draft": str(Draft.objects.get().pk)}).content.decode()


def add_a_picture(client: Client, code: str, called: str, inside: str) -> None:
    """So large that Django's own way would put it into a temporary file. Its name tells, and so do its metadata."""
    noted = PngInfo()
    noted.add_text("Comment", inside)
    picture = BytesIO()
    Image.frombytes("RGB", (1000, 900), os.urandom(2_700_000)).save(picture, "PNG", pnginfo=noted)
    upload = SimpleUploadedFile(f"{called}.png", picture.getvalue(), "image/png")
    assert upload.size > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    asked = {"block": "case", "name": f"Picture of {called}", "file": upload}
    assert client.post(reverse("cases:add_document", args=[code]), asked).status_code == 302


def position() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        return str(cursor.fetchone()[0])


def written_since(start: str) -> bytes:
    """The segments of the write-ahead log from there on, as they lie on the disk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_read_binary_file('pg_wal/' || name) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$' "
            "AND name BETWEEN pg_walfile_name(%s) AND pg_walfile_name(pg_current_wal_lsn())",
            [start],
        )
        return b"".join(bytes(row[0]) for row in cursor.fetchall())


def server_temporary() -> bytes:
    """What the server has put aside for sorting and the like; most often nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_read_binary_file('base/pgsql_tmp/' || name, true) FROM pg_ls_tmpdir()")
        return b"".join(bytes(row[0] or b"") for row in cursor.fetchall())


def server_log() -> Path | None:
    own = settings.DATABASES["default"]["ENGINE"] == ENGINE
    return local_server().log if own and local_server().log.exists() else None


def server_log_size() -> int:
    return path.stat().st_size if (path := server_log()) else 0


def server_log_since(size: int) -> bytes:
    return path.read_bytes()[size:] if (path := server_log()) else b""


def dumped() -> bytes:
    """By pg_dump, as the nightly backup is made."""
    try:
        program = find_binaries().program("pg_dump")
    except LocalDatabaseError:
        pytest.skip("pg_dump is not installed on this machine.")
    info = connection.connection.info
    command = [program, f"--host={info.host}", f"--port={info.port}", f"--username={info.user}", info.dbname]
    environment = {"PATH": os.defpath, "PGPASSWORD": info.password or ""}
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout


def test_c9_a_name_is_left_nowhere(left: Left) -> None:
    places = {name: value for name, value in vars(left).items() if isinstance(value, bytes)}
    assert len(places) == 8
    assert {name: found for name, value in places.items() if (found := shown(value, left.canaries))} == {}
    controls = {"dump": left.case_code, "written_ahead": left.case_code, "mails": left.case_code}
    assert [name for name, known in controls.items() if not shown(places[name], (known,))] == []
    assert "INSERT INTO" in left.log.decode()
    assert "pledge" in left.sessions.decode()
