"""What everybody promises before the first case, by version. A version that somebody accepted is never changed: a new
text is a new version at the end, and everybody is asked again."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Pledge:
    """The code of conduct and confidentiality pledge, one promise a sentence."""

    version: str
    promises: tuple[str | Promise, ...]


PLEDGES = (
    Pledge(
        version="1",
        promises=(
            _("I open a case only when my work for this person needs it, and read only what I need to know."),
            _("I tell what I learn here only to those who need it to help, and never to press, family or friends."),
            _("I work on devices of my organisation, and keep no copies, photos or notes outside this service."),
            _("I write case codes in mails, chats and calendars, and never names, places or stories."),
            _("I never give my password, my codes or my open screen to anybody, not even for a moment."),
            _("I expect and accept nothing from the people I help, and begin no private relationship with them."),
            _("I say so and step back when I know a person, or somebody who may have harmed them."),
            _("I report a mistake, a loss or a doubt at once, and nobody is punished for an honest report."),
            _("I know that everything I open, search and change is recorded, and that others check it."),
            _("My promise goes on when I leave: I take nothing with me, and stay silent about what I learned."),
        ),
    ),
)
CURRENT = PLEDGES[-1]
VERSIONS = tuple(pledge.version for pledge in PLEDGES)
