"""`manage.py demo`: an invented country to try the service with, its sign-ins, and one-time codes for them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from nrm.accounts.models import Organisation
from nrm.desk.demo import signins
from nrm.desk.demo.fill import CASES, fill
from nrm.desk.demo.words import COUNTRIES


class Command(BaseCommand):
    help = "Fill an invented country (only with NRM_DEMO on), list its people, or give a one-time code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("task", nargs="?", choices=("fill", "people", "code"), default="fill")
        parser.add_argument("user", nargs="?", default="", help="the e-mail address, or what stands before the @")
        parser.add_argument("--country", default=settings.NRM_COUNTRY.upper(), help="AL, BA, XK, ME, MK or RS")
        parser.add_argument("--cases", type=int, default=CASES, help="how many cases")

    def handle(self, *_args: Any, task: str, user: str, country: str, cases: int, **_options: Any) -> None:
        if not settings.NRM_DEMO:
            raise CommandError("The demo is off. It runs only with NRM_DEMO=1, and never in production.")
        if task == "code":
            self.code(user)
        elif task == "people":
            self.people()
        else:
            self.fill(country.lower(), cases)

    def fill(self, country: str, cases: int) -> None:
        refuse_other_country(country)
        if signins.is_there():
            self.stdout.write("The invented country is there already. Nothing was changed.")
        elif get_user_model().objects.exists():
            raise CommandError("This database has people of its own. The demo fills only an empty one.")
        else:
            self.stdout.write("Filling an invented country. This takes about a minute.")
            fill(cases)
        self.people()

    def people(self) -> None:
        if not signins.is_there():
            raise CommandError("There is no invented country yet. Fill one with: manage.py demo")
        self.stdout.write("\n".join(["", *signins.table(), ""]))

    def code(self, user: str) -> None:
        try:
            self.stdout.write(signins.code_for(user))
        except signins.NoCode as reason:
            raise CommandError(str(reason)) from None


def refuse_other_country(country: str) -> None:
    """One instance serves one country: the demo never mixes two."""
    if country not in COUNTRIES:
        raise CommandError(f"--country must be one of {', '.join(COUNTRIES).upper()}.")
    if country != settings.NRM_COUNTRY:
        raise CommandError(
            f"This instance is set to {settings.NRM_COUNTRY.upper()}. Start with NRM_COUNTRY={country} to fill "
            f"{country.upper()}, or: make run COUNTRY={country.upper()}"
        )
    held = Organisation.objects.exclude(country=country).values_list("country", flat=True).first()
    if held:
        raise CommandError(
            f"The database holds {held.upper()}. Empty it with manage.py localdb reset, or start with "
            f"NRM_COUNTRY={held}."
        )
