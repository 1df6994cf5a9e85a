"""Asking the service as a browser would, and reading its answers as a browser would."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.test import Client

#: Marks that turn the direction of text, and characters without width.
UNSEEN = {*"\u061c\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"}


#: A browser reads NUL as a replacement character; no row can hold it.
HARMLESS = "\n\t\r\0"


class Reader(HTMLParser):
    """A page: its text with the values of its fields, its scripts, its handlers of events."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline_code: list[str] = []
        self._in_code = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        self.tags.append((tag, found))
        self._in_code = tag in {"script", "style"}
        self.pieces.append(found.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        self._in_code = False

    def handle_data(self, data: str) -> None:
        (self.inline_code if self._in_code else self.pieces).append(data)

    @property
    def text(self) -> str:
        return " ".join("\n".join(self.pieces).split())

    @property
    def dangers(self) -> list[str]:
        """What typed text must never become."""
        handlers = [f"{tag} {name}" for tag, found in self.tags for name in found if name.startswith("on")]
        strange = [str(found) for tag, found in self.tags if tag == "script" and not is_ours(found.get("src"))]
        code = [code for code in self.inline_code if code.strip()]
        unseen = [f"U+{ord(mark):04X}" for mark in sorted(UNSEEN & {*"".join(self.pieces)})]
        control = [repr(c) for c in sorted({*"".join(self.pieces)}) if ord(c) < 32 and c not in HARMLESS]
        frames = [tag for tag, found in self.tags if tag in {"iframe", "object", "embed", "base"}]
        pictures = [str(found) for tag, found in self.tags if tag == "img" and not is_ours(found.get("src"))]
        return [*handlers, *strange, *code, *unseen, *control, *frames, *pictures]


def is_ours(source: str | None) -> bool:
    return source is not None and source.startswith("/static/")


def read(response: Any) -> Reader:
    return Reader(response.content.decode())


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What is done within is taken back: the next attempt finds the same rows and the same session."""
    cookies = client.cookies.copy()
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)
        client.cookies = SimpleCookie(cookies)
