"""Time limits that ran out or were extended. Whatever locks one has locked its case before."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotVisible, NotYet
from nrm.audit import actions as audit
from nrm.audit.codes import Code
from nrm.cases import lifecycle
from nrm.cases.effects import Setting, carry_out
from nrm.cases.models import Case, ClockExtension
from nrm.cases.selectors import require, standing_in
from nrm.cases.selectors.clocks import is_shared
from nrm.countries.limits import end_of
from nrm.lib.clock import now
from nrm.tasks import actions as tasks
from nrm.tasks.models import Clock
from nrm.tasks.rounds import one_by_one
from nrm.tasks.selectors import another_runs, clocks_due
from nrm.vault.fields import sealed
from workflows.effects import Notify, OpenTask, Party

#: What follows when a time limit runs out.
ON_RUNNING_OUT = (
    OpenTask("clock_ran_out", to=Party.LEAD, days=1),
    OpenTask("clock_ran_out", to=Party.COORDINATOR, days=1),
    Notify("clock_ran_out", to=Party.LEAD),
    Notify("clock_ran_out", to=Party.COORDINATOR),
)


def run_out_clocks(at: datetime) -> int:
    """Tell the lead and the coordinator of every time limit that ran out, each in a transaction of its own; how many
    did. Nothing is ever closed because of it."""
    return one_by_one(clocks_due(at), lambda clock: _run_out(clock, at))


@lifecycle.act()
def _run_out(due: Clock, at: datetime) -> bool:
    """False when another run, a step or an extension was faster. Locks the case, then the clock."""
    case = _lock_case_of(due)
    clock = tasks.lock_clock(due.pk)
    if not tasks.run_out(clock, at):
        return False
    carry_out(ON_RUNNING_OUT, Setting(case=case, subject=clock, by=THE_SERVICE, time_limit=clock.key))
    _start_next_round(clock)
    audit.append(
        Code.CLOCK_RAN_OUT,
        by=THE_SERVICE,
        case_code=case.code,
        subject=clock.subject,
        data={"clock": clock.key, "round": clock.round},
    )
    return True


def _start_next_round(clock: Clock) -> None:
    """A limit that comes again goes on under the rule it was started under, always counted from its start."""
    rule, following = clock.kept_rule, clock.round + 1
    if following < len(rule.lengths):
        tasks.start_clock(
            clock.key,
            case_code=clock.case_code,
            subject=clock.subject,
            rule={**clock.rule, "round": following},
            started_at=clock.started_at,
            due_at=rule.due_at(clock.started_at, round_=following, subdivision=clock.subdivision),
        )


@lifecycle.act()
def extend_clock(
    clock: Clock, *, by: Actor, due_on: date, authority: str, reason: str, expected_due_at: datetime | None = None
) -> ClockExtension:
    """Let a time limit run until the end of a later day, because an authority allowed it. One that ran out runs again.

    `MovedOn` when it is due at another time than the page said (`expected_due_at`). Locks the case, then the clock.
    """
    case = _lock_case_of(clock)
    standing = standing_in(by, case)
    require(standing, Permission.EXTEND_CLOCK)
    if not is_shared(case, clock, standing):
        raise NotVisible
    locked = tasks.lock_clock(clock.pk)
    if expected_due_at is not None and locked.due_at != expected_due_at:
        raise MovedOn
    due_at = end_of(due_on)
    _require_extensible(locked, due_at)
    if not reason.strip():
        raise NotYet(_("Give a reason."))
    extension = ClockExtension(
        case=case, clock=locked, was_due_at=locked.due_at, due_at=due_at, authority=authority, extended_by=by.user_id
    )
    extension.reason = sealed(case.person, extension, "reason", reason)
    tasks.move_due(locked, due_at, by=by)
    told = {"clock": locked.key, "for": locked.subject, "authority": authority, "due_on": due_on.isoformat()}
    return lifecycle.add(extension, by=by, permission=Permission.EXTEND_CLOCK, code=Code.CLOCK_EXTENDED, data=told)


def _require_extensible(clock: Clock, due_at: datetime) -> None:
    if clock.stopped_at is not None:
        raise NotYet(_("This time limit has ended."))
    if another_runs(clock):
        raise NotYet(_("This time limit runs again already."))
    if due_at <= max(clock.due_at, now()):
        raise NotYet(_("Choose a day later than the one on which it ends now."))
    latest = clock.kept_rule.latest(clock.started_at, subdivision=clock.subdivision)
    if latest is not None and due_at > latest:
        day = formats.date_format(timezone.localtime(latest), "SHORT_DATE_FORMAT")
        raise NotYet(_("This time limit can be extended until %(day)s at the longest.") % {"day": day})


def _lock_case_of(clock: Clock) -> Case:
    return lifecycle.lock_case(Case.objects.values_list("pk", flat=True).get(code=clock.case_code))
