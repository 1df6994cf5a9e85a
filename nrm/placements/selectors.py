"""Reading shelters, places and stays. The address is nowhere here but in `address_of`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing, allows
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Case
from nrm.cases.models.participation import bars_of
from nrm.cases.selectors import standing_in
from nrm.cases.steps import StepLink, step_links
from nrm.placements.models import Placement, Shelter, Unit
from nrm.vault.fields import opened
from workflows.placement import HOLDING_A_UNIT, PlacementFlow, PlacementState

#: Steps back: always possible, never a page's one clear action.
QUIET = {"cancel"}
MISMATCHES: dict[str, Promise] = {
    "sex": _("meant for others by sex"),
    "age": _("meant for another age"),
    "risk": _("not suitable for high risk"),
    "best_interests": _("The best interests of the child are not assessed yet."),
}


def placement_for(actor: Actor, pk: UUID, permission: Permission | None = None) -> tuple[Placement, Standing]:
    """The placement and how the actor stands to its case; `NotVisible` to whoever may not know of it."""
    related = ("case__person", "shelter__organisation", "unit")
    placement = Placement.objects.select_related(*related).filter(pk=pk).first()
    if placement is None:
        raise NotVisible
    standing = standing_in(actor, placement.case)
    require_sight(placement, standing)
    if permission is not None and not narrowed(standing, placement).may(permission):
        raise NotPermitted
    return placement, standing


def require_sight(placement: Placement, standing: Standing) -> None:
    """A shelter knows of requests to itself only; the lead, who treats the person and the clock know of all."""
    actor = standing.actor
    if actor.role is Role.SHELTER_WORKER:
        is_own = placement.shelter.organisation_id == actor.organisation_id
        may_see = is_own and standing.may(Permission.ANSWER_PLACEMENT)
    else:
        may_see = standing.may(Permission.SEE_PLACEMENT) or standing.may(Permission.EXPIRE)
    if not may_see:
        raise NotVisible


@dataclass(frozen=True, slots=True)
class PlacementPage:
    placement: Placement
    needs: str
    override_reason: str
    mismatches: list[str]
    links: list[StepLink]
    quiet_links: list[StepLink]
    is_shelters: bool
    needs_second_person: bool


def placement_page(placement: Placement, standing: Standing) -> PlacementPage:
    """Texts are for the two sides that decide, not for everybody who may see that there is a stay."""
    is_shelters = standing.actor.role is Role.SHELTER_WORKER
    links = links_of(placement, standing)
    shows_text = is_shelters or standing.may(Permission.REQUEST_PLACEMENT)
    return PlacementPage(
        placement=placement,
        needs=opened(placement.case.person, placement, "needs") if shows_text else "",
        override_reason=opened(placement.case.person, placement, "override_reason") if shows_text else "",
        mismatches=mismatch_words(placement.mismatches(placement.unit) or placement.not_assessed()),
        links=[link for link in links if link.name not in QUIET],
        quiet_links=[link for link in links if link.name in QUIET],
        is_shelters=is_shelters,
        needs_second_person=_waits_for_approval(placement),
    )


def links_of(placement: Placement, standing: Standing) -> list[StepLink]:
    """The buttons; approval only where a second person is needed."""
    found = step_links(PlacementFlow, placement, standing, "placements:step", placement.pk)
    return [link for link in found if link.name != "approve" or _waits_for_approval(placement)]


def _waits_for_approval(placement: Placement) -> bool:
    is_offered = placement.state == PlacementState.OFFERED
    return is_offered and placement.is_high_risk() and placement.approved_by is None


def mismatch_words(codes: Iterable[str]) -> list[str]:
    return [str(MISMATCHES[code]) for code in codes]


def reservations_overdue(at: datetime) -> list[Placement]:
    """Reservations whose time is over, longest first."""
    offered = Placement.objects.filter(state=PlacementState.OFFERED, reserved_until__lte=at)
    return list(offered.select_related("case", "shelter").order_by("reserved_until", "id"))


# The shelter's own places


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One unit on the board and who holds it; that it is held is told also to who must not see by whom."""

    unit: Unit
    holder: Placement | None
    is_held_unseen: bool = False

    @property
    def is_free(self) -> bool:
        return self.holder is None and not self.is_held_unseen and self.unit.is_active


