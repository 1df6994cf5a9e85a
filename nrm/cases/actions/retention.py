"""How long a case is kept: proposed when its time is over, approved by two people, erased or kept on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotYet
from nrm.cases import keeping, lifecycle
from nrm.cases.effects import Setting, carry_out
from nrm.cases.models import Case, Retention, reference
from nrm.cases.selectors import require, standing_in
from nrm.lib.clock import now, today
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import TaskKind
from nrm.tasks.rounds import one_by_one
from nrm.vault import actions as vault
from nrm.vault.fields import sealed
from workflows.effects import OpenTask, Party
from workflows.retention import RetentionFlow, RetentionState

NOT_BY_HAND = _("The service proposes this case itself, or its time is not over yet.")
ASK_AGE = OpenTask("decide_keeping", to=Party.LEAD, days=30)
ASK_HOLD = OpenTask("review_hold", to=Party.LEAD, days=30)


def look_at_retention(at: datetime) -> int:
    """One round of the service: drops what was overtaken, proposes what is due, asks about holds and unknown ages; how
    many proposals changed. Without a period that the operator decided it does nothing at all."""
    if not keeping.is_decided():
        return 0
    ask_about_holds()
    return drop_overtaken() + propose_what_is_due()


def drop_overtaken() -> int:
    """Each in a transaction of its own, so that one that somebody works on holds nobody up."""
    waiting = Retention.objects.waiting().select_related("case")
    return one_by_one((proposal for proposal in waiting if proposal.is_overtaken()), dropped)


def dropped(waiting: Retention) -> bool:
    try:
        lifecycle.perform(RetentionFlow, waiting, "drop", by=THE_SERVICE, expected_version=waiting.version)
    except (MovedOn, NotYet):
        return False
    return True


def propose_what_is_due() -> int:
    without = keeping.closed_long_ago().exclude(pk__in=Retention.objects.standing().values("case"))
    return one_by_one(without, _propose)


@lifecycle.act()
def _propose(found: Case) -> bool:
    """Looks again under the lock. Whose age nobody knows is put to the lead instead. Locks the case."""
    case = lifecycle.lock_case(found.pk)
    if not keeping.has_waited(case) or keeping.is_in_use(case) or case.retentions.standing().exists():
        return False
    if of_age := keeping.is_of_age(case):
        lifecycle.begin(RetentionFlow, Retention(case=case), by=THE_SERVICE)
    elif of_age is None:
        carry_out([ASK_AGE], Setting(case=case, subject=case, by=THE_SERVICE))
    return bool(of_age)


def ask_about_holds() -> None:
    """The day has come on which somebody looks whether the case still has to be kept. Nothing ends by itself."""
    kept = Retention.objects.filter(state=RetentionState.KEPT, review_on__lte=today()).select_related("case")
    one_by_one(kept, _ask_about_hold)


@lifecycle.act()
def _ask_about_hold(kept: Retention) -> None:
    carry_out([ASK_HOLD], Setting(case=kept.case, subject=kept, by=THE_SERVICE))


@lifecycle.act()
def propose_erasure(case: Case, *, by: Actor, grounds: str) -> Retention:
    """The lead proposes a case whose time the service cannot count, and says how the person's age is known. `NotYet`
    for any other case, and without grounds. Locks the case."""
    require(standing_in(by, case), Permission.PROPOSE_RETENTION)
    locked = lifecycle.lock_case(case.pk)
    if not keeping.may_be_proposed_by_hand(locked):
        raise NotYet(NOT_BY_HAND)
    if not grounds.strip():
        raise NotYet(_("Give a reason."))
    proposal = Retention(case=locked)
    proposal.grounds = sealed(locked.person, proposal, "grounds", grounds)
    tasks.close_tasks(by=by, subject=reference(locked), kinds=[TaskKind.DECIDE_KEEPING])
    return lifecycle.begin(RetentionFlow, proposal, by=by)


@lifecycle.act()
def take_retention_step(
    proposal: Retention, transition: str, *, by: Actor, expected_version: int, reason: str = "", **facts: Any
) -> Retention:
    """Approve, erase, keep on, end a hold. With the second approval the person is erased in the same transaction, and
    nothing of the case is waited for any more."""
    taken = lifecycle.perform(
        RetentionFlow, proposal, transition, by=by, expected_version=expected_version, reason=reason, **facts
    )
    if taken.state == RetentionState.ERASED:
        case = taken.case
        tasks.forget(case.code, by=by)
        counts = {"documents": case.documents.count()}
        vault.erase(case.person, by=by, case_code=case.code, at=now(), data=counts)
    return taken
