"""What protects a child: somebody independent who acts for them, and a look at their best interests before a move."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import NotYet
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.models import BestInterestAssessment, Case, Guardian, reference
from nrm.cases.models.child import MOVES
from nrm.cases.selectors import require, standing_in
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.vault.fields import sealed
from workflows.track import Track

#: CETS 197 Art. 10(4)(a) and CRC General Comment 6, para. 33: nobody whose interests could conflict with the child's.
NOT_INDEPENDENT = _(
    "A guardian must be independent: not the suspected exploiter, no relative who is involved, "
    "and nobody who decides about the status or a return."
)


@lifecycle.act()
def record_guardian(
    case: Case, *, by: Actor, kind: str, appointed_on: date, is_independent: bool, contact: str
) -> Guardian:
    """`NotYet` unless the person is protected as a child and somebody confirmed that the guardian is independent.

    A later guardian stands beside the earlier one. Locks the case.
    """
    locked = _protected(case, by, Permission.RECORD_GUARDIAN)
    if not is_independent:
        raise NotYet(NOT_INDEPENDENT)
    guardian = Guardian(case=locked, kind=kind, appointed_on=appointed_on, is_independent=True, recorded_by=by.user_id)
    guardian.contact = sealed(locked.person, guardian, "contact", contact)
    tasks.close_tasks(by=by, subject=reference(locked), kinds=[TaskKind.GUARDIAN_NEEDED])
    return lifecycle.add(
        guardian, by=by, permission=Permission.RECORD_GUARDIAN, code=Code.GUARDIAN_RECORDED, data={"kind": kind}
    )


@lifecycle.act()
def assess_best_interests(
    case: Case,
    *,
    by: Actor,
    step: str,
    finding: str,
    childs_view: str,
    reasons: str,
    guardian_heard: bool = False,
) -> BestInterestAssessment:
    """One step, looked at by itself. The task stays open until a move is in the child's best interests.

    `NotYet` unless the person is protected as a child. Locks the case.
    """
    locked = _protected(case, by, Permission.ASSESS_BEST_INTERESTS)
    assessment = BestInterestAssessment(
        case=locked, step=step, finding=finding, guardian_heard=guardian_heard, assessed_by=by.user_id
    )
    assessment.childs_view = sealed(locked.person, assessment, "childs_view", childs_view)
    assessment.reasons = sealed(locked.person, assessment, "reasons", reasons)
    if step in MOVES and assessment.is_favourable:
        tasks.close_tasks(by=by, subject=reference(locked), kinds=[TaskKind.BEST_INTEREST_ASSESSMENT])
    return lifecycle.add(
        assessment,
        by=by,
        permission=Permission.ASSESS_BEST_INTERESTS,
        code=Code.BEST_INTERESTS_ASSESSED,
        data={"step": step},
    )


def _protected(case: Case, by: Actor, permission: Permission) -> Case:
    """The case under its lock, seen by somebody who may, with a person protected as a child."""
    locked = lifecycle.lock_case(case.pk)
    require(standing_in(by, locked), permission)
    if locked.track != Track.CHILD:
        raise NotYet(_("This person is not protected as a child. Record the age first."))
    return locked
