"""A person at a desk who reads the service in a language of their own.

Names of buttons and fields are given as the code has them, and looked for as that person reads them. Whoever asks for
`speaker` is held to more than the rules of the house: what was typed shows in no mail, calendar, log or record of acts.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, override, pgettext
from playwright.sync_api import Locator, Page, expect

from nrm.audit.models import Event
from nrm.notices import calendar_links
from nrm.notices.models import Notice
from tests.browser.desks import Desk

PHONE = {"width": 390, "height": 844}


class Speaker(Desk):
    """Counts its clicks."""

    def __init__(self, page: Page, language: str) -> None:
        super().__init__(page)
        self.language = language
        self.clicks = 0

    def word(self, msgid: str | Promise, context: str = "", **named: str) -> str:
        """A text of the code, or one that it keeps for translating later."""
        with override(self.language):
            if isinstance(msgid, Promise) or not msgid:
                return str(msgid)
            found = pgettext(context, msgid) if context else gettext(msgid)
        return found % named if named else found

    def follow(self, name: str, *, within: str = "", exact: bool = True) -> None:
        self.clicks += 1
        super().follow(self.word(name), within=self.word(within), exact=exact)

    def press(self, name: str, *, within: str = "") -> None:
        self.clicks += 1
        super().press(self.word(name), within=self.word(within))

    def choose(self, name: str | Promise, *, under: str = "", exact: bool = True) -> None:
        super().choose(self.word(name), under=under, exact=exact)

    def tick(self, name: str | Promise, *, under: str = "") -> None:
        super().tick(self.word(name), under=under)

    def labelled(self, name: str) -> Locator:
        required, optional = self.both(name)
        return self.page.get_by_label(required, exact=True).or_(self.page.get_by_label(optional, exact=True))

    def group(self, legend: str) -> Page | Locator:
        if not legend:
            return self.page
        required, optional = (self.page.get_by_role("group", name=one, exact=True) for one in self.both(legend))
        return required.or_(optional)

    def both(self, name: str) -> tuple[str, str]:
        """With and without the mark that an answer is optional."""
        return self.word(name), f"{self.word(name)}({self.word('optional')})"

    def stands_at(self, heading: str) -> None:
        super().stands_at(self.word(heading))

    def reads(self, *texts: str | Promise) -> None:
        super().reads(*map(self.word, texts))

    def does_not_read(self, *texts: str | Promise) -> None:
        super().does_not_read(*map(self.word, texts))

    def reads_in_their_language(self) -> None:
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)

    def preview(self) -> str:
        """What stands where the other organisation's view is shown."""
        return " ".join(self.page.locator("main .preview").inner_text().split())


@dataclass
class Leaks:
    """Listens to every log, and afterwards looks for what was typed where it must not be."""

    typed: set[str] = field(default_factory=set)
    calendars: list[str] = field(default_factory=list)
    logged: StringIO = field(default_factory=StringIO)

    def subscribe(self, player: Any) -> None:
        """From now on their calendar counts."""
        self.calendars.append(f"/calendar/{calendar_links.make_calendar(by=player.actor)}.ics")

    def told(self) -> dict[str, str]:
        """All that left the pages, by the way it went; notices go out now, each by itself and then as a digest."""
        Notice.objects.filter(sent_at=None).update(next_try_at=timezone.now())
        call_command("worker", "--once", stdout=self.logged)
        return {
            "mail": "\n".join(message.message().as_string() for message in mail.outbox),
            "mail as read": "\n".join(f"{message.subject}\n{message.body}" for message in mail.outbox),
            "calendar": "\n".join(map(fetched, self.calendars)),
            "log": self.logged.getvalue(),
            "record of acts": str(list(Event.objects.values("action", "subject", "data", "case_code"))),
        }

    def ways_of(self, *texts: str) -> set[tuple[str, str]]:
        """Which of them went out, and by which way."""
        told = self.told()
        return {(way, one) for way, text in told.items() for one in texts if one.lower() in text.lower()}

    def judge(self) -> None:
        assert self.ways_of(*self.typed) == set()
        assert mail.outbox


def fetched(address: str) -> str:
    return Client().get(address).content.decode().replace("\r\n ", "")


class listening:  # noqa: N801
    """Every logger tells more than it does when the service runs, for as long as this lasts."""

    LOGGERS = ("", "django", "axes")

    def __init__(self, leaks: Leaks) -> None:
        self.handler = logging.StreamHandler(leaks.logged)

    def __enter__(self) -> None:
        self.before = [(logging.getLogger(name), logging.getLogger(name).level) for name in self.LOGGERS]
        for logger, _level in self.before:
            logger.addHandler(self.handler)
            logger.setLevel(logging.INFO)

    def __exit__(self, *exception: object) -> None:
        for logger, level in self.before:
            logger.removeHandler(self.handler)
            logger.setLevel(level)