@dataclass(frozen=True, slots=True)
class Board:
    shelter: Shelter | None
    lines: list[PlaceLine]
    requests: list[Placement]

    @property
    def free(self) -> int:
        return sum(line.is_free for line in self.lines)

    @property
    def in_use(self) -> int:
        return sum(line.unit.is_active for line in self.lines)


def require_shelter_work(actor: Actor) -> None:
    if not allows(actor, Permission.MANAGE_UNITS):
        raise NotPermitted


def own_shelter(actor: Actor) -> Shelter | None:
    """The shelter of the actor's organisation; none before its profile was written."""
    require_shelter_work(actor)
    return Shelter.objects.filter(organisation=actor.organisation_id).first()


def board(actor: Actor) -> Board:
    """Four queries whatever the number of places."""
    shelter = own_shelter(actor)
    if shelter is None:
        return Board(None, [], [])
    rows = Placement.objects.open().filter(shelter=shelter).select_related("case").order_by("requested_at", "id")
    with seen_by_the_service():  # A place is held also by somebody whose case is not shown to this colleague.
        open_here = list(rows)
    kept_away = set(bars_of(actor).values_list("case", flat=True))
    found = [row for row in open_here if row.case_id not in kept_away]
    holders = {row.unit_id: row for row in found if row.state in HOLDING_A_UNIT}
    unseen = {row.unit_id for row in open_here if row.case_id in kept_away and row.state in HOLDING_A_UNIT}
    units = Unit.objects.filter(shelter=shelter)
    lines = [PlaceLine(unit, holders.get(unit.pk), unit.pk in unseen) for unit in units]
    lines.sort(key=lambda line: not line.unit.is_active)
    return Board(shelter, lines, [row for row in found if row.state == PlacementState.REQUESTED])


def unit_for(actor: Actor, pk: UUID) -> Unit:
    """A place of the actor's own shelter."""
    require_shelter_work(actor)
    own = Unit.objects.select_related("shelter").filter(pk=pk, shelter__organisation=actor.organisation_id)
    if (unit := own.first()) is None:
        raise NotVisible
    return unit


def address_of(shelter: Shelter) -> str:
    """The opened address. Call it only from `actions.reveal_address`, which audits first."""
    return opened(shelter, shelter, "address")


# Choosing


@dataclass(frozen=True, slots=True)
class ShelterChoice:
    pk: UUID
    code_name: str
    fitting: int


def shelters_for(case: Case) -> list[ShelterChoice]:
    """Every shelter by its code name, and how many free places there fit this case; two queries."""
    fitting = Counter(unit.shelter_id for unit in _free_units() if not unit.mismatches(case))
    shelters = Shelter.objects.filter(organisation__is_active=True)
    return [ShelterChoice(row.pk, row.code_name, fitting[row.pk]) for row in shelters]


@dataclass(frozen=True, slots=True)
class UnitChoice:
    unit: Unit
    mismatches: list[str]


def free_units_for(placement: Placement) -> list[UnitChoice]:
    """Free places of the shelter, those that fit first."""
    units = [unit for unit in _free_units() if unit.shelter_id == placement.shelter_id]
    choices = [UnitChoice(unit, mismatch_words(unit.mismatches(placement.case))) for unit in units]
    return sorted(choices, key=lambda choice: len(choice.mismatches))


def _free_units() -> list[Unit]:
    held = Placement.objects.holding().values("unit")
    with seen_by_the_service():  # Whether a place is held, by whomever.
        return list(Unit.objects.filter(is_active=True).exclude(pk__in=held))


# The case page


def block_for(case: Case, standing: Standing, actor: Actor) -> dict[str, Any] | None:
    """The stays of a case for its page: a shelter's own, or all for whoever may see them."""
    rows = Placement.objects.filter(case=case).select_related("shelter__organisation", "unit")
    if actor.role is Role.SHELTER_WORKER:
        if not standing.may(Permission.ANSWER_PLACEMENT):
            return None
        rows = rows.filter(shelter__organisation=actor.organisation_id)
    elif not standing.may(Permission.SEE_PLACEMENT):
        return None
    found = list(rows)
    for row in found:
        row.case = case
    return {
        "case": case,
        "rows": [
            {"placement": row, "links": [link for link in links_of(row, standing) if link.name not in QUIET]}
            for row in found
        ],
        "may_request": standing.may(Permission.REQUEST_PLACEMENT),
    }
