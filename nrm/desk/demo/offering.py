"""The directory of services: what the organisations of the country offer where, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from math import ceil
from typing import Any

from nrm.access.actor import Actor
from nrm.accounts.kinds import OrganisationKind as Kind
from nrm.cases.models import AgeGroup
from nrm.desk.demo.people import ADULTS, ALL, ANY_AGE, MEN, WOMEN, World
from nrm.desk.demo.signins import DOMAIN
from nrm.desk.demo.words import COUNTRIES, words
from nrm.directory import actions as directory
from nrm.directory.models import Listing, Nationality, Quality
from nrm.directory.services import Service
from nrm.lib.spoken_languages import SpokenLanguage

Story = Iterator[timedelta]

#: Which part of the country a service is there for, along the list of its regions from the capital on.
EVERYWHERE, FIRST_HALF, SECOND_HALF, MIDDLE, MOST, LAST = (0, 1), (0, 0.5), (0.5, 1), (0.25, 0.75), (0, 0.75), (0.75, 1)
EVERYBODY = (AgeGroup.ADULT, AgeGroup.CHILD)


@dataclass(frozen=True, slots=True)
class Offer:
    """One service. `by` is who writes it down; where `kind` is named, the organisation works outside the service."""

    key: str
    by: str
    service: Service
    where: tuple[float, float] = EVERYWHERE
    sexes: Sequence[str] = ALL
    ages: Sequence[str] = EVERYBODY
    kind: Kind | None = None
    capacity: int | None = None
    is_always_open: bool = False
    quality: Quality = Quality.NOT_ASSESSED
    more: Mapping[str, Any] | None = None


OFFERS = (
    Offer("company", "worker", Service.MENTORING, quality=Quality.MEETS, capacity=15),
    Offer("rides", "worker", Service.TRANSPORT, FIRST_HALF, is_always_open=True, more={"is_step_free": True}),
    Offer("advice", "worker3", Service.LEGAL, quality=Quality.MEETS),
    Offer("languages", "worker3", Service.INTERPRETATION, quality=Quality.MEETS_IN_PART,
          more={"has_interpreters": True}),
    Offer("court", "worker3", Service.REPRESENTATION, SECOND_HALF, capacity=8, quality=Quality.UNDER_REVIEW),
    Offer("papers", "worker4", Service.DOCUMENTS, quality=Quality.MEETS, more={"is_step_free": True}),
    Offer("children", "worker4", Service.CHILD_CARE, FIRST_HALF, ages=(AgeGroup.CHILD,), capacity=20),
    Offer("allowance", "worker4", Service.FINANCIAL, more={"nationality": Nationality.NATIONALS}),
    Offer("talks", "clinician", Service.MHPSS, quality=Quality.MEETS, capacity=40, more={"has_interpreters": True}),
    Offer("doctor", "doctor", Service.HEALTH, MOST, quality=Quality.MEETS, more={"is_step_free": True}),
    Offer("first_aid", "doctor", Service.EMERGENCY_HEALTH, FIRST_HALF, is_always_open=True, quality=Quality.MEETS),
    Offer("calm", "doctor", Service.MHPSS, FIRST_HALF, ages=ADULTS, capacity=12),
    Offer("linden", "linden", Service.ACCOMMODATION, sexes=WOMEN, ages=ANY_AGE, capacity=14, is_always_open=True,
          quality=Quality.MEETS, more={"with_children": True, "is_step_free": True}),
    Offer("ridge", "ridge", Service.ACCOMMODATION, sexes=MEN, ages=ANY_AGE, capacity=10, is_always_open=True,
          quality=Quality.MEETS_IN_PART),
    Offer("lawyers", "coordinator", Service.REPRESENTATION, FIRST_HALF, kind=Kind.NGO),
    Offer("kitchen", "coordinator", Service.FOOD_CLOTHING, FIRST_HALF, kind=Kind.NGO, capacity=60),
    Offer("hill", "coordinator", Service.ACCOMMODATION, LAST, kind=Kind.SHELTER, sexes=WOMEN, ages=ANY_AGE, capacity=5,
          is_always_open=True, more={"with_children": True}),
    Offer("porch", "coordinator", Service.MHPSS, SECOND_HALF, kind=Kind.NGO, quality=Quality.MEETS),
    Offer("clinic", "coordinator", Service.HEALTH, LAST, kind=Kind.HEALTH_SERVICE),
    Offer("workshop", "coordinator", Service.EMPLOYMENT, MIDDLE, kind=Kind.NGO, ages=ADULTS, capacity=6),
    Offer("school", "coordinator", Service.EDUCATION, MOST, kind=Kind.NGO),
    Offer("seven", "coordinator", Service.INTERPRETATION, SECOND_HALF, kind=Kind.NGO, more={"has_interpreters": True}),
)  # fmt: skip
#: Nobody has said for long whether it is still true.
FORGOTTEN = Offer("families", "worker4", Service.FAMILY_MEDIATION, MIDDLE)
#: Its organisation is asked just now.
ASKED = Offer("courses", "worker", Service.TRAINING, FIRST_HALF, ages=ADULTS, capacity=12, quality=Quality.MEETS)
#: These wait for the coordinator.
NEW = Offer("jobs", "worker", Service.EMPLOYMENT, SECOND_HALF, ages=ADULTS)
NEW_OUTSIDE = Offer("claims", "worker", Service.COMPENSATION, kind=Kind.NGO)
EVERY_OFFER = (*OFFERS, FORGOTTEN, ASKED, NEW, NEW_OUTSIDE)
FULL = ("ridge", "kitchen")
STOPPED = "court"
#: Whose licence ends soon.
LICENSED = {"linden": timedelta(days=21)}

#: How long before the end each came into the directory. A service is asked about after a year, and doubtful two months
#: later.
FORGOTTEN_SINCE, ASKED_SINCE, SINCE = timedelta(days=436), timedelta(days=390), timedelta(days=330)
FULL_SINCE, STOPPED_SINCE, NEWS_SINCE = timedelta(days=23), timedelta(days=9), timedelta(days=2)


def directory_grows(world: World) -> Story:
    _enter(world, FORGOTTEN)
    yield world.until_before_end(ASKED_SINCE)
    _enter(world, ASKED)
    yield world.until_before_end(SINCE)
    for offer in OFFERS:
        _enter(world, offer)
    yield world.until_before_end(FULL_SINCE)
    for key in FULL:
        directory.set_full(_there(world, key), by=_keeper(world, key), full=True)
    yield world.until_before_end(STOPPED_SINCE)
    _stop(world)
    yield world.until_before_end(NEWS_SINCE)
    _propose(world, NEW)
    _propose(world, NEW_OUTSIDE)
    changed = _there(world, "calm")
    directory.change_listing(
        changed, by=_keeper(world, "calm"), expected_version=changed.version, values={"age_groups": list(EVERYBODY)}
    )
    yield timedelta(days=1)


def _enter(world: World, offer: Offer) -> None:
    """Into the directory: written by its organisation, approved by the coordinator, who has looked at some."""
    listing = _propose(world, offer)
    coordinator = world.people["coordinator"]
    if offer.by != "coordinator":
        listing = directory.take_step(listing, "approve", by=coordinator, expected_version=listing.version)
    if offer.quality != Quality.NOT_ASSESSED:
        directory.assess_listing(listing, by=coordinator, expected_version=listing.version, quality=offer.quality)


def _propose(world: World, offer: Offer) -> Listing:
    by, values = world.people[offer.by], _values(world, offer)
    if offer.kind is not None:
        name = _told(world)["outside"][offer.key]
        listing = directory.add_outside(by=by, name=name, kind=offer.kind, values=values)
    else:
        listing = directory.add_listing(by=by, values=values)
        listing = directory.take_step(listing, "submit", by=by, expected_version=listing.version)
    world.offers[offer.key] = listing.pk
    return listing


def _values(world: World, offer: Offer) -> dict[str, Any]:
    told, here = _told(world), COUNTRIES[world.country]
    is_home = offer.service == Service.ACCOMMODATION
    reached = {} if is_home else {"contact_phone": _phone(offer), "contact_email": f"{offer.key}@{DOMAIN}"}
    hours: dict[str, Any] = {"open_days": [1, 2, 3, 4, 5], "opens_at": time(8), "closes_at": time(16)}
    return {
        "service": offer.service,
        "code_name": told["code_names"][offer.key] if is_home else "",
        "about": told["offers"][offer.key],
        "sexes": list(offer.sexes),
        "age_groups": [age for age in offer.ages if age != AgeGroup.UNKNOWN],
        "languages": list(dict.fromkeys([here.spoken, here.neighbour, SpokenLanguage.ENGLISH.value])),
        "regions": _regions(world, offer.where),
        "capacity": offer.capacity,
        **({"is_round_the_clock": True} if offer.is_always_open else hours),
        **reached,
        **_licence(world, offer),
        **(offer.more or {}),
    }


def _regions(world: World, where: tuple[float, float]) -> list[str]:
    """Neighbours in the list of the smallest regions, one at least; none named for the whole country."""
    if where == EVERYWHERE:
        return []
    start = world.regions.index(COUNTRIES[world.country].capital_region)
    regions = [*world.regions[start:], *world.regions[:start]]
    first = min(int(where[0] * len(regions)), len(regions) - 1)
    return regions[first : max(first + 1, ceil(where[1] * len(regions)))]


def _licence(world: World, offer: Offer) -> dict[str, Any]:
    if offer.key not in LICENSED:
        return {}
    return {"licence_number": "DEMO-L1", "licence_valid_until": (world.end + LICENSED[offer.key]).date()}


def _phone(offer: Offer) -> str:
    return f"+000 2 {sum(map(ord, offer.key)) * 97 % 900_000 + 100_000}"


def _told(world: World) -> Mapping[str, Any]:
    return words(COUNTRIES[world.country].words)


def _there(world: World, key: str) -> Listing:
    return Listing.objects.get(pk=world.offers[key])


def _keeper(world: World, key: str) -> Actor:
    return world.people[next(offer.by for offer in OFFERS if offer.key == key)]


def _stop(world: World) -> None:
    listing, reason = _there(world, STOPPED), _told(world)["offers"]["stopped"]
    directory.take_step(listing, "stop", by=_keeper(world, STOPPED), expected_version=listing.version, reason=reason)
