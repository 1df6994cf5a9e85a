"""A clock that is set back, so that nine months of an invented country fit into one minute.

Python's clock and the one that the audit chain reads in SQL are moved by the same shift. Both go on running between
moves, and the shift only ever shrinks, so time never runs backwards along the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from django.db import connection, transaction
from django.utils import timezone

from nrm.audit import actions as audit

real_now = timezone.now

#: The audit chain's statement with its clock moved as well.
SHIFTED_CLOCK = f"{audit.SERVER_CLOCK} + current_setting('demo.shift')::interval"
SHIFTED_LOCK_HEAD = audit.LOCK_HEAD.replace(audit.SERVER_CLOCK, SHIFTED_CLOCK)


class Clock:
    def __init__(self, start: datetime) -> None:
        self._shift = start - real_now()
        self._tell_database()

    def now(self) -> datetime:
        return real_now() + self._shift

    def move_to(self, moment: datetime) -> None:
        """Forward only: a moment that has passed leaves the clock as it is."""
        self._shift = max(self._shift, moment - real_now())
        self._tell_database()

    def _tell_database(self) -> None:
        microseconds = self._shift // timedelta(microseconds=1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('demo.shift', %s, true)", [f"{microseconds} microseconds"])


@contextmanager
def set_back_to(start: datetime) -> Iterator[Clock]:
    """One transaction under the moved clock: all of it is kept, with nothing left of the clock, or none of it.

    Without savepoints, which are a third of all statements: here no refusal is survived, every one ends the whole.
    """
    with transaction.atomic():
        clock = Clock(start)
        with (
            patch.object(timezone, "now", clock.now),
            patch.object(audit, "LOCK_HEAD", SHIFTED_LOCK_HEAD),
            patch.object(connection.features, "uses_savepoints", False),
        ):
            yield clock
