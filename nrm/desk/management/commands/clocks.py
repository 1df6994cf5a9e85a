"""Look at every time limit once: expire what nobody answered, and tell who leads of what ran out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from nrm.access.rows import seen_by_the_service
from nrm.cases import actions as cases
from nrm.lib.clock import now
from nrm.placements import actions as placements
from nrm.referrals import actions as referrals

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
}


class Command(BaseCommand):
    help = __doc__ or ""

    @seen_by_the_service()  # Time runs in every case, for nobody in particular.
    def handle(self, *_args: Any, **_options: Any) -> None:
        at = now()
        for name, look in ROUND.items():
            if count := look(at):
                self.stdout.write(f"{name}: {count}")
