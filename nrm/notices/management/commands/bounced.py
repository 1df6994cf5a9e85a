"""`manage.py bounced`: the mail server hands over what came back, on standard input."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from nrm.notices.bouncing import came_back
from nrm.notices.returned import NoReport, read


class Command(BaseCommand):
    """Always ends well: whoever forged a report must not be sent one in return. What was refused is said in a word."""

    help = "Read a delivery status notification from standard input and mark the mail and its address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", default="", help="the address it was sent to, as the envelope says")

    def handle(self, *_args: Any, to: str, **_options: Any) -> None:
        try:
            report = read(sys.stdin.buffer, addressed_to=to)
        except NoReport as why:
            self.stdout.write(f"refused: {why}")
            return
        found = came_back(report.token, is_of_address=report.is_of_address)
        self.stdout.write("marked" if found else "refused: not ours")
