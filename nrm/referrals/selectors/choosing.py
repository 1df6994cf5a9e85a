"""Whom a person can be referred to: what the directory has that fits what the case says, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.rows import seen_by_the_service
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Organisation
from nrm.accounts.selectors import organisations_taking_referrals, who_answers_referrals
from nrm.cases.models import Case
from nrm.countries import profile
from nrm.directory.models import Listing
from nrm.directory.selectors import Match, Need, listings_for
from nrm.directory.services import Service
from nrm.referrals.models import ENDED, Gap, Referral
from nrm.referrals.selectors.one import MOST_AT_ONCE, referral_for


def need_of(case: Case, asked: Mapping[str, Any]) -> Need:
    """What the case says of the person; what the page asks changes it."""
    known = {
        "sex": case.sex,
        "age_group": case.age_group,
        "language": case.spoken_language,
        "region": case.region,
    }
    return Need(**{**known, **asked})


def matches_for(actor: Actor, need: Need) -> list[Match]:
    """The best fitting first. Nobody refers to their own organisation, nor to one that takes no referrals."""
    found = listings_for(need, besides=actor.organisation_id)
    return [match for match in found if match.listing.organisation.accepts_referrals]


def chosen_listings(actor: Actor, pks: Sequence[str]) -> list[Listing]:
    """Services that were marked, in the order of their names; what takes no referrals any more is left out."""
    wanted = [pk for pk in map(_as_uuid, pks[:MOST_AT_ONCE]) if pk]
    listings = Listing.objects.taking_referrals().filter(pk__in=wanted, organisation__accepts_referrals=True)
    found = listings.exclude(organisation=actor.organisation_id).select_related("organisation")
    return sorted(found, key=lambda listing: (listing.shown_as, str(listing.pk)))


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def receivers_for(actor: Actor) -> list[tuple[UUID, str]]:
    """Every organisation that takes referrals, with a service in the directory or without."""
    return [(row.pk, row.name) for row in organisations_taking_referrals(besides=actor.organisation_id)]


def who_could_help(referral: Referral) -> list[tuple[UUID, str]]:
    """Whom the receiver can suggest: neither itself nor who sent it; and no shelter, whose own name stands in no list
    for whoever is asked, police and prosecution among them. A place is asked for by the lead."""
    taking = organisations_taking_referrals(besides=referral.receiver_id).exclude(pk=referral.sender_id)
    taking = taking.exclude(kind=OrganisationKind.SHELTER)
    return [(row.pk, row.name) for row in taking]


def outside(organisation_ids: Iterable[UUID]) -> set[UUID]:
    """Those of them in which nobody has an account that answers referrals; one query."""
    nobody = ~Exists(who_answers_referrals(OuterRef("pk")))
    return set(Organisation.objects.filter(nobody, pk__in=list(organisation_ids)).values_list("pk", flat=True))


def carried_on(actor: Actor, case: Case, text: str) -> Referral | None:
    """The referral of the case that a new one goes on from; `NotVisible` when it is none of the lead's, or not over."""
    if not text:
        return None
    pk = _as_uuid(text)
    if pk is None:
        raise NotVisible
    referral, _standing = referral_for(actor, pk, Permission.SEND_REFERRAL)
    if referral.case_id != case.pk or referral.state not in ENDED:
        raise NotVisible
    return referral


# What is missing in the country, for the coordinator


@dataclass(frozen=True, slots=True)
class Missing:
    """For how many cases a service was looked for in a region and not found."""

    service: str
    region: str
    count: int


def gaps_in_country(actor: Actor) -> list[Missing]:
    """Sums without any case; most first. A restricted case is in none: of a sum of one it could be told."""
    if not allows(actor, Permission.SEE_COUNTRY):
        raise NotPermitted
    with seen_by_the_service():  # Sums alone leave this function.
        gaps = Gap.objects.filter(case__is_restricted=False)
        rows = list(gaps.values_list("service", "region").annotate(count=Count("id")).order_by("-count"))
    return [Missing(str(Service(service).label), _region(code), count) for service, code, count in rows]


def _region(code: str) -> str:
    region = profile.current().region(code)
    return region.name if region else ""
