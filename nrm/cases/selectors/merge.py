"""Merged cases: what keeps two from being merged, where a merged one goes on, and which were merged into one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.cases.lifecycle import narrowed
from nrm.cases.models import Case, CaseMerge
from nrm.cases.selectors.case import case_for, cases_visible_to, require, standing_in, standings_in
from workflows.case import CaseFlow, Stage


def why_not_to_be_merged(case: Case, into: Case) -> str | Promise:
    """What keeps `case` from going on in `into`, beside what is still open in it; empty when nothing does."""
    if case.was_merged():
        return _("This case goes on in another one. Undo the merge first.")
    if has_earlier(case):
        return _("Another case goes on in this one. Undo that merge first, or merge the other way round.")
    if into.was_merged():
        return _("The other case goes on in a third one. Merge into that one.")
    if into.stage == Stage.CLOSED and case.stage != Stage.CLOSED:
        return _("The other case is closed. Reopen it first, or merge the other way round.")
    if case.transfers.open().exists():
        return _("The lead of this case is offered to another organisation. Withdraw the offer first.")
    return ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two cases, as it stands beside the other. `unmet` says what keeps it from going on in the other."""

    case: Case
    standing: Standing
    unmet: str | Promise

    @property
    def may_see_status(self) -> bool:
        return self.standing.may(Permission.SEE_STATUS)

    @property
    def may_reveal(self) -> bool:
        return self.standing.may(Permission.REVEAL_IDENTITY) and not self.case.holds_no_name()


def two_cases(actor: Actor, code: str, other_code: str) -> tuple[Side, Side]:
    """`NotVisible` for one case beside itself and for strangers to either, `NotPermitted` to who does not lead both.
    The first is not refused before the second was seen."""
    one, first = case_for(actor, code)
    other, second = case_for(actor, other_code)
    if one.pk == other.pk:
        raise NotVisible
    if not first.may(Permission.MERGE_CASES) or not second.may(Permission.MERGE_CASES):
        raise NotPermitted
    return _side(one, first, other), _side(other, second, one)


def _side(case: Case, standing: Standing, other: Case) -> Side:
    return Side(case, standing, why_not_to_be_merged(case, other) or _open_in(case, standing))


def _open_in(case: Case, standing: Standing) -> str | Promise:
    """What keeps the case from being closed."""
    buttons = CaseFlow(case, narrowed(standing, case)).buttons()
    return next((button.unmet for button in buttons if button.name == "close"), "")


def merge_for(actor: Actor, pk: UUID) -> tuple[CaseMerge, Standing]:
    """A merge, for who sees both cases."""
    merge = CaseMerge.objects.select_related("case__person", "into").filter(pk=pk).first()
    if merge is None:
        raise NotVisible
    standing = standing_in(actor, merge.case)
    for one in (standing, standing_in(actor, merge.into)):
        require(one, Permission.SEE_CASE)
    return merge, standing


# What readers are shown


@dataclass(frozen=True, slots=True)
class Earlier:
    """A case that was merged into the one that is read."""

    merge_id: UUID
    code: str
    opened_at: datetime
    merged_at: datetime
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """Where the case goes on, as far as the reader sees it, and which cases go on in it."""

    goes_on_in: str = ""
    merge_id: UUID | None = None
    may_undo: bool = False
    earlier: tuple[Earlier, ...] = ()


def merged_shown(case: Case, standing: Standing) -> Merged:
    """Nobody is told of a case they do not see. One query, and two more where something was merged."""
    rows = list(_visible_merges(standing.actor).filter(Q(case=case) | Q(into=case)))
    into = next((row for row in rows if row.case_id == case.pk), None)
    if into is not None:
        return Merged(into.into.code, into.pk, standing.may(Permission.MERGE_CASES))
    standings = standings_in(standing.actor, [row.case for row in rows])
    return Merged(
        earlier=tuple(
            Earlier(
                row.pk,
                row.case.code,
                row.case.opened_at,
                row.merged_at,
                standings[row.case_id].may(Permission.MERGE_CASES),
            )
            for row in rows
        )
    )


def has_earlier(case: Case) -> bool:
    return case.merged_here.standing().exists()


def _visible_merges(actor: Actor, permission: Permission = Permission.SEE_CASE) -> QuerySet[CaseMerge]:
    seen = cases_visible_to(actor, permission).values("pk")
    return CaseMerge.objects.standing().select_related("case", "into").filter(case__in=seen, into__in=seen)


def surviving(cases: Iterable[Case], actor: Actor, permission: Permission = Permission.SEE_CASE) -> dict[UUID, Case]:
    """By the id of a case, the one it goes on in, where the actor has the permission in both; one query."""
    rows = _visible_merges(actor, permission).filter(case__in=[case.pk for case in cases])
    return {row.case_id: row.into for row in rows}


def surviving_of_code(code: str, actor: Actor) -> Case | None:
    """Where the case with this code goes on; None for one that was not merged, is not seen or does not exist."""
    merge = _visible_merges(actor).filter(case__code=code).first()
    return merge.into if merge else None


def codes_goes_on_in(cases: Collection[Case], actor: Actor) -> Mapping[UUID, str]:
    closed = [case for case in cases if case.stage == Stage.CLOSED]
    return {pk: into.code for pk, into in surviving(closed, actor).items()} if closed else {}


def mergeable(cases: Collection[Case], case: Case, actor: Actor) -> set[str]:
    """The codes of those of the cases that could be merged with this one: led by the actor, as this one is, and none
    of them merged already. One query."""
    ids = [one.pk for one in (case, *cases)]
    merged = CaseMerge.objects.standing().values("case")
    led = cases_visible_to(actor, Permission.MERGE_CASES).filter(pk__in=ids).exclude(pk__in=merged)
    found = set(led.values_list("pk", flat=True))
    return {one.code for one in cases if one.pk in found} if case.pk in found else set()
