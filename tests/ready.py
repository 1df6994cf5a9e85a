"""What many tests begin with is written to the database once and kept while the next test begins with it too.

    @kept
    def cast() -> Cast: ...              # a fixture like any other

    @kept
    def case(cast: Cast) -> Case: ...    # stands on the cast

A process keeps one open transaction with a savepoint after each of these; a test runs in a savepoint of its own above
the last one it asks for, and gets copies of the records. A test that asks for less, that needs real commits, or that
begins under other settings or another clock, has the rest taken back first. Nothing depends on the order of tests.
"""

from __future__ import annotations

import inspect
import pickle
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import pytest
from django.conf import UserSettingsHolder, settings
from django.db import connection, transaction
from django.utils import timezone

from tests.spreading import file_of, unit_of

#: Seconds after which it is written again: a test may rely on its rows being new.
FRESH_FOR = 900
#: Seconds of work after which a step that failed is not tried again.
COSTLY = 5
#: Every fixture that is kept, by name.
KEPT: dict[str, Step] = {}


@dataclass(frozen=True)
class Step:
    """What one fixture writes, and the kept fixtures it asks for."""

    name: str
    make: Callable[..., Any]
    asks: tuple[str, ...]
    fixture: Callable[..., Any]

    @property
    def path(self) -> tuple[str, ...]:
        """The steps to here."""
        below = KEPT[self.asks[-1]].path if self.asks else ()
        return (*below, self.name)


@dataclass(frozen=True)
class Stand:
    """A step that was taken: what it returned, and the block that takes it back."""

    name: str
    value: bytes
    block: ExitStack


def kept(make: Callable[..., Any]) -> Callable[..., Any]:
    """A fixture of this name. Its arguments are kept fixtures, the last standing on those before."""
    name, asks = make.__name__, tuple(inspect.signature(make).parameters)

    def given(request: pytest.FixtureRequest, db: None) -> Any:
        if name in GROUND:
            return GROUND.copy_of(name)
        return make(*(request.getfixturevalue(asked) for asked in asks))

    given.__name__, given.__doc__ = name, make.__doc__
    KEPT[name] = Step(name, make, asks, given)
    return pytest.fixture(given)


class Ground:
    """What stands in this process now."""

    def __init__(self) -> None:
        self.stands: list[Stand] = []
        self.since = (0.0, date.min)
        self.clock = timezone.now
        #: Why a costly step failed: it is not tried again for every test that asks for it.
        self.failures: dict[str, BaseException] = {}

    def __contains__(self, name: str) -> bool:
        return any(stand.name == name for stand in self.stands)

    def copy_of(self, name: str) -> Any:
        return pickle.loads(next(stand.value for stand in self.stands if stand.name == name))  # noqa: S301

    def stand_on(self, path: tuple[str, ...]) -> None:
        """Takes back what is not on the path, and takes the steps that are missing."""
        if path and not self.is_as_usual():
            path = ()
        if not self.is_fresh():
            self.leave()
        while self.names() != path[: len(self.stands)]:
            self.stands.pop().block.close()
        for name in path[len(self.stands) :]:
            self.take(KEPT[name])

    def leave(self) -> None:
        while self.stands:
            self.stands.pop().block.close()

    def names(self) -> tuple[str, ...]:
        return tuple(stand.name for stand in self.stands)

    def take(self, step: Step) -> None:
        if failure := self.failures.get(step.name):
            raise RuntimeError(f"{step.name} could not be made before.") from failure
        with ExitStack() as block:
            block.enter_context(taken_back())
            value = self.made(step)
            connection.check_constraints()
            if not self.stands:
                self.since = time.monotonic(), timezone.localdate()
            self.stands.append(Stand(step.name, pickle.dumps(value), block.pop_all()))

    def made(self, step: Step) -> Any:
        began = time.process_time()
        try:
            return step.make(*map(self.copy_of, step.asks))
        except BaseException as failure:
            if time.process_time() - began > COSTLY:
                self.failures[step.name] = failure
            raise

    def is_as_usual(self) -> bool:
        """No settings are overridden, and the clock is the real one."""
        overridden = isinstance(settings._wrapped, UserSettingsHolder)  # type: ignore[misc]
        return not overridden and timezone.now is self.clock

    def is_fresh(self) -> bool:
        began, day = self.since
        is_whole = connection.connection is not None and not connection.closed_in_transaction
        return is_whole and time.monotonic() - began < FRESH_FOR and day == timezone.localdate()


class taken_back:  # noqa: N801
    """A transaction, or a savepoint in one, that is rolled back at its end, and in which tests of acts with a
    transaction of their own may run."""

    def __enter__(self) -> None:
        self.block = transaction.atomic()
        self.block._from_testcase = True  # type: ignore[attr-defined]
        self.block.__enter__()

    def __exit__(self, *exception: object) -> None:
        if not connection.closed_in_transaction:
            transaction.set_rollback(True)
        self.block.__exit__(None, None, None)


GROUND = Ground()


def path_of(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The steps for what this test asks for: of several ways the longest, then the last in the alphabet. A test with
    real commits, or with a fixture of its own by one of the names, begins with nothing."""
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and (marker.kwargs.get("transaction") or marker.args[:1] == (True,))
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        return ()
    found = request.node._fixtureinfo.name2fixturedefs
    asked = [KEPT[name] for name in request.fixturenames if name in KEPT]
    if any(found[step.name][-1].func is not step.fixture for step in asked):
        return ()
    return longest(request.fixturenames)


def longest(names: list[str]) -> tuple[str, ...]:
    return max((KEPT[name].path for name in names if name in KEPT), key=lambda path: (len(path), path), default=())


def in_order_of_ground(items: list[pytest.Item]) -> list[pytest.Item]:
    """Tests of one file, or of files that run together, that follow each other and begin with the same, together, those
    with least first."""
    files = [list(several) for _file, several in groupby(items, key=unit)]
    return [item for several in files for item in sorted(several, key=wanted)]


def unit(item: pytest.Item) -> str:
    return unit_of(file_of(item))


def wanted(item: pytest.Item) -> tuple[str, ...]:
    return longest(getattr(item, "fixturenames", []))
