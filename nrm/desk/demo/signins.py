"""How to sign in to the invented country: one password, and codes from the terminal instead of a phone."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet
from django_otp.oath import TOTP

from nrm.accounts.models import Membership, TotpDevice

DOMAIN = "demo.invalid"
#: Everybody's, and no secret: the domain cannot exist, and the service refuses to run the demo in production.
PASSWORD = "seven lanterns over the orchard"  # noqa: S105  printed on purpose

#: How many people of the same work are printed.
AT_MOST = 2


class NoCode(Exception):
    """Nobody of this address, or both codes of the moment are used."""


def is_there() -> bool:
    return memberships().exists()


def memberships() -> QuerySet[Membership]:
    found = Membership.objects.filter(user__email__endswith=f"@{DOMAIN}", ended_at=None)
    return found.select_related("user", "organisation").order_by("user__created_at", "started_at")


def printed() -> Iterator[Membership]:
    """At most two people of the same work: more would only make the list long."""
    seen: Counter[tuple[UUID, str, bool]] = Counter()
    for one in memberships():
        work = (one.organisation_id, one.role, one.supervises)
        seen[work] += 1
        if seen[work] <= AT_MOST:
            yield one


def table() -> Iterator[str]:
    """Role, organisation, language, e-mail and password, in columns."""
    people = [(_work(one), one.user.email, one.user.language, one.organisation.name) for one in printed()]
    rows = [("ROLE", "E-MAIL", "LANGUAGE", "ORGANISATION"), *people]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield ""
    yield f"Password of everybody: {PASSWORD}"
    yield "One-time code:         make code USER=E-MAIL"


def _work(one: Membership) -> str:
    return f"{one.as_role.label} (supervisor)" if one.supervises else str(one.as_role.label)


def code_for(who: str) -> str:
    """A code that opens the door now, for the whole address or what stands before the @."""
    email = who.lower() if "@" in who else f"{who.lower()}@{DOMAIN}"
    if not email.endswith(f"@{DOMAIN}"):
        raise NoCode(f"{who} is not a person of the demo.")
    device = TotpDevice.objects.filter(user__email=email, confirmed=True).first()
    if device is None:
        raise NoCode(f"Nobody of the demo has the address {email}, or they have no second factor.")
    return code_now(device)


def code_now(device: TotpDevice) -> str:
    """The code of this half minute, or the next one when this one was used; the service takes both."""
    present = int(time.time()) // device.STEP_SECONDS
    step = max(present, device.last_t + 1)
    if step > present + device.TOLERANCE:
        raise NoCode(f"The codes of this moment are used. Ask again in {device.STEP_SECONDS} seconds.")
    clock = TOTP(device.secret, device.STEP_SECONDS)
    clock.time = step * device.STEP_SECONDS
    return f"{clock.token():06d}"
