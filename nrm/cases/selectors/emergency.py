"""Emergency access as people read it: one's own, those in a case one leads, and the register."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing, allows
from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by_the_service
from nrm.accounts.selectors import names_of
from nrm.audit.codes import Outcome, describe
from nrm.audit.models import Event
from nrm.cases.models import Case, EmergencyAccess
from nrm.cases.models.participation import bars_of
from nrm.cases.selectors.case import cases_visible_to, require, standing_in
from nrm.lib.codes import normalise_code
from nrm.lib.paging import Cursor, page_of
from nrm.vault.fields import opened
from workflows.emergency import UNREVIEWED, EmergencyState

#: What emergency access opens. The policy grants it this and its own end, and nothing else.
OPENED = (
    Permission.SEE_CASE,
    Permission.SEE_STATUS,
    Permission.SEE_PERSON,
    Permission.SEE_RISK_LEVEL,
    Permission.SEE_RISK,
    Permission.REVEAL_IDENTITY,
)
USES_SHOWN = 10
ACTS_SHOWN = 50
MONTHS_SHOWN = 12


class NoSuchCase(NotYet):
    """Said only after the proof and the reason: before them every code is answered alike."""

    default = _("No case has this code. Ask for it again.")


@dataclass(frozen=True, slots=True)
class Used:
    """One use as the lead organisation reads it."""

    access: EmergencyAccess
    who: str
    reviewer: str
    account: str
    review_note: str
    may_review: bool


@dataclass(frozen=True, slots=True)
class Act:
    at: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class Month:
    month: date
    used: int
    unreviewed: int
    unjustified: int


@dataclass(frozen=True, slots=True)
class Line:
    """One use in the register. `who` is empty for who reads figures only."""

    access: EmergencyAccess
    who: str | Promise


@dataclass(frozen=True, slots=True)
class Register:
    lines: list[Line]
    months: list[Month]
    after: Cursor | None
    shows_people: bool


def case_in_emergency(actor: Actor, code: str) -> Case | None:
    """A case by its exact code, whoever leads it. Only for who may use emergency access, and only to open it so. None
    alike where a conflict of interest keeps the actor away."""
    if not allows(actor, Permission.BREAK_GLASS):
        raise NotPermitted
    found = Case.objects.select_related("person").filter(code=normalise_code(code) or "")
    with seen_by_the_service():  # It is about to be opened to the actor, with a mark.
        return found.exclude(_kept_away(actor, "pk")).first()


def _kept_away(actor: Actor, case: str) -> Exists:
    return Exists(bars_of(actor).filter(case=OuterRef(case)))


def last_use_of(actor: Actor) -> EmergencyAccess | None:
    """The use that still counts for this person: the one that runs or waits for its review, or else the last one."""
    if not allows(actor, Permission.BREAK_GLASS):
        raise NotPermitted
    own = EmergencyAccess.objects.filter(user=actor.user_id).exclude(_kept_away(actor, "case"))
    with seen_by_the_service():  # The code of the case is theirs to know after the hour as well.
        return own.select_related("case").first()


def own_emergency(actor: Actor, pk: UUID) -> EmergencyAccess:
    """The actor's own use; anybody else's is no page."""
    access = EmergencyAccess.objects.filter(pk=pk, user=actor.user_id, organisation=actor.organisation_id).first()
    if access is None:
        raise NotVisible
    return access


def running_in(case: Case, standing: Standing) -> EmergencyAccess | None:
    """The use through which the reader sees this case now; asks nothing where there is none."""
    if Relation.BROKE_GLASS not in standing.relations:
        return None
    return case.emergencies.running().filter(user=standing.user_id).first()


def emergencies_of(case: Case, standing: Standing) -> list[Used] | None:
    """The last uses in a case, newest first; None where they are not shared. Two queries whatever their number."""
    if not standing.may(Permission.SEE_EMERGENCY):
        return None
    return used(case, standing, case.emergencies.select_related("organisation")[:USES_SHOWN])


def emergency_to_review(actor: Actor, pk: UUID) -> tuple[Used, list[Act]]:
    """A use with what its person did in the case meanwhile, for who reviews it."""
    found = EmergencyAccess.objects.select_related("case__person", "organisation").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    standing = standing_in(actor, found.case)
    require(standing, Permission.REVIEW_EMERGENCY)
    return used(found.case, standing, [found])[0], acts_during(found)


def used(case: Case, standing: Standing, rows: Iterable[EmergencyAccess]) -> list[Used]:
    found = list(rows)
    names = names_of({one.user_id for one in found} | {one.reviewed_by for one in found if one.reviewed_by})
    may_review = standing.may(Permission.REVIEW_EMERGENCY)
    return [
        Used(
            access=one,
            who=names.get(one.user_id, ""),
            reviewer=names.get(one.reviewed_by, "") if one.reviewed_by else "",
            account=opened(case.person, one, "account"),
            review_note=opened(case.person, one, "review_note"),
            may_review=may_review and one.awaits_review and not one.was_used_by(standing.user_id),
        )
        for one in found
    ]


def acts_during(access: EmergencyAccess) -> list[Act]:
    """What the audit log holds of this person in this case while it was open, the earliest first."""
    events = Event.objects.filter(
        case_code=access.case.code,
        user_id=access.user_id,
        outcome=Outcome.DONE,
        at__gte=access.opened_at,
        at__lte=access.ended_at or access.ends_at,
    )
    return [Act(event.at, describe(event.action)) for event in events.order_by("sequence")[:ACTS_SHOWN]]


def register_of_emergencies(actor: Actor, after: Cursor | None) -> Register:
    """Every use in the country by its case code, and figures by month. Who it was is for the auditor only, who alone
    reads of restricted cases."""
    if not allows(actor, Permission.READ_EMERGENCIES):
        raise NotPermitted
    shows_people = actor.role is Role.AUDITOR
    rows = EmergencyAccess.objects.filter(case__in=cases_visible_to(actor))
    page = page_of(rows.select_related("case", "organisation"), "opened_at", after=after, newest_first=True)
    names = names_of({one.user_id for one in page.rows}) if shows_people else {}
    lines = [Line(one, names.get(one.user_id, "")) for one in page.rows]
    return Register(lines, _months(rows), page.after, shows_people)


def _months(rows: QuerySet[EmergencyAccess]) -> list[Month]:
    counted = (
        rows.order_by()
        .annotate(month=TruncMonth("opened_at"))
        .values("month")
        .annotate(
            used=Count("pk"),
            unreviewed=Count("pk", filter=Q(state__in=UNREVIEWED)),
            unjustified=Count("pk", filter=Q(state=EmergencyState.REVIEWED_UNJUSTIFIED)),
        )
        .order_by("-month")[:MONTHS_SHOWN]
    )
    return [Month(row["month"].date(), row["used"], row["unreviewed"], row["unjustified"]) for row in counted]
