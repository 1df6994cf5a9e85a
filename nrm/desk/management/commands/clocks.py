"""`manage.py clocks run`: look at every time limit once. Expire what nobody answered, remind of what ends soon, tell
who leads of what ran out. It may be run as often as one likes, by several at once, and killed at any moment."""

from __future__ import annotations

import logging
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, connection

from nrm.access.rows import seen_by_the_service
from nrm.cases import actions as cases
from nrm.directory import actions as directory
from nrm.drafts import actions as drafts
from nrm.lib.clock import now
from nrm.notices.calendar_links import end_calendars_of_leavers
from nrm.placements import actions as placements
from nrm.referrals import actions as referrals
from nrm.support import actions as support

log = logging.getLogger(__name__)

#: What is looked at, in this order, and by what.
ROUND: dict[str, Callable[[datetime], int]] = {
    "referrals": referrals.expire_overdue,
    "reservations": placements.expire_overdue,
    "consents": cases.expire_consents,
    "legal bases": cases.expire_bases,
    "emergency access": cases.expire_emergencies,
    "absences": cases.expire_covers,
    "time limits": cases.run_out_clocks,
    "retention": cases.look_at_retention,
    "drafts": drafts.clear,
    "directory": directory.ask_what_is_still_true,
    "reminders of time limits": cases.remind_of_limits,
    "reminders of tasks": cases.remind_of_tasks,
    "reminders of appointments": support.remind_of_appointments,
    "late tasks": cases.escalate_tasks,
    "calendars of leavers": end_calendars_of_leavers,
}


class Command(BaseCommand):
    help = "Look at every time limit, task and appointment once; safe to run twice at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", nargs="?", choices=("run",), default="run")

    @seen_by_the_service()  # Time runs in every case, for nobody in particular.
    def handle(self, *_args: Any, **_options: Any) -> None:
        at = now()
        for name, look in ROUND.items():
            if count := looked(name, look, at):
                self.stdout.write(f"{name}: {count}")


def looked(name: str, look: Callable[[datetime], int], at: datetime) -> int:
    """One that fails stops no other: it is tried again with the next round. When the database is away, all do."""
    try:
        return look(at)
    except Exception as error:
        if isinstance(error, (InterfaceError, OperationalError)) and not connection.is_usable():
            raise
        log.error("The round of %s failed: %s", name, type(error).__name__)
        return 0
