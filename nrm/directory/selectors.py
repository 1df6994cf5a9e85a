"""Reading the directory: which services there are, which fit a person, and what its keepers have to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import pgettext_lazy

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import allows
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.selectors import is_reachable_inside, organisation
from nrm.directory.fitting import Match, Need, match_of, ranked
from nrm.directory.models import Listing, ListingQuerySet, Nationality
from nrm.lib.persons import AgeGroup, Sex
from workflows.lifecycle import Button
from workflows.listing import ListingFlow, ListingState

__all__ = ["Match", "MatchPage", "Need", "listings_for", "match_for"]

PAGE = 25
#: More than one organisation offers, and more than one coordinator looks at in a day.
AT_MOST = 200
#: What everybody with the directory reads of; the rest is for those who keep and approve it.
PUBLIC = (ListingState.LISTED, ListingState.STOPPED)


# For whoever looks for help


@dataclass(frozen=True, slots=True)
class MatchPage:
    matches: list[Match]
    #: Where the next page begins; nothing on the last.
    after: UUID | None


def listings_for(need: Need, *, besides: UUID | None = None) -> list[Match]:
    """Services that take referrals, the best fitting first, for somebody of the organisation `besides`; the first
    page in one query. `match_page` goes on."""
    return match_page(need, besides=besides).matches


def match_page(need: Need, *, besides: UUID | None = None, after: UUID | None = None) -> MatchPage:
    """Those that can be chosen: not stopped, licensed, of organisations that are there."""
    listings = Listing.objects.taking_referrals()
    return _page(listings.exclude(organisation=besides) if besides else listings, need, after)


def match_for(need: Need, listing_id: UUID, *, besides: UUID | None = None) -> Match:
    """One that was chosen, as it fits now. `NotVisible` when it no longer takes referrals."""
    listings = Listing.objects.taking_referrals().filter(pk=listing_id)
    row = ranked(listings.exclude(organisation=besides) if besides else listings, need).first()
    if row is None:
        raise NotVisible
    return match_of(row)


def directory_page(actor: Actor, need: Need, *, after: UUID | None = None) -> MatchPage:
    """Everything that stands in the directory, those with stopped referrals too."""
    _require(actor, Permission.SEE_DIRECTORY)
    return _page(Listing.objects.filter(state__in=PUBLIC, organisation__is_active=True), need, after)


def _page(listings: ListingQuerySet, need: Need, after: UUID | None) -> MatchPage:
    """Goes on behind the row `after`, whose place is looked up: no name travels in an address."""
    rows = ranked(listings.filter(service=need.service) if need.service else listings, need)
    if after is not None and (last := rows.filter(pk=after).values_list("rank", "called").first()):
        rank, called = last
        further = Q(rank__gt=rank) | Q(rank=rank, called__gt=called) | Q(rank=rank, called=called, pk__gt=after)
        rows = rows.filter(further)
    found = list(rows[: PAGE + 1])
    return MatchPage([match_of(row) for row in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None)


# One service


class KeeperStanding:
    """Who is before one service: keeping and stopping it is for its own organisation and for the coordinator."""

    def __init__(self, actor: Actor, listing: Listing) -> None:
        self.actor = actor
        self.listing = listing

    @property
    def user_id(self) -> UUID:
        return self.actor.user_id

    def may(self, permission: str) -> bool:
        if not allows(self.actor, Permission(permission)):
            return False
        return is_own(self.actor, self.listing) or allows(self.actor, Permission.APPROVE_LISTING)


def is_own(actor: Actor, listing: Listing) -> bool:
    return actor.organisation_id in {listing.organisation_id, listing.kept_by_id}


def listing_for(actor: Actor, pk: UUID, permission: Permission = Permission.SEE_DIRECTORY) -> Listing:
    """`NotVisible` for what is not in the directory, unless the actor keeps it or approves."""
    _require(actor, Permission.SEE_DIRECTORY)
    listing = Listing.objects.select_related("organisation", "kept_by").filter(pk=pk).first()
    if listing is None:
        raise NotVisible
    require_sight(actor, listing)
    if permission is not Permission.SEE_DIRECTORY and not KeeperStanding(actor, listing).may(permission):
        raise NotPermitted
    return listing


def require_sight(actor: Actor, listing: Listing) -> None:
    is_public = listing.state in PUBLIC and listing.organisation.is_active
    if not (is_public or is_own(actor, listing) or allows(actor, Permission.APPROVE_LISTING)):
        raise NotVisible


@dataclass(frozen=True, slots=True)
class StepLink:
    """A button: where it leads, or why the step is not possible yet."""

    name: str
    label: Any
    url: str
    unmet: Any = ""

    @property
    def is_possible(self) -> bool:
        return not self.unmet


@dataclass(frozen=True, slots=True)
class ListingPage:
    listing: Listing
    match: Match
    links: list[StepLink]
    #: Whom it is not for, and where the directory shows them who can help.
    others: list[tuple[str, str]]
    is_own: bool
    may_keep: bool
    may_approve: bool

    #: Somebody there has an account and answers referrals.
    is_inside: bool

    @property
    def is_settled(self) -> bool:
        """Nothing waits: no step of it is the one clear action."""
        return self.listing.state in PUBLIC and not (self.may_approve and self.listing.state == ListingState.STOPPED)

    @property
    def is_asked(self) -> bool:
        """The actor can say that all of it is still true."""
        keeps = self.is_own or (self.may_approve and not self.is_inside)
        return keeps and self.may_keep and self.listing.state in PUBLIC

    @property
    def shows_inside(self) -> bool:
        """What is between those who keep it and those who approve it."""
        return self.is_own or self.may_approve


def listing_page(actor: Actor, pk: UUID) -> ListingPage:
    listing = listing_for(actor, pk)
    standing = KeeperStanding(actor, listing)
    return ListingPage(
        listing=listing,
        match=Match(listing),
        links=[_link(button, listing) for button in ListingFlow(listing, standing).buttons()],
        others=others_than(listing),
        is_own=is_own(actor, listing),
        may_keep=standing.may(Permission.KEEP_LISTING) and listing.state != ListingState.WITHDRAWN,
        may_approve=standing.may(Permission.APPROVE_LISTING),
        is_inside=is_reachable_inside(listing.organisation),
    )


#: Beside the words for women and men; alone it would not say what is meant.
OTHER_SEX = pgettext_lazy("who is served", "People of another sex")


def others_than(listing: Listing) -> list[tuple[str, str]]:
    """Each group that the service is not for, with the search that looks for the same service for them."""
    found = {"sex": _left_out(Sex, listing.sexes), "age_group": _left_out(AgeGroup, listing.age_groups)}
    other = {Nationality.NATIONALS: Nationality.FOREIGNERS, Nationality.FOREIGNERS: Nationality.NATIONALS}
    if listing.nationality in other:
        found["nationality"] = [other[Nationality(listing.nationality)]]
    return [
        (
            str(OTHER_SEX if one is Sex.OTHER else one.label),
            f"{reverse('directory:directory')}?{urlencode({'service': listing.service, name: one.value})}",
        )
        for name, left_out in found.items()
        for one in left_out
    ]


def _left_out(choices: Any, named: list[str]) -> list[Any]:
    """Nobody is left out where nobody is named; what is not known of a person is no group."""
    return [one for one in choices if named and one not in named and one.value != "unknown"]


def _link(button: Button, listing: Listing) -> StepLink:
    url = reverse("directory:step", args=[listing.pk, button.name])
    return StepLink(button.name, button.label, url, button.unmet)


# For those who keep and approve


def own_listings(actor: Actor) -> list[Listing]:
    """What the actor's organisation offers or keeps up to date for others, but for what was withdrawn."""
    _require(actor, Permission.KEEP_LISTING)
    own = Q(organisation=actor.organisation_id) | Q(kept_by=actor.organisation_id)
    return list(Listing.objects.standing().filter(own).select_related("organisation")[:AT_MOST])


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for the coordinator."""

    waiting: list[Listing]
    changed: list[Listing]
    stopped: list[Listing]

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.changed or self.stopped)


def queue(actor: Actor) -> Queue:
    _require(actor, Permission.APPROVE_LISTING)
    looked_at = Q(state__in=[ListingState.WAITING, ListingState.STOPPED]) | Q(changed_since_approval=True)
    rows = list(Listing.objects.standing().filter(looked_at).select_related("organisation")[:AT_MOST])
    waiting = [row for row in rows if row.state == ListingState.WAITING]
    stopped = [row for row in rows if row.state == ListingState.STOPPED]
    changed = [row for row in rows if row.changed_since_approval and row not in [*waiting, *stopped]]
    return Queue(waiting, changed, stopped)


def require_offering(actor: Actor) -> None:
    """The coordinator keeps what others offer, and offers nothing."""
    if not allows(actor, Permission.KEEP_LISTING) or allows(actor, Permission.APPROVE_LISTING):
        raise NotPermitted


def is_shelter(actor: Actor) -> bool:
    return organisation(actor.organisation_id).kind == OrganisationKind.SHELTER


def is_of_shelter(listing: Listing) -> bool:
    return listing.organisation.kind == OrganisationKind.SHELTER


def _require(actor: Actor, permission: Permission) -> None:
    if not allows(actor, permission):
        raise NotPermitted
