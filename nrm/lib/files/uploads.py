"""How a file comes in: counted while it arrives, held in memory, never written to a disk, and only where one is asked
for. Django reads the body before a view is called (for the CSRF token), so this is where the size is refused."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest, HttpResponse

MEGABYTE = 1024 * 1024
#: What a form may hold beside its file.
BESIDE = 256 * 1024
PIECE = 64 * 1024

View = TypeVar("View", bound=Callable[..., HttpResponse])


def takes_a_file(view: View) -> View:
    """Marks a view whose form has a file. Everywhere else files are dropped unread."""
    view.takes_a_file = True  # type: ignore[attr-defined]
    return view


def is_asked_for(request: HttpRequest) -> bool:
    match = request.resolver_match
    return bool(match and getattr(match.func, "takes_a_file", False))


def most_bytes() -> int:
    return settings.NRM_DOCUMENT_MB * MEGABYTE


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file was dropped for its size. What was typed before it in the form is there."""
    return not request.FILES and bool(getattr(request, "file_was_too_large", False))


class BoundedUploadHandler(FileUploadHandler):
    """The only handler. It keeps at most the limit, of all files of a request together, and then no byte more: the
    rest of the body is read away in small pieces, so that the browser gets its answer. Not by Django, which would read
    it away by lines, and a file may be one line of any length."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.held = BytesIO()
        self.received = 0
        self.is_hopeless = False

    def handle_raw_input(
        self,
        input_data: Any,
        meta: Any,
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Before the body is read: a body that cannot hold a file small enough keeps none of it."""
        self.body = input_data
        self.is_hopeless = content_length > most_bytes() + BESIDE

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.request is None or not is_asked_for(self.request):
            raise SkipFile
        if self.is_hopeless:
            self._refuse()
        self.held = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > most_bytes():
            self._refuse()
        self.held.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        self.held.seek(0)
        return InMemoryUploadedFile(
            file=self.held,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def _refuse(self) -> None:
        self.held = BytesIO()
        self.request.file_was_too_large = True  # type: ignore[union-attr]
        while self.body.read(PIECE):
            pass
        raise StopUpload(connection_reset=True)
