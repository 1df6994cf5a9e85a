"""How many wrong passwords are too many: counted per account and network, per account, and per address.

Counting is done by django-axes; here are the limits, and that nobody can lock a colleague out for good: the limit
per account does not hold where that colleague signed in before, and failures during a lock do not prolong it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from nrm.accounts.models import SessionRecord
from nrm.accounts.networks import network_of

#: Failures within the cool-off time (15 minutes) after which the door stays shut for as long.
PER_ACCOUNT_AND_ADDRESS = 5
PER_ACCOUNT = 10
PER_ADDRESS = 50
#: A network where the person signed in during this time is exempt from the limit per account.
FAMILIAR_FOR = timedelta(days=30)


def normal_email(text: str) -> str:
    return text.strip().lower()


def digest_of_email(email: str) -> str:
    """Stands for an address in counters and audit, so that neither holds it in clear."""
    return salted_hmac("nrm.accounts.throttling", normal_email(email), algorithm="sha256").hexdigest()


def account_digest(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    return digest_of_email(str((credentials or {}).get("username") or ""))


def keep_our_page(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """django-axes would replace the answer; the sign-in view has already said what is to be said."""
    return response


def is_familiar(request: HttpRequest, email: str) -> bool:
    return SessionRecord.objects.filter(
        user__email=normal_email(email),
        network=network_of(request),
        started_at__gte=timezone.now() - FAMILIAR_FOR,
    ).exists()


class DoorHandler(AxesDatabaseHandler):
    """django-axes with three limits instead of one; a failure count is given in percent of the nearest limit."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        account = account_digest(request, credentials)
        recent = AccessAttempt.objects.filter(attempt_time__gte=get_cool_off_threshold(request))
        here = request.axes_ip_address  # type: ignore[attr-defined]
        shares = [
            failures(recent.filter(username=account, ip_address=here)) / PER_ACCOUNT_AND_ADDRESS,
            failures(recent.filter(ip_address=here)) / PER_ADDRESS,
        ]
        share_of_account = failures(recent.filter(username=account)) / PER_ACCOUNT
        if share_of_account >= 1 and not is_familiar(request, str((credentials or {}).get("username") or "")):
            shares.append(share_of_account)
        return int(max(shares) * settings.AXES_FAILURE_LIMIT)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """A right password clears this account at this address only, never the count of a whole network."""
        own = AccessAttempt.objects.filter(
            username=account_digest(request, credentials),
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
        )
        deleted: int = own.delete()[0]
        return deleted


def failures(attempts: QuerySet[AccessAttempt]) -> int:
    return attempts.aggregate(total=Sum("failures_since_start"))["total"] or 0
