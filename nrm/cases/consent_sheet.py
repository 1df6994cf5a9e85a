"""The sheet that the person takes along: what they agreed to, in their language, on one page.

Whoever finds it must learn nothing from it. It says "you" and "the person you talk to", gives no name, no case code and
no programme, and names another organisation only where somebody decided that this does no harm. It answers what the
Human Trafficking Case Data Standard asks of every consent: to what, what for, later use, use of numbers, one's own
data, how long, and how to take it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from nrm.access.actor import Actor
from nrm.cases.actions.documents import keep_made
from nrm.cases.models import Consent, DataCategory, Document, DocumentBlock, Purpose
from nrm.cases.selectors.consent import recipient_of
from nrm.cases.signature import strokes_of
from nrm.countries import profile
from nrm.languages.choice import NEIGHBOURS, html_tag
from nrm.lib.typesetting import Part, Sheet, typeset
from nrm.vault.fields import opened

WHAT_FOR: dict[str, str | Promise] = {
    Purpose.ASSISTANCE: gettext_lazy("So that you get help and are safe."),
    Purpose.REFERRAL: gettext_lazy("So that another organisation can help you too."),
    Purpose.SERVICE: gettext_lazy("So that you get the support that you chose."),
    Purpose.FORMAL_IDENTIFICATION: gettext_lazy("So that it can be decided which rights and help are yours."),
}
#: The same four as in the form, to the person.
YOURS: dict[str, str | Promise] = {
    DataCategory.IDENTITY: gettext_lazy("your name, birth and papers, and how you can be reached"),
    DataCategory.ACCOUNT: gettext_lazy("what you told about what happened"),
    DataCategory.RISK: gettext_lazy("what could be dangerous for you and what you need"),
    DataCategory.HEALTH: gettext_lazy("what concerns your health"),
}


def nearest_language(consent: Consent) -> str:
    """The interface language in which the person most likely reads: that in which it was explained, a neighbour's, else
    the first of the country."""
    ours = [code for code, _name in settings.LANGUAGES]
    for spoken in (consent.explained_in, consent.case.spoken_language):
        if (near := NEIGHBOURS.get(spoken, spoken)) in ours:
            return near
    return next((code for code in profile.current().languages.value.split() if code in ours), "en")


def make_sheet(consent: Consent, *, by: Actor, language: str, with_name: bool = False) -> Document:
    """Makes the sheet and keeps it sealed with the consent. Raises like `keep_made`."""
    content = typeset(sheet_of(consent, language=language, with_name=with_name))
    with override(language):
        name = _("What you agreed to")
    return keep_made(
        consent.case, by=by, block=DocumentBlock.CONSENT, name=f"{name}.pdf", content=content, consent=consent
    )


def sheet_of(consent: Consent, *, language: str, with_name: bool = False) -> Sheet:
    with override(language):
        return Sheet(
            tag=html_tag(language),
            heading=_("What you agreed to"),
            parts=list(_parts(consent, with_name=with_name)),
            strokes=strokes_of(opened(consent.case.person, consent, "signature")),
            foot=[_("Given on: %(day)s") % {"day": _day(consent.given_on)}],
        )


def _parts(consent: Consent, *, with_name: bool) -> Iterable[Part]:
    """Every sentence in the language that is active."""
    shared = [str(YOURS[category]) for category in DataCategory if category.value in consent.categories]
    what = _("This may be passed on:") if shared else _("You agreed to be helped. Nothing is passed on.")
    yield Part(_("What"), [what], shared)
    yield Part(_("What for"), [str(WHAT_FOR[consent.purpose]), _("It is used for nothing else.")])
    if shared:
        yield Part(_("Who gets it"), [_who(consent, with_name=with_name)])
    yield Part(
        _("Who else"),
        [
            _(
                "Nobody, unless somebody’s life is in danger, a child has to be protected or a court orders it. Then "
                "you are told."
            ),
            _("Numbers without names may help to improve the help. Nobody can recognise you in them."),
        ],
    )
    yield Part(_("How long"), [_how_long(consent)])
    yield Part(
        _("What is written about you"),
        [
            _("You can ask to see it and to have mistakes put right."),
            _("It is kept no longer than the law allows."),
        ],
    )
    yield Part(
        _("You can say no"),
        [
            _("To all of it or to a part, now or later. The help you get does not depend on it."),
            _(
                "To take it back, tell the organisation you spoke to. You need not say why. From then on nothing is "
                "passed on, and whoever got something has to stop using it."
            ),
        ],
    )


def _who(consent: Consent, *, with_name: bool) -> str:
    if with_name:
        return str(recipient_of(consent))
    if consent.recipient_id:
        return _("Only the organisation that was named to you.")
    return _("Only organisations of the kind that was named to you.")


def _how_long(consent: Consent) -> str:
    if consent.ends_on is None:
        return _("Until you take it back.")
    return _("Until you take it back, and at the latest until %(day)s.") % {"day": _day(consent.ends_on)}


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
