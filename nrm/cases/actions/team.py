"""Who works on a case in the organisation that leads it: taken on, added, handed over, standing in, left.

Everything here locks the case first, then the member; several cases in the order of their ids.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import Case, TeamMember, TeamPart, reference
from nrm.cases.selectors import require, standing_in
from nrm.cases.selectors.team import colleagues_for, cover_for, responsible_for
from nrm.countries.limits import end_of
from nrm.drafts import actions as drafts
from nrm.lib.clock import now, today
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.tasks.rounds import one_by_one
from workflows.team import TeamFlow, TeamState

#: Nobody stands in for longer at once; whoever is away longer hands the cases over.
LONGEST_COVER = timedelta(days=60)
IN_THE_TEAM = _("This colleague is in the case team already.")
NOT_TO_BE_CHOSEN = _("Choose a colleague who works on cases in your organisation.")
NOTHING_TO_COVER = _("There is no case in which this colleague could stand in.")


@lifecycle.act()
def take_on(case: Case, *, by: Actor) -> TeamMember:
    """Become responsible for a case that nobody is responsible for. `MovedOn` when a colleague was faster."""
    locked = lifecycle.lock_case(case.pk)
    standing = standing_in(by, locked)
    if not standing.may(Permission.SEE_CASE):
        raise MovedOn if not standing.is_barred and _was_open_to(by, locked) else NotVisible
    require(standing, Permission.MANAGE_TEAM)
    if responsible_for(locked) is not None:
        raise MovedOn
    return _make_responsible(locked, by.user_id, by=by, stays=False)


def _was_open_to(by: Actor, case: Case) -> bool:
    """Whether the actor saw the case until a colleague took it on."""
    leads = case.participations.open().filter(relation=Relation.LEADS, user=None, organisation=by.organisation_id)
    return by.role is Role.CASE_WORKER and not case.is_restricted and leads.exists()


@lifecycle.act()
def add_member(case: Case, *, by: Actor, user_id: UUID) -> TeamMember:
    """`NotYet` for who cannot be chosen, and for who is in the team already."""
    locked = _locked_to_manage(case, by)
    _require_colleague(locked, by, user_id)
    if _lasting_row(locked, by, user_id) is not None:
        raise NotYet(IN_THE_TEAM)
    return _begin(locked, user_id, TeamPart.MEMBER, by=by)


@lifecycle.act()
def hand_over(case: Case, *, by: Actor, to: UUID, stays: bool, expected: UUID | None) -> TeamMember:
    """Make a colleague responsible. `expected` is who was responsible on the page, None for nobody; `MovedOn` when it
    is somebody else by now. Whoever was responsible leaves the team or `stays` in it."""
    locked = _locked_to_manage(case, by)
    before = responsible_for(locked)
    if (before.user_id if before else None) != expected:
        raise MovedOn
    if before is not None and before.user_id == to:
        raise NotYet(IN_THE_TEAM)
    _require_colleague(locked, by, to)
    return _make_responsible(locked, to, by=by, stays=stays)


def _make_responsible(case: Case, user_id: UUID, *, by: Actor, stays: bool) -> TeamMember:
    """The new one first, so that a restricted case is never without anybody; what ends the actor's own sight last.
    Whoever it is stays until it is written: what ends their role waits, and then finds the case."""
    tasks.hold_in_place(user_id, by.organisation_id)
    tasks.close_tasks(subject=reference(case), kinds=[TaskKind.ASSIGN_CASE], by=by)
    before = case.team.filter(state=TeamState.ACTIVE, part=TeamPart.RESPONSIBLE).first()
    if before is not None:
        before = _change_part(before, TeamPart.MEMBER, by=by)
    known = _lasting_row(case, by, user_id)
    after = _change_part(known, TeamPart.RESPONSIBLE, by=by) if known else None
    after = after or _begin(case, user_id, TeamPart.RESPONSIBLE, by=by)
    if before is not None and not stays:
        take_team_step(before, "end", by=by, expected_version=before.version)
    return after


def _begin(case: Case, user_id: UUID, part: TeamPart, *, by: Actor) -> TeamMember:
    member = TeamMember(case=case, organisation_id=by.organisation_id, user_id=user_id, part=part, added_by=by.user_id)
    return lifecycle.begin(TeamFlow, member, by=by, data={"member": user_id, "part": part.value})


def _change_part(member: TeamMember, part: TeamPart, *, by: Actor) -> TeamMember:
    changed = {"by": by, "permission": Permission.MANAGE_TEAM, "code": Code.TEAM_PART_CHANGED}
    told = {"member": member.user_id, "part": part.value}
    return lifecycle.amend(member, **changed, expected_version=member.version, data=told, part=part)  # type: ignore[arg-type]


@lifecycle.act()
def take_team_step(
    member: TeamMember, transition: str, *, by: Actor, expected_version: int, reason: str = ""
) -> TeamMember:
    """Whoever leaves for good needs nobody to stand in for them, and puts back the tasks they had taken."""
    case = lifecycle.lock_case(member.case_id)
    covers = list(case.team.filter(state=TeamState.ACTIVE, covers=member.user_id))
    for cover in covers if member.part != TeamPart.COVER and transition == "end" else []:
        _perform(cover, "end", by=by, expected_version=cover.version)
    return _perform(member, transition, by=by, expected_version=expected_version, reason=reason)


def _perform(member: TeamMember, transition: str, *, by: Actor, expected_version: int, reason: str = "") -> TeamMember:
    tasks.put_back(case_code=member.case.code, user_id=member.user_id)
    return lifecycle.perform(TeamFlow, member, transition, by=by, expected_version=expected_version, reason=reason)


@lifecycle.act()
def cover_absence(
    *, by: Actor, absent_id: UUID, colleague_id: UUID, until: date, reason: str, case_code: str = ""
) -> list[TeamMember]:
    """A colleague stands in for somebody who is away, in all their cases of the organisation or in one, from now until
    the end of that day. For oneself, or by a supervisor. `NotYet` when there is no case for it."""
    if by.role is not Role.CASE_WORKER or (absent_id != by.user_id and not by.is_supervisor):
        raise NotPermitted
    if not reason.strip():
        raise NotYet(_("Give a reason."))
    if not today() <= until <= today() + LONGEST_COVER:
        raise NotYet(_("Choose a day within the next 60 days."))
    cases = _locked_cases_of(by, absent_id, case_code)
    found = [case for case in cases if _may_stand_in(case, by, absent_id, colleague_id)]
    if not found:
        raise NotYet(NOTHING_TO_COVER)
    return [_cover(case, by, absent_id, colleague_id, until, reason) for case in found]


def _locked_cases_of(by: Actor, absent_id: UUID, case_code: str) -> list[Case]:
    """All before anything is written, so that nobody who holds one of them waits for what is written here."""
    theirs = TeamMember.objects.lasting().filter(organisation=by.organisation_id, user=absent_id)
    wanted = {"code": case_code} if case_code else {}
    cases = Case.objects.filter(pk__in=theirs.values("case"), **wanted).select_related("person")
    return list(cases.select_for_update(of=("self",)).order_by("pk"))


def _may_stand_in(case: Case, by: Actor, absent_id: UUID, colleague_id: UUID) -> bool:
    """A colleague who is not kept away from it, does not work on it anyway and does not stand in already."""
    if not standing_in(by, case).may(Permission.MANAGE_TEAM) or colleague_id == absent_id:
        return False
    if not colleagues_for(by, case).filter(pk=colleague_id).exists():
        return False
    for over in case.team.filter(state=TeamState.ACTIVE, user=colleague_id, covers=absent_id, ends_at__lte=now()):
        _perform(over, "expire", by=THE_SERVICE, expected_version=over.version)
    return not case.team.active().filter(user=colleague_id, covers__in=[absent_id]).exists() and (
        _lasting_row(case, by, colleague_id) is None
    )


def _cover(case: Case, by: Actor, absent_id: UUID, colleague_id: UUID, until: date, reason: str) -> TeamMember:
    member = TeamMember(
        case=case,
        organisation_id=by.organisation_id,
        user_id=colleague_id,
        part=TeamPart.COVER,
        covers_id=absent_id,
        ends_at=end_of(until),
        added_by=by.user_id,
    )
    told = {"member": colleague_id, "for": absent_id, "part": TeamPart.COVER.value, "until": until.isoformat()}
    return lifecycle.begin(TeamFlow, member, by=by, data=told, reason=reason)


@lifecycle.act()
def end_cover(pk: UUID, *, by: Actor) -> int:
    """End it early in every case that it was arranged for; in how many it was. `NotVisible` to who has no part in it,
    `MovedOn` when it was over."""
    arranged = cover_for(by, pk)
    list(Case.objects.filter(pk__in=arranged.values("case")).select_for_update(of=("self",)).order_by("pk"))
    rows = list(arranged.filter(state=TeamState.ACTIVE).select_related("case").order_by("case_id"))
    if not rows:
        raise MovedOn
    for row in rows:
        _perform(row, "end", by=by, expected_version=row.version)
    return len(rows)


def expire_covers(at: datetime) -> int:
    """Write down which covers ran out, each in a transaction of its own; how many did. They opened nothing since."""
    over = TeamMember.objects.filter(state=TeamState.ACTIVE, ends_at__lte=at).select_related("case")
    return one_by_one(over, _expire)


def _expire(member: TeamMember) -> TeamMember:
    return take_team_step(member, "expire", by=THE_SERVICE, expected_version=member.version)


@lifecycle.act()
def restrict_case(case: Case, *, by: Actor, reason: str, expected_version: int) -> Case:
    """Close the case to all but its team, supervisors, those who serve the person, and the auditor. `NotYet` while
    nobody is in the team, so that somebody is left who finds it."""
    locked = _locked_for(case, by, Permission.RESTRICT_CASE)
    if not locked.team.lasting().exists():
        raise NotYet(_("Somebody has to be in the case team first. Take the case on."))
    return _restrict(locked, by=by, reason=reason, expected_version=expected_version, is_restricted=True)


@lifecycle.act()
def lift_restriction(case: Case, *, by: Actor, reason: str, expected_version: int) -> Case:
    locked = _locked_for(case, by, Permission.RESTRICT_CASE)
    return _restrict(locked, by=by, reason=reason, expected_version=expected_version, is_restricted=False)


def _restrict(case: Case, *, by: Actor, reason: str, expected_version: int, is_restricted: bool) -> Case:
    if case.is_restricted is is_restricted:
        raise MovedOn
    if not reason.strip():
        raise NotYet(_("Give a reason."))
    code = Code.CASE_RESTRICTED if is_restricted else Code.CASE_UNRESTRICTED
    changed = lifecycle.amend(
        case,
        by=by,
        permission=Permission.RESTRICT_CASE,
        code=code,
        expected_version=expected_version,
        reason=reason,
        is_restricted=is_restricted,
    )
    if is_restricted:
        drafts.forget_unseen(case.code)
    return changed


def _locked_to_manage(case: Case, by: Actor) -> Case:
    return _locked_for(case, by, Permission.MANAGE_TEAM)


def _locked_for(case: Case, by: Actor, permission: Permission) -> Case:
    locked = lifecycle.lock_case(case.pk)
    standing = standing_in(by, locked)
    if not standing.may(Permission.SEE_CASE):
        raise NotVisible
    require(standing, permission)
    return locked


def _require_colleague(case: Case, by: Actor, user_id: UUID) -> None:
    """Whoever is kept away is refused like somebody who does not work there."""
    if not colleagues_for(by, case).filter(pk=user_id).exists():
        raise NotYet(NOT_TO_BE_CHOSEN)


def _lasting_row(case: Case, by: Actor, user_id: UUID) -> TeamMember | None:
    rows = case.team.filter(state=TeamState.ACTIVE, organisation=by.organisation_id, user=user_id)
    return rows.exclude(part=TeamPart.COVER).first()
