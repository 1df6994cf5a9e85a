"""Where help is missing: every service of the catalogue in every region, for women, men, children or anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted
from nrm.countries import profile
from nrm.countries.profile import Profile, Region
from nrm.directory.fitting import around
from nrm.directory.models import Listing
from nrm.directory.services import Service
from nrm.lib.persons import AgeGroup, Sex
from workflows.listing import ListingState

#: What everybody can be referred to everywhere, or is no service of its own.
NOT_MAPPED = frozenset({Service.OTHER, Service.INVESTIGATION})


class Whom(TextChoices):
    WOMEN = "women", pgettext_lazy("who is served", "Women")
    MEN = "men", pgettext_lazy("who is served", "Men")
    CHILDREN = "children", pgettext_lazy("who is served", "Children")


class Offer(TextChoices):
    """What there is of a service in a region, best first: the first that any organisation has counts."""

    OFFERED = "offered", pgettext_lazy("gaps", "Offered")
    UNCONFIRMED = "unconfirmed", pgettext_lazy("gaps", "Not confirmed for long")
    FULL = "full", pgettext_lazy("gaps", "Full")
    STOPPED = "stopped", pgettext_lazy("gaps", "Referrals stopped")
    MISSING = "missing", pgettext_lazy("gaps", "Missing")


FOR_WHOM: dict[str, Q] = {
    Whom.WOMEN: (Q(sexes=[]) | Q(sexes__contains=[Sex.WOMAN]))
    & (Q(age_groups=[]) | Q(age_groups__contains=[AgeGroup.ADULT])),
    Whom.MEN: (Q(sexes=[]) | Q(sexes__contains=[Sex.MAN]))
    & (Q(age_groups=[]) | Q(age_groups__contains=[AgeGroup.ADULT])),
    Whom.CHILDREN: Q(age_groups=[]) | Q(age_groups__contains=[AgeGroup.CHILD]),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One region that has no parts; empty where the country is not divided."""

    code: str
    name: str | Promise


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of a region that has parts, or one that has none."""

    name: str | Promise
    columns: list[Column]

    @property
    def is_divided(self) -> bool:
        return len(self.columns) > 1


@dataclass(frozen=True, slots=True)
class Cell:
    column: Column
    #: How many organisations there are of each kind of offer.
    counts: Counter[str]

    @property
    def offer(self) -> Offer:
        return next((offer for offer in Offer if self.counts[offer]), Offer.MISSING)

    @property
    def count(self) -> int:
        """Of the best offer there is."""
        return self.counts[self.offer]


@dataclass(frozen=True, slots=True)
class Row:
    service: Service
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class GapsMap:
    groups: list[Group]
    rows: list[Row]

    @property
    def columns(self) -> list[Column]:
        return [column for group in self.groups for column in group.columns]

    @property
    def is_divided(self) -> bool:
        return any(group.is_divided for group in self.groups)

    @property
    def missing(self) -> int:
        return sum(cell.offer is Offer.MISSING for row in self.rows for cell in row.cells)

    @property
    def total(self) -> int:
        return sum(len(row.cells) for row in self.rows)


def gaps_map(actor: Actor, *, whom: str = "", region: str = "") -> GapsMap:
    """One query however large the directory. With a region, only that one and what lies in it."""
    if not allows(actor, Permission.APPROVE_LISTING):
        raise NotPermitted
    groups = _groups(profile.current(), region)
    offers = list(_offers(whom))
    rows = [
        Row(service, [_cell(column, service, offers) for group in groups for column in group.columns])
        for service in Service
        if service not in NOT_MAPPED
    ]
    return GapsMap(groups, rows)


def _offers(whom: str) -> Iterable[tuple[str, frozenset[str], Offer]]:
    """Of each service that stands in the directory: what it is, where, and how far it can be used."""
    listings = Listing.objects.filter(state__in=[ListingState.LISTED, ListingState.STOPPED])
    listings = listings.filter(FOR_WHOM.get(whom, Q()), organisation__is_active=True).order_by()
    for listing in listings.select_related("organisation"):
        yield listing.service, frozenset(listing.regions), offer_of(listing)


def offer_of(listing: Listing) -> Offer:
    if not listing.takes_referrals:
        return Offer.STOPPED
    if listing.is_full:
        return Offer.FULL
    return Offer.UNCONFIRMED if listing.is_stale else Offer.OFFERED


def _cell(column: Column, service: Service, offers: list[tuple[str, frozenset[str], Offer]]) -> Cell:
    """A service for a region serves all of its parts; one for the whole country, every region."""
    near = around(column.code)
    serving = (offer for of, regions, offer in offers if of == service and (not regions or regions & near))
    return Cell(column, Counter(offer.value for offer in serving))


def _groups(country: Profile, within: str) -> list[Group]:
    """The uppermost regions with the smallest inside them."""
    if not country.regions:
        return [Group(_("Whole country"), [Column("", _("Whole country"))])]
    chosen = around(within) if within and country.region(within) else {region.code for region in country.regions}
    groups = [_group(country, top, chosen) for top in country.parts_of()]
    return [group for group in groups if group.columns]


def _group(country: Profile, top: Region, chosen: set[str]) -> Group:
    return Group(top.name, [Column(one.code, one.name) for one in _smallest(country, top) if one.code in chosen])


def _smallest(country: Profile, region: Region) -> list[Region]:
    parts: list[Any] = list(country.parts_of(region.code))
    return [one for part in parts for one in _smallest(country, part)] if parts else [region]
