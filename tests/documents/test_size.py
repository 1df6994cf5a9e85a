"""How much is taken in: counted while it arrives, never more than the limit in memory, never anything on a disk."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files import uploadhandler
from django.test import Client, override_settings
from django.urls import reverse

from nrm.audit.models import Event
from nrm.cases.models import Document
from nrm.lib.files.uploads import MEGABYTE
from tests.documents.samples import plain_picture

BOUNDARY = "----a-boundary"
MANY = 200 * MEGABYTE


class Stream:
    """A body that is made while it is read: a form, then a file of as many bytes as asked for."""

    def __init__(self, fields: dict[str, str], size: int) -> None:
        head = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\n\r\n'
        self.head, self.left, self.was_read = head.encode(), size, 0
        self.length = len(self.head) + size

    def read(self, size: int = -1) -> bytes:
        """As a socket does: what was asked for or less, and never the whole body at once."""
        assert 0 <= size <= MEGABYTE
        piece, self.head = self.head[:size], self.head[size:]
        filler = min(size - len(piece), self.left)
        self.left -= filler
        self.was_read += len(piece) + filler
        return piece + b"A" * filler

    def readline(self, size: int = -1) -> bytes:
        raise AssertionError("a file has no lines")

    def sent_by(self, client: Client, url: str) -> Any:
        environment: dict[str, Any] = {
            "wsgi.input": self,
            "CONTENT_LENGTH": str(self.length),
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        }
        return client.generic("POST", url, **environment)


@pytest.fixture
def worker(cast: Any, sign_in: Callable[[Any], Client]) -> Client:
    """With the CSRF check, which reads the form before the view does."""
    client = sign_in(cast.case_worker)
    client.handler.enforce_csrf_checks = True
    return client


def token(client: Client, url: str) -> str:
    client.get(url)
    return client.cookies["csrf"].value


@pytest.mark.parametrize("size", [MANY, 11 * MEGABYTE, 10 * MEGABYTE + 1])
def test_f1_a_file_above_the_limit_is_refused_before_it_is_held(worker: Client, case: Any, size: int) -> None:
    url = reverse("cases:add_document", args=[case.code])
    body = Stream({"csrfmiddlewaretoken": token(worker, url), "block": "risk", "name": "What she wrote"}, size)
    tracemalloc.start()
    answer = body.sent_by(worker, url)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "The file is larger than 10 MB." in shown
    assert 'value="What she wrote"' in shown
    assert 'value="risk" required id="id_block_2" checked' in " ".join(shown.split()) or "checked" in shown
    assert body.left == 0, "the browser could send all of it and so gets the answer"
    assert peak < (6 if body.length > 10 * MEGABYTE + 256 * 1024 else 24) * MEGABYTE
    assert Event.objects.filter(action="document.added", outcome="refused", data={"refusal": "too_large"}).count() == 1
    assert not Document.objects.exists()


def test_f1_what_nobody_signed_in_sends_is_not_read_at_all(case: Any) -> None:
    body = Stream({}, MANY)
    answer = body.sent_by(Client(), reverse("cases:add_document", args=[case.code]))
    assert (answer.status_code, body.was_read) == (413, 0)


def test_f1_a_form_without_a_file_is_not_read_beyond_what_a_form_needs(worker: Client, case: Any) -> None:
    body = Stream({}, MANY)
    answer = body.sent_by(worker, reverse("cases:add_note", args=[case.code]))
    assert (answer.status_code, body.was_read) == (413, 0)


def test_a_file_where_none_is_asked_for_is_dropped(worker: Client, case: Any) -> None:
    url = reverse("cases:add_note", args=[case.code])
    body = Stream({"csrfmiddlewaretoken": token(worker, url), "body": ""}, MEGABYTE)
    answer = body.sent_by(worker, url)
    assert answer.status_code == 422
    assert not answer.wsgi_request.FILES


def test_f1_the_limit_is_a_setting(send: Callable[..., Any]) -> None:
    with override_settings(NRM_DOCUMENT_MB=1):
        assert "larger than 1 MB" in send(b"\0" * (MEGABYTE + 1), "scan.png").content.decode()
        assert send(plain_picture(), "scan.png").status_code == 302


def test_nothing_that_is_brought_is_ever_written_to_a_disk(
    send: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    handlers = [settings.FILE_UPLOAD_HANDLERS, uploadhandler.load_handler(settings.FILE_UPLOAD_HANDLERS[0], None)]
    assert handlers[0] == ["nrm.lib.files.uploads.BoundedUploadHandler"]
    assert not isinstance(handlers[1], uploadhandler.TemporaryFileUploadHandler)
    assert send(plain_picture(size=(1200, 900)), "scan.png").status_code == 302
    assert list(tmp_path.iterdir()) == []
