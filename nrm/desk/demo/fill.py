"""Runs every story of the country side by side, in the order in which things would have happened."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from unittest.mock import patch

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from nrm.access.actor import THE_SERVICE
from nrm.audit import actions as audit
from nrm.desk.demo import people
from nrm.desk.demo.clock import Clock, real_now, set_back_to
from nrm.desk.demo.offering import FORGOTTEN_SINCE, directory_grows
from nrm.desk.demo.people import World
from nrm.desk.demo.stories import LONGEST, plots, tell
from nrm.desk.demo.working import colleague_is_away, mail_is_wished
from nrm.desk.management.commands.clocks import ROUND
from nrm.identification.actions import screening
from nrm.identification.selectors import newest_set
from nrm.lib.clock import now
from nrm.notices.models import Notice
from nrm.tasks import actions as tasks
from nrm.tasks.models import Task

CASES = 56
Story = Iterator[timedelta]
#: Local hours in which people do what can wait.
EARLIEST, LATEST = 7, 20
#: Rounds of the worker between two signed statements about the audit log.
CHECKPOINT_EVERY = 12
#: Before then hardly anything happened.
LONG_AGO = timedelta(days=260)
#: How long past its day a task may lie before somebody gets to it.
LEFT_WAITING = timedelta(days=5)
#: How long ago people had found out how they want their mail.
SETTLED_IN = timedelta(days=30)
#: How long ago a colleague left for a training.
AWAY_SINCE = timedelta(days=2)


def fill(cases: int = CASES) -> None:
    """The whole country or nothing, in one transaction."""
    end = real_now()
    signs = newest_set()
    rng = Random(f"{settings.NRM_COUNTRY} {cases}")  # noqa: S311  the same country every time; nothing secret in it
    with (
        set_back_to(end - FORGOTTEN_SINCE) as clock,
        patch.object(screening, "newest_set", lambda: signs),  # today's catalogue, also before it was published
    ):
        world = people.settle(settings.NRM_COUNTRY, end=end)
        told = [
            (_begin(end, plot.days_ago, rng), tell(plot, world, Random(f"{settings.NRM_COUNTRY} {number}")))  # noqa: S311
            for number, plot in enumerate(plots(cases, rng))
        ]
        run(
            [
                *told,
                (clock.now(), directory_grows(world)),
                (end - timedelta(days=LONGEST), nights(end)),
                (end - timedelta(days=LONGEST), mornings(world)),
                (end - SETTLED_IN, mail_is_wished(world)),
                (end - AWAY_SINCE, colleague_is_away(world)),
            ],
            clock,
            until=end,
        )
        # Nobody is mailed about the past: the addresses lead nowhere.
        Notice.objects.waiting().update(sent_at=F("created_at"))


def _begin(end: datetime, days_ago: float, rng: Random) -> datetime:
    """In the working hours of that day; within the last two days, exactly so long ago."""
    moment = end - timedelta(days=days_ago)
    if days_ago < 2:
        return moment
    return timezone.localtime(moment).replace(hour=rng.randint(8, 16), minute=rng.randint(0, 59))


def run(stories: Iterable[tuple[datetime, Story]], clock: Clock, *, until: datetime) -> None:
    """Always the story whose next act comes first. One that would act after `until` stays where it is."""
    queue = [(start, number, story) for number, (start, story) in enumerate(stories)]
    heapq.heapify(queue)
    while queue:
        at, number, story = heapq.heappop(queue)
        if at > until:
            continue
        clock.move_to(at)
        wait = next(story, None)
        if wait is not None:
            heapq.heappush(queue, (_at_a_fit_hour(clock.now() + wait, until), number, story))


def _at_a_fit_hour(moment: datetime, until: datetime) -> datetime:
    """What falls into the night waits for the morning, but for the last day, which ends now."""
    local = timezone.localtime(moment)
    if EARLIEST <= local.hour < LATEST or moment > until - timedelta(days=1):
        return moment
    morning = local.replace(hour=8, minute=local.minute)
    return morning if local.hour < EARLIEST else morning + timedelta(days=1)


def mornings(world: World) -> Story:
    """Every few days people tick off what they have done by hand; what fell due lately still waits."""
    while True:
        for task in Task.objects.open().filter(due_at__lt=now() - LEFT_WAITING):
            if task.is_finished_by_hand:
                tasks.finish_task(task.pk, by=world.who_does(task), codes=[task.case_code])
        yield timedelta(days=3)


def nights(end: datetime) -> Story:
    """The worker's round every other day, long ago every week, and now and then a checkpoint of the audit log."""
    for number in itertools.count():
        for look in ROUND.values():
            look(now())
        if number % CHECKPOINT_EVERY == 0:
            audit.make_checkpoint(by=THE_SERVICE)
        yield timedelta(days=2 if now() > end - LONG_AGO else 7)
