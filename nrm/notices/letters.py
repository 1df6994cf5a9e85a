"""What a mail looks like: a case code and a link, nothing else, in the recipient's language.

Each mail has one id, kept when it is tried again. The id, with a proof that it is ours, is the mail's Message-ID, by
which the other side recognises a repeat, and the address it comes back to, by which we recognise it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nrm.accounts.models import User
from nrm.notices.kinds import NoticeKind
from nrm.notices.models import Notice

#: Bytes of the proof. Whoever guesses one marks a single mail as come back.
PROOF = 10
#: Signs before the @ of an address (RFC 5321).
LONGEST_LOCAL = 64


def written(letter: UUID, recipient: User, notices: Sequence[Notice]) -> EmailMessage:
    """Whoever reads over a shoulder sees that there is work, and meaningless codes."""
    token = token_of(letter)
    with translation.override(recipient.language):
        return EmailMessage(
            subject=_("News for you"),
            body=f"{body_of(notices)}\n",
            from_email=comes_back_to(token),
            to=[recipient.email],
            headers={
                "From": settings.DEFAULT_FROM_EMAIL,
                "Message-ID": f"<{token}@{domain_of(settings.DEFAULT_FROM_EMAIL)}>",
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
        )


def body_of(notices: Sequence[Notice]) -> str:
    link = f"{settings.NRM_BASE_URL.rstrip('/')}/"
    if len(notices) == 1:
        return sentence_for(notices[0]) % {"code": notices[0].case_code, "link": link}
    counted = ngettext(
        "There is %(count)s piece of news. Sign in to read it: %(link)s",
        "There are %(count)s pieces of news. Sign in to read them: %(link)s",
        len(notices),
    )
    codes = sorted({notice.case_code for notice in notices if notice.case_code})
    return "\n".join([counted % {"count": len(notices), "link": link}, *([""] if codes else []), *codes])


def sentence_for(notice: Notice) -> str:
    if notice.case_code:
        return _("There is news on %(code)s. Sign in to read it: %(link)s")
    if notice.kind == NoticeKind.ACCOUNT_CHANGED:
        return _("The way you sign in was changed. If that was not you, tell an administrator at once: %(link)s")
    return _("There is news for you. Sign in to read it: %(link)s")


def comes_back_to(token: str) -> str:
    """The sender on the envelope: an address of its own for each mail, where the operator has named one."""
    if not settings.NRM_MAIL_BOUNCES:
        return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    local, _at, domain = settings.NRM_MAIL_BOUNCES.rpartition("@")
    return f"{local}+{token}@{domain}"


def require_room_for_a_token() -> None:
    """ValueError for an address of bounces that leaves no room: mail servers take 64 signs before the @."""
    local, _at, domain = settings.NRM_MAIL_BOUNCES.rpartition("@")
    if settings.NRM_MAIL_BOUNCES and not (
        local and domain and len(f"{local}+{token_of(UUID(int=0))}") <= LONGEST_LOCAL
    ):
        raise ValueError("no room for a token")


def domain_of(sender: str) -> str:
    """The sender's, which everybody sees anyway, and never the name of the machine that sends."""
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def token_of(letter: UUID) -> str:
    """In lower case and without signs that a mail server might change."""
    return base64.b32encode(letter.bytes + proof_of(letter)).decode().rstrip("=").lower()


def letter_behind(token: str) -> UUID | None:
    """None for a token that we did not make."""
    try:
        found = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(found) != 16 + PROOF:
        return None
    letter = UUID(bytes=found[:16])
    return letter if hmac.compare_digest(found[16:], proof_of(letter)) else None


def proof_of(letter: UUID) -> bytes:
    return salted_hmac("nrm.notices.letters", letter.hex, algorithm="sha256").digest()[:PROOF]
