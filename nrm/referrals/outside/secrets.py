"""The token of a link, the code told by telephone, the key of a visit, the password of a letter. Digests only are kept.

Code and password are digits alone: they read the same in both scripts and are said aloud without spelling.
"""

from __future__ import annotations

import secrets
from functools import cache
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

#: 256 random bits, so that a plain hash of them is as safe as a slow one.
TOKEN_BYTES = 32
CODE_DIGITS = 8
#: 66 bits: whoever finds the file can try passwords as fast as their machines go.
PASSWORD_DIGITS = 20
GROUP = 4

COOKIE = "__Host-reply" if settings.IN_PRODUCTION else "reply"
SALT = "nrm.referrals.outside"
#: How long a browser that opened the link may take until it gives the code.
KNOCK_SECONDS = 3600
KNOCK, VISIT = "knock", "visit"


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> bytes:
    return sha256(token.encode()).digest()


def new_code() -> str:
    return _digits(CODE_DIGITS)


def new_password() -> str:
    return _digits(PASSWORD_DIGITS)


def _digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))


def in_groups(digits: str) -> str:
    """As it is read aloud: four at a time."""
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def hash_of_code(link_id: UUID, code: str) -> str:
    """Argon2id over a keyed hash: eight digits alone could be tried out on a stolen dump, but not without the key."""
    return make_password(_peppered(link_id, code))


def is_right_code(link_id: UUID | None, code: str, kept: str | None) -> bool:
    """Costs the same whether there is such a link or not."""
    typed = "".join(sign for sign in code if sign.isalnum())
    is_right = check_password(_peppered(link_id or UUID(int=0), typed), kept or _no_code())
    return is_right and kept is not None


def _peppered(link_id: UUID, code: str) -> str:
    return salted_hmac(f"{SALT}.code", f"{link_id}:{code}", algorithm="sha256").hexdigest()


@cache
def _no_code() -> str:
    return make_password(secrets.token_urlsafe(TOKEN_BYTES))


def carry(response: HttpResponse, kind: str, value: str) -> None:
    """Puts what this browser holds into its one cookie: the digest of a link it opened, or the key of its visit."""
    response.set_cookie(
        COOKIE,
        signing.dumps([kind, value], salt=SALT),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def carried(request: HttpRequest, kind: str) -> str:
    """What the browser brings of this kind; nothing when it is forged, of another kind or too old."""
    try:
        found, value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KNOCK_SECONDS)
    except (signing.BadSignature, ValueError):
        return ""
    return str(value) if found == kind else ""


def drop(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")
