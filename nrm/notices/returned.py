"""Reads what a mail server writes when a mail cannot be delivered (RFC 3464). It comes from anybody: nothing in it is
believed but the token that we put into each mail, and whether it says that it failed for good."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import BinaryIO

#: Bytes; a report with the headers of a short mail has a few thousand.
LONGEST = 256 * 1024
#: How many parts a report is looked through for.
PARTS = 20
#: A token, where an address or a Message-ID holds one: 42 signs for a mail's id and its proof.
TOKEN = re.compile(r"(?:\+|<)([a-z2-7]{42})@", re.IGNORECASE)
#: Headers of the report, and of our mail in it, that may hold the token.
ADDRESSED = ("X-Original-To", "Delivered-To", "To", "In-Reply-To", "References")
#: 5.7 is a refusal of who sends, not of who gets it.
FOR_GOOD = re.compile(r"\s*5\.(?!7\.)\d{1,3}\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Report:
    """`token` is as it was found: whether it is ours is still to be seen."""

    token: str
    is_of_address: bool


class NoReport(ValueError):
    """Not a report of a failure; the argument is a word that says why, without anything it holds."""


def read(stream: BinaryIO, *, addressed_to: str = "") -> Report:
    """`addressed_to` is the envelope recipient, where the mail server says it. `NoReport` for anything else."""
    content = stream.read(LONGEST + 1)
    if len(content) > LONGEST:
        raise NoReport("too long")
    message = message_from_bytes(content, policy=policy.compat32)
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        raise NoReport("no report")
    parts = list(parts_of(message))
    statuses = [status for part in parts for status in failures_in(part)]
    if not statuses:
        raise NoReport("no failure")
    places = [f"<{addressed_to}>", *headers_of(message), *(text for part in parts for text in headers_within(part))]
    token = next((found[1] for place in places if (found := TOKEN.search(place))), "")
    if not token:
        raise NoReport("no token")
    return Report(token.lower(), is_of_address=any(FOR_GOOD.match(status) for status in statuses))


def parts_of(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number > PARTS:
            raise NoReport("too many parts")
        yield part


def failures_in(part: Message) -> Iterator[str]:
    """The status of each recipient for whom it failed; what is only late is no failure."""
    if part.get_content_type() != "message/delivery-status":
        return
    payload = part.get_payload()
    for block in payload if isinstance(payload, list) else []:
        if isinstance(block, Message) and str(block.get("Action", "")).strip().lower() == "failed":
            yield str(block.get("Status", ""))


def headers_of(message: Message) -> Iterator[str]:
    for name in (*ADDRESSED, "Message-ID"):
        yield from (str(value) for value in message.get_all(name, []))


def headers_within(part: Message) -> Iterator[str]:
    """Of our own mail, which comes back whole or as its headers."""
    if part.get_content_type() == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield from headers_of(message_from_bytes(content, policy=policy.compat32))
    elif part.get_content_type() == "message/rfc822":
        payload = part.get_payload()
        yield from (text for inner in payload if isinstance(inner, Message) for text in headers_of(inner))
