"""Time limits as people read them: what runs until when, under which rule, and who let it run longer."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise

from nrm.access.actor import Actor
from nrm.access.permissions import Permission
from nrm.access.policy import Standing, relations_that_grant
from nrm.access.refusals import NotVisible
from nrm.cases.models import Case, ClockExtension, ExtensionAuthority, reference
from nrm.cases.selectors.case import case_for, cases_visible_to
from nrm.countries.terms import ClockUnit
from nrm.lib.clock import now
from nrm.tasks.models import Clock, ClockQuerySet
from nrm.tasks.selectors import clock_of_case, clocks_ending, unstopped_clocks_of_case
from nrm.vault.fields import opened

#: How far ahead My work looks, and how many limits it shows at most.
SOON = timedelta(days=14)
SHOWN = 10
#: How the subject of a limit of a whole case begins.
OF_A_CASE = f"{Case._meta.label_lower}:"


@dataclass(frozen=True, slots=True)
class Extended:
    """One extension. The reason is empty for who could not have extended the limit."""

    authority: str | Promise
    until: datetime
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit of a case."""

    label: str
    rule: str
    due_at: datetime
    is_checked: bool
    has_run_out: bool
    extensions: list[Extended]
    extend_url: str


@dataclass(frozen=True, slots=True)
class EndingSoon:
    """The limits of an actor's cases that end soon, and whether there are more than are shown."""

    clocks: list[Clock]
    has_more: bool


def limits_of(case: Case, standing: Standing) -> list[Limit]:
    """The running limits and the last ones that ran out, soonest first. Two queries whatever their number."""
    may_extend = standing.may(Permission.EXTEND_CLOCK)
    extensions = _extensions(case, with_reasons=may_extend)
    return [
        _limit(case, clock, extensions[clock.pk], may_extend=may_extend)
        for clock in _shown(case, unstopped_clocks_of_case(case.code))
        if is_shared(case, clock, standing)
    ]


def limit_for(actor: Actor, code: str, pk: UUID) -> tuple[Case, Clock, Limit]:
    """A limit of a case that the actor may extend."""
    case, standing = case_for(actor, code, Permission.EXTEND_CLOCK)
    clock = clock_of_case(pk, case.code)
    if clock is None or not is_shared(case, clock, standing):
        raise NotVisible
    return case, clock, _limit(case, clock, [], may_extend=True)


def ending_soon(actor: Actor) -> EndingSoon:
    """What ends within the next days in the cases whose limits the actor may extend; one query."""
    clocks = list(limits_ending(actor, until=now() + SOON)[: SHOWN + 1])
    return EndingSoon(clocks[:SHOWN], has_more=len(clocks) > SHOWN)


def limits_ending(actor: Actor, *, until: datetime) -> ClockQuerySet:
    """The running limits that end until then in the cases whose limits the actor may extend, soonest first."""
    if not relations_that_grant(actor.role, Permission.EXTEND_CLOCK):
        return Clock.objects.all().none()
    codes = cases_visible_to(actor, Permission.EXTEND_CLOCK).values("code")
    ending = clocks_ending(codes, until=until)
    if not relations_that_grant(actor.role, Permission.SEE_TASKS):
        ending = ending.filter(subject__startswith=OF_A_CASE)
    return ending


def is_shared(case: Case, clock: Clock, standing: Standing) -> bool:
    """The limit of a single record, such as a referral, tells of that record: only to who sees what is due in it."""
    return clock.subject == reference(case) or standing.may(Permission.SEE_TASKS)


def _shown(case: Case, clocks: list[Clock]) -> list[Clock]:
    """What runs; what ran out only where it is the case's own and nothing of its kind came after it."""
    newest = {clock.key: clock for clock in sorted(clocks, key=lambda clock: (clock.started_at, clock.due_at))}
    own = reference(case)
    return [clock for clock in clocks if clock.is_running or (clock.subject == own and newest[clock.key] is clock)]


def _limit(case: Case, clock: Clock, extensions: list[Extended], *, may_extend: bool) -> Limit:
    rule = clock.kept_rule
    wanted = "DATETIME_FORMAT" if rule.unit == ClockUnit.HOURS else "SHORT_DATE_FORMAT"
    since = formats.date_format(timezone.localtime(clock.started_at), wanted)
    return Limit(
        label=clock.name,
        rule=rule.in_words(since=since, round_=clock.round),
        due_at=clock.due_at,
        is_checked=rule.checked,
        has_run_out=not clock.is_running,
        extensions=extensions,
        extend_url=reverse("cases:extend_clock", args=[case.code, clock.pk]) if may_extend else "",
    )


def _extensions(case: Case, *, with_reasons: bool) -> dict[UUID, list[Extended]]:
    found: dict[UUID, list[Extended]] = defaultdict(list)
    for row in ClockExtension.objects.filter(case=case):
        reason = opened(case.person, row, "reason") if with_reasons else ""
        authority = ExtensionAuthority(row.authority).label
        found[row.clock_id].append(Extended(authority, row.due_at, row.extended_at, reason))
    return found
