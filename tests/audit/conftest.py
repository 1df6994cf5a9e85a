"""A chain with history rows in it, and the hands of somebody who can get past the guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from nrm.access.actor import Actor
from nrm.audit import encoding
from nrm.audit.actions import append, history_digest, record
from nrm.audit.models import Event, Head


@contextmanager
def past_the_guards() -> Iterator[None]:
    """What a superuser of the database can do: no trigger fires."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def rewrite_from(sequence: int, **changes: Any) -> None:
    """Changes one event and computes every hash after it anew, and the head: the clever forger."""
    with past_the_guards():
        previous = None
        Event.objects.filter(sequence=sequence).update(**changes)
        for event in list(Event.objects.filter(sequence__gte=sequence).order_by("sequence")):
            event.previous = previous or event.previous
            event.hash = previous = encoding.event_hash(event)
            event.save()
        Head.objects.update(sequence=event.sequence, hash=event.hash)


@pytest.fixture
def organisation(cast: Any) -> Any:
    """A record that keeps history, changed twice by acts that are in the chain."""
    from nrm.accounts.models import Organisation

    made = Organisation(name="Old Mill", kind="ngo", country="mk")
    for name, action in (("Old Mill", "organisation.added"), ("New Mill", "organisation.changed")):
        with transaction.atomic():
            made.name = name
            made.save()
            row = made.history.latest("history_id")
            append(action, by=cast.administrator.actor, history=[history_digest(row)])
    return made


@pytest.fixture
def chain(cast: Any, organisation: Any) -> list[Event]:
    """Eight events of several kinds, the first two with history rows."""
    actor: Actor = cast.case_worker.actor
    for number in range(3):
        record(
            "case.read", by=actor, case_code="K7Q2-M4RT-9XCY", subject=f"cases.case:{number}", data={"blocks": ["risk"]}
        )
    record("sign_in.failed", by=None, outcome="failed")  # type: ignore[arg-type]
    record("referral.send", by=actor, case_code="K7Q2-M4RT-9XCY")
    record("request.refused", by=cast.stranger.actor, outcome="refused")  # type: ignore[arg-type]
    return list(Event.objects.order_by("sequence"))
