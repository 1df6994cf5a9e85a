"""What people say of services, as sums: nobody reads what one person said of one service but who leads their case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted
from nrm.access.rows import seen_by_the_service
from nrm.directory.models import Listing
from nrm.directory.services import Service
from nrm.referrals.models import QUESTIONS, Feedback, Opinion, question

#: Sums are shown from as many people on, and move by as many: from one sum to the next nobody's answer can be told.
AT_LEAST = 5


@dataclass(frozen=True, slots=True)
class ListingSums:
    organisation: str
    service: str
    people: int
    #: Each question, and how many said yes, in part, no.
    lines: list[tuple[str, int, int, int]]


def feedback_sums(actor: Actor) -> list[ListingSums]:
    """For the coordinator, by service of an organisation; two queries."""
    if not allows(actor, Permission.SEE_COUNTRY):
        raise NotPermitted
    with seen_by_the_service():  # Sums alone leave this function.
        given = Feedback.objects.exclude(referral__listing=None).order_by("referral__listing", "recorded_at", "id")
        rows = list(given.values_list("referral__listing", *QUESTIONS))
    by_listing = {pk: [row[1:] for row in found] for pk, found in groupby(rows, key=lambda row: row[0])}
    shown = {pk: found[: len(found) // AT_LEAST * AT_LEAST] for pk, found in by_listing.items()}
    listings = Listing.objects.filter(pk__in=[pk for pk, found in shown.items() if found]).select_related(
        "organisation"
    )
    return [
        ListingSums(one.shown_as, str(Service(one.service).label), len(shown[one.pk]), list(_sums(shown[one.pk])))
        for one in listings
    ]


def _sums(answers: list[tuple[str, ...]]) -> Iterable[tuple[str, int, int, int]]:
    for name, given in zip(QUESTIONS, zip(*answers, strict=True), strict=True):
        count = Counter(given)
        yield question(name), count[Opinion.YES], count[Opinion.PARTLY], count[Opinion.NO]
