"""The letter to an organisation without an account: what is asked, without identity, and how to answer.

Whoever finds the paper learns that somebody is asked for help, not for whom, and no programme. The file opens with a
password that is told by telephone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from nrm.access.actor import Actor
from nrm.cases.models import Document
from nrm.languages.choice import html_tag
from nrm.lib.clock import today
from nrm.lib.letter import Letter, seal, typeset_letter
from nrm.lib.typesetting import Part
from nrm.referrals.models import Referral
from nrm.referrals.outside import actions
from nrm.referrals.outside.secrets import new_password, new_token
from nrm.referrals.outside.selectors import lead_of
from nrm.referrals.selectors import answer_due, summary_of


@dataclass(frozen=True, slots=True)
class MadeLetter:
    """The password leaves the service here, once, and is kept nowhere; so does the code for the link, if one is
    printed."""

    document: Document
    password: str
    code: str = ""


def make_letter(referral: Referral, *, by: Actor, language: str, phone: str, with_link: bool) -> MadeLetter:
    """Typesets and seals first, then keeps it in one act. The caller has checked that `by` leads the case; raises like
    `actions.keep_letter`."""
    token, password = new_token() if with_link else "", new_password()
    content = typeset_letter(letter_of(referral, language=language, phone=phone, token=token))
    with override(language):
        name = pgettext("file name", "Letter")
    document, issued = actions.keep_letter(
        referral, by=by, name=f"{name}.pdf", content=seal(content, password), language=language, token=token
    )
    return MadeLetter(document, password, issued.code if issued else "")


def address_of(token: str) -> str:
    return f"{settings.NRM_BASE_URL.rstrip('/')}{reverse('referrals:outside_link', args=[token])}"


def letter_of(referral: Referral, *, language: str, phone: str, token: str = "") -> Letter:
    with override(language):
        lead = lead_of(referral.case) or referral.sender
        return Letter(
            tag=html_tag(language),
            sender=[lead.name, _("Telephone: %(phone)s") % {"phone": phone}],
            marks=[
                formats.date_format(today(), "DATE_FORMAT"),
                _("Our reference: %(code)s") % {"code": referral.case.code},
            ],
            recipient=[referral.receiver.name],
            heading=_("Can you help a person?"),
            opening=[
                _(
                    "We ask you to help a person whom we support. This letter gives no name. If you can help, we tell "
                    "you by telephone what you need to know and what the person agreed to."
                )
            ],
            parts=list(_parts(referral, phone=phone, with_link=bool(token))),
            address=address_of(token) if token else "",
            foot=[
                _(
                    "This letter is confidential. Show it only to those who have to answer it, and destroy it when you "
                    "have answered."
                )
            ],
        )


def _parts(referral: Referral, *, phone: str, with_link: bool) -> Iterable[Part]:
    """Every sentence in the language that is active."""
    yield Part(_("What is asked"), list(_asked(referral)))
    if lines := [line for line in summary_of(referral).split("\n") if line.strip()]:
        yield Part(_("What you should know"), lines)
    yield Part(_("How you answer"), list(_ways(referral, phone=phone, with_link=with_link)))


def _asked(referral: Referral) -> Iterable[str]:
    facts = [
        (_("Service"), referral.get_service_display()),
        (_("Urgency"), referral.get_urgency_display()),
        (_("Age"), referral.case.get_age_group_display()),
        (_("Help with the language"), referral.get_language_help_display()),
        (_("Language"), referral.get_spoken_display()),
        (pgettext("interpreter", "How"), referral.get_meeting_display()),
        (_("When"), _moment(referral.needed_at) if referral.needed_at else ""),
        (_("Minutes"), str(referral.needed_minutes or "")),
        (_("The person prefers"), referral.get_preferred_display()),
    ]
    for label, value in facts:
        if value:
            yield f"{label}: {value}"


def _ways(referral: Referral, *, phone: str, with_link: bool) -> Iterable[str]:
    if due := answer_due(referral):
        yield _("Please answer by %(moment)s.") % {"moment": _moment(due)}
    yield _("By telephone: %(phone)s. Say our reference, and whether you accept, decline or have a question.") % {
        "phone": phone
    }
    if with_link:
        yield _("Or open the address below. It opens once, with the code that we tell you by telephone.")


def _moment(at: datetime) -> str:
    return formats.date_format(localtime(at), "DATETIME_FORMAT")
