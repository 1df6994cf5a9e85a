"""How well a service fits what a person needs. The database decides, so that the best come first on the first page;
what does not fit is said in words and hides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nrm.accounts.selectors import who_answers_referrals
from nrm.countries import profile
from nrm.countries.public_holidays import is_holiday
from nrm.directory.models import Listing, ListingQuerySet, Nationality
from nrm.lib.clock import now, today
from nrm.lib.persons import AgeGroup, Sex

#: What may not fit, in the order in which it is told.
WORDS: dict[str, Promise] = {
    "sex": _("meant for others by sex"),
    "age": _("meant for another age"),
    "nationality": _("meant for others by nationality"),
    "region": _("not in this region"),
    "children": _("not with children"),
    "step_free": _("no step-free access"),
    "language": _("the language is not spoken there: an interpreter is needed"),
}


@dataclass(frozen=True, slots=True)
class Need:
    """What a person needs. What is empty or not known is not asked about."""

    service: str = ""
    sex: str = ""
    age_group: str = ""
    with_children: bool = False
    step_free: bool = False
    language: str = ""
    nationality: str = ""
    region: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class Match:
    """One service, and how far it fits a need."""

    listing: Listing
    #: What does not fit, in words; empty when everything does.
    misfits: list[str] = field(default_factory=list)
    #: Somebody there has an account and answers referrals; otherwise it goes by letter or by link.
    is_inside: bool = True

    @property
    def fits(self) -> bool:
        return not self.misfits

    @property
    def is_full(self) -> bool:
        return self.listing.is_full

    @property
    def is_open(self) -> bool | None:
        """At this moment; None where no hours are recorded."""
        return is_open_at(self.listing, now())

    @property
    def is_doubtful(self) -> bool:
        return self.listing.is_stale

    @property
    def confirmed_on(self) -> date | None:
        return self.listing.confirmed_on

    @property
    def verdict(self) -> str:
        """In two or three words."""
        if self.misfits:
            return str(pgettext_lazy("service", "Does not fit in everything"))
        return str(pgettext_lazy("service", "Fits, but full") if self.is_full else pgettext_lazy("service", "Fits"))


def ranked(listings: ListingQuerySet, need: Need) -> QuerySet[Any, Any]:
    """The services with what does not fit (`misfit_…`, 1 or 0) and the `rank` that follows: what fits and is free
    first, then what is full, then what fits less. What nobody has confirmed for long comes after its equals."""
    asked = conditions(need)
    misfits = {f"misfit_{name}": Case(When(fits, then=0), default=1) for name, fits in asked.items()}
    many = sum((F(name) for name in misfits), start=Value(0, output_field=IntegerField()))
    doubtful = Q(confirmed_on__lt=profile.current().directory.doubtful_since(today()))
    return (
        listings.annotate(**misfits)
        .annotate(
            rank=many * 4 + Case(When(is_full=True, then=2), default=0) + Case(When(doubtful, then=1), default=0),
            called=CALLED,
            is_inside=Exists(who_answers_referrals(OuterRef("organisation"))),
        )
        .select_related("organisation")
        .order_by("rank", "called", "id")
    )


#: What everybody calls it: a place where people live in safety stands in no list under its own name.
CALLED = Coalesce(Case(When(~Q(code_name=""), then=F("code_name")), output_field=CharField()), F("organisation__name"))


def conditions(need: Need) -> dict[str, Q]:
    """For each thing that is asked about, when a service fits. A service that names no one is for everybody."""
    asked = {
        "sex": Q(sexes=[]) | Q(sexes__contains=[need.sex]) if need.sex in {*Sex} - {Sex.UNKNOWN} else None,
        "age": (
            Q(age_groups=[]) | Q(age_groups__contains=[need.age_group])
            if need.age_group in {*AgeGroup} - {AgeGroup.UNKNOWN}
            else None
        ),
        "nationality": Q(nationality__in=[Nationality.ANY, need.nationality]) if need.nationality else None,
        "region": serves(need.region) if need.region else None,
        "children": Q(with_children=True) if need.with_children else None,
        "step_free": Q(is_step_free=True) if need.step_free else None,
        "language": Q(languages__contains=[need.language]) | Q(has_interpreters=True) if need.language else None,
    }
    return {name: fits for name, fits in asked.items() if fits is not None}


def serves(region: str) -> Q:
    """Whether it is there for people in the region: in all of the country, in what the region lies in, or in a part
    of it."""
    return Q(regions=[]) | Q(regions__overlap=sorted(around(region)))


def around(code: str) -> set[str]:
    """The region, all that it lies in and all that lies in it."""
    return {code, *_above(code), *_below(code)}


def _above(code: str) -> Iterable[str]:
    region = profile.current().region(code)
    while region is not None and region.part_of:
        yield region.part_of
        region = profile.current().region(region.part_of)


def _below(code: str) -> Iterable[str]:
    for part in profile.current().parts_of(code) if code else ():
        yield part.code
        yield from _below(part.code)


def match_of(row: Any) -> Match:
    """Of a row of `ranked`."""
    misfits = [str(words) for name, words in WORDS.items() if getattr(row, f"misfit_{name}", 0)]
    return Match(row, misfits, is_inside=row.is_inside)


def is_open_at(listing: Listing, moment: datetime) -> bool | None:
    """By the hours that were recorded, on the clock of the country; closed on the public holidays of its region."""
    if listing.is_round_the_clock:
        return True
    if listing.opens_at is None or listing.closes_at is None:
        return None
    local = timezone.localtime(moment, timezone.get_default_timezone())
    is_day = not listing.open_days or local.isoweekday() in listing.open_days
    country = profile.current()
    subdivision = country.holidays_in(listing.regions[0]) if listing.regions else ""
    if not is_day or is_holiday(country.country, subdivision, local.date()):
        return False
    return listing.opens_at <= local.time() < listing.closes_at
