"""Two cases of one person, led by one organisation, go on as one. Nothing moves, so it can be undone."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import Case, CaseMerge, Closure, reference
from nrm.cases.selectors import require, standing_in
from nrm.cases.selectors.merge import why_not_to_be_merged
from nrm.tasks import actions as tasks
from nrm.tasks.selectors import clocks_of_case
from workflows.case import CaseFlow, Stage
from workflows.merge import MergeFlow


@lifecycle.act()
def merge_cases(case: Case, into: Case, *, by: Actor, reason: str, expected_version: int) -> CaseMerge:
    """Close `case` with a pointer to `into`, where the person's way goes on.

    Locks both cases, always in one order. `NotVisible`, `NotPermitted` unless the actor leads both, `MovedOn` when
    `case` changed meanwhile, `NotYet` without a reason, where a chain would come about, and while something in `case`
    is open: its records stay there and nobody would look after them.
    """
    locked = _both_locked(case.pk, into.pk, by)
    case, into = locked[case.pk], locked[into.pk]
    if case.version != expected_version:
        raise MovedOn
    if why_not := why_not_to_be_merged(case, into):
        raise NotYet(why_not)
    if not reason.strip():
        raise NotYet(_("Give a reason."))
    before = _closed(case, by=by, reason=reason) if case.stage != Stage.CLOSED else None
    merge = CaseMerge(case=case, into=into, merged_by=by.user_id, before=before)
    merge = lifecycle.begin(MergeFlow, merge, by=by, reason=reason, data={"with": into.code})
    _tell(Code.CASE_MERGED_HERE, merge, by)
    return merge


@lifecycle.act()
def undo_merge(
    merge: CaseMerge, transition: str = "undo", *, by: Actor, expected_version: int, reason: str = ""
) -> CaseMerge:
    """The case is as it was before: open again if merging closed it, with the time limits that ran. Locks both cases.
    Of `into`, which another organisation may lead by now, nothing is asked."""
    for pk in sorted((merge.case_id, merge.into_id)):
        lifecycle.lock_case(pk)
    undone = lifecycle.perform(MergeFlow, merge, transition, by=by, expected_version=expected_version, reason=reason)
    if undone.before is not None:
        _taken_up_again(undone, by)
    _tell(Code.CASE_MERGED_HERE_UNDONE, undone, by)
    return undone


def _both_locked(one: UUID, other: UUID, by: Actor) -> dict[UUID, Case]:
    """Both seen before either is refused for anything else: who leads one learns nothing of the other."""
    if one == other:
        raise NotVisible
    locked = {pk: lifecycle.lock_case(pk) for pk in sorted((one, other))}
    standings = [standing_in(by, case) for case in locked.values()]
    if not all(standing.may(Permission.SEE_CASE) for standing in standings):
        raise NotVisible
    for standing in standings:
        require(standing, Permission.MERGE_CASES)
    return locked


def _closed(case: Case, *, by: Actor, reason: str) -> dict[str, object]:
    """Close the case under the guards of every closing; what undoing has to give back."""
    was = {"stage": case.stage, "returns_to": case.returns_to, "closure": case.closure}
    running = [clock.pk for clock in clocks_of_case(case.code)]
    facts = {"by": by, "expected_version": case.version, "reason": reason, "closure": Closure.MERGED}
    closed = lifecycle.perform(CaseFlow, case, "close", **facts)  # type: ignore[arg-type]
    case.stage, case.version = closed.stage, closed.version
    return {**was, "clocks": [str(pk) for pk in tasks.stopped_since(case.code, running)]}


def _taken_up_again(merge: CaseMerge, by: Actor) -> None:
    before = merge.before or {}
    case = lifecycle.lock_case(merge.case_id)
    columns = {name: before[name] for name in ("closure", "returns_to")}
    lifecycle.perform(CaseFlow, case, "take_up_again", by=by, expected_version=case.version, **columns)
    tasks.resume_clocks(UUID(pk) for pk in before["clocks"])


def _tell(code: Code, merge: CaseMerge, by: Actor) -> None:
    """In the life of the surviving case too; the event of the merged one proves the row that was written."""
    data = {"with": merge.case.code}
    audit.append(code, by=by, case_code=merge.into.code, subject=reference(merge), data=data)
