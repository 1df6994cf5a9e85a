"""Delivers what waits. Only the worker does: no page ever waits for a mail server.

Three steps, so that no transaction is open while the mail server thinks: take a letter (its notices are put off for a
while, so that no other worker takes it), send it, and write down how it went. Nothing is lost: what was taken by a
worker that died is taken again when the while is over. If it died between sending and writing down, the letter goes
out a second time, as the same mail with the same Message-ID, which the other side may recognise.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from time import monotonic
from uuid import UUID, uuid4

from django.db import Error, transaction

from nrm.accounts.models import Membership, User
from nrm.lib.clock import now
from nrm.notices.actions import may_still_be_told
from nrm.notices.bouncing import bounces, mark_bouncing
from nrm.notices.kinds import NoticeKind
from nrm.notices.letters import written
from nrm.notices.models import BounceReason, Notice

log = logging.getLogger(__name__)

#: After this many failures, about four days, the notice is dropped; the task in the inbox stays.
ATTEMPTS = 20
LONGEST_WAIT = timedelta(hours=6)
#: How long a worker may take over one letter: longer than a slow mail server, which is given 20 seconds an answer.
LEASE = timedelta(minutes=10)
#: Seconds after which a turn ends, so that time limits are looked at in between.
TURN = 60.0
#: A refusal of who sends (5.7), not of who gets it: the other side may think better of it.
OF_THE_SENDER = re.compile(rb"5\.7\.")
REFUSED = range(500, 600)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a worker has taken on."""

    id: UUID
    recipient: User
    notices: Sequence[Notice]
    attempts: int


@dataclass(frozen=True, slots=True)
class Failure:
    """`is_final`: it was refused for good. `is_of_all`: the mail server itself is away, whoever it is for."""

    code: str
    is_final: bool = False
    is_of_address: bool = False
    is_of_all: bool = False


def deliver_due(limit: int = 50) -> int:
    """Delivers what waits, each letter by itself; how many were sent. A turn ends early when the mail server is away
    or slow."""
    sent, until = 0, monotonic() + TURN
    for _turn in range(limit):
        letter = take_next() if monotonic() < until else None
        if letter is None:
            break
        if not letter.notices:
            continue
        failure = send(letter)
        settle(letter, failure)
        sent += failure is None
        if failure is not None and failure.is_of_all:
            break
    return sent


def take_next() -> Letter | None:
    """The letter that waits longest, put off for others. Locks its recipient and its notices until it has been taken;
    another worker passes over all of that recipient. None when nothing waits."""
    with transaction.atomic():
        at = now()
        first = (
            Notice.objects.waiting()
            .filter(next_try_at__lte=at)
            .order_by("next_try_at", "id")
            .select_for_update(skip_locked=True, no_key=True, of=("self", "recipient"))
            .select_related("recipient")
            .first()
        )
        return None if first is None else _take(first, at)


def _take(first: Notice, at: datetime) -> Letter:
    recipient: User = first.recipient
    together = _that_leave_with(first, at)
    told = [notice for notice in together if not _drop(notice, recipient, at)]
    letter = first.letter or uuid4()
    for notice in told:
        notice.letter, notice.attempts, notice.next_try_at = letter, notice.attempts + 1, at + LEASE
    fields = ["letter", "attempts", "next_try_at", "dropped_at", "last_error_code"]
    for notice in together:
        notice.save(update_fields=fields)
    return Letter(letter, recipient, told, max((notice.attempts for notice in told), default=0))


def _that_leave_with(first: Notice, at: datetime) -> list[Notice]:
    """The rest of a letter that was tried before, or all that wait for the same moment."""
    waiting = Notice.objects.waiting().filter(recipient=first.recipient_id).order_by("created_at", "id")
    if first.letter is not None:
        return list(waiting.filter(letter=first.letter).select_for_update(no_key=True))
    if first.is_gathered:
        due = waiting.filter(letter=None, is_gathered=True, next_try_at__lte=at)
        return list(due.select_for_update(no_key=True))
    return [first]


def _drop(notice: Notice, recipient: User, at: datetime) -> bool:
    """Whether nobody is told after all."""
    why = ""
    if not _still_belongs(notice, recipient) or not may_still_be_told(notice):
        why = "recipient_left"
    elif bounces(recipient):
        why = "address_bounces"
    if why:
        notice.dropped_at, notice.last_error_code = at, why
    return bool(why)


def _still_belongs(notice: Notice, recipient: User) -> bool:
    """Whether the recipient may still be told: an active account, and a membership where the notice went."""
    if not recipient.is_active or notice.kind == NoticeKind.ACCOUNT_CHANGED:
        return recipient.is_active
    memberships = Membership.objects.filter(user=recipient, ended_at=None, organisation__is_active=True)
    if notice.organisation_id is not None:
        memberships = memberships.filter(organisation=notice.organisation_id)
    return memberships.exists()


def send(letter: Letter) -> Failure | None:
    """No transaction is open here."""
    try:
        written(letter.id, letter.recipient, letter.notices).send()
    except OSError as error:  # what sockets and smtplib raise
        return failure_of(error)
    except Exception as error:  # noqa: BLE001  # a fault of ours with one letter holds up no other
        log.error("Letter %s was not sent: %s", letter.id, type(error).__name__)
        return Failure(type(error).__name__)
    return None


def failure_of(error: OSError) -> Failure:
    """Codes only: the text of a refusal holds the address."""
    if isinstance(error, SMTPRecipientsRefused):
        answers = list(error.recipients.values())
        final = bool(answers) and all(code in REFUSED and not OF_THE_SENDER.match(said) for code, said in answers)
        code = answers[0][0] if answers else 0
        return Failure(f"refused_{code}", is_final=final, is_of_address=final)
    if isinstance(error, SMTPDataError):
        final = error.smtp_code in REFUSED and not OF_THE_SENDER.match(as_bytes(error.smtp_error))
        return Failure(f"refused_{error.smtp_code}", is_final=final)
    return Failure(type(error).__name__, is_of_all=not isinstance(error, SMTPResponseException))


def as_bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode(errors="replace")


def settle(letter: Letter, failure: Failure | None) -> None:
    """Write down how it went. If the database is away just now, the letter is sent once more when its while is over."""
    try:
        with transaction.atomic():
            at = now()
            taken = Notice.objects.waiting().filter(letter=letter.id, attempts__lte=letter.attempts)
            if failure is None:
                taken.update(sent_at=at, last_error_code="")
                return
            gives_up = failure.is_final or letter.attempts >= ATTEMPTS
            wait = min(timedelta(minutes=2 ** min(letter.attempts, 10)), LONGEST_WAIT)
            taken.update(last_error_code=failure.code, next_try_at=at + wait, dropped_at=at if gives_up else None)
            if failure.is_of_address:
                mark_bouncing(letter.recipient, BounceReason.REFUSED)
    except Error as error:
        log.warning("Letter %s was not written down: %s", letter.id, type(error).__name__)
        raise
