"""How a round of the service goes through what is due: one by one, so that one that fails holds up no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Model

from nrm.access.refusals import Refusal

log = logging.getLogger(__name__)

Record = TypeVar("Record", bound=Model)


def one_by_one(records: Iterable[Record], act: Callable[[Record], object]) -> int:
    """How many acts changed something: `act` opens a transaction of its own and returns False when it did nothing.

    A refusal means that somebody was faster. Any other failure is logged by class and id, without its text, and tried
    again with the next round. When the database itself is away, the round ends.
    """
    return sum(_done(record, act) for record in records)


def _done(record: Record, act: Callable[[Record], object]) -> bool:
    try:
        return act(record) is not False
    except Refusal:
        return False
    except Exception as error:
        if isinstance(error, (InterfaceError, OperationalError)) and not connection.is_usable():
            raise
        log.error("%s %s failed in a round: %s", record._meta.label, record.pk, type(error).__name__)
        return False
