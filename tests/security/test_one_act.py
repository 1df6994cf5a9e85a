"""An act is one transaction and one event: all of it or nothing, also when the database fails in its middle.

Every form and button of the service is sent once and its statements are looked at (L10, B1); then, for acts of every
room, the database fails at each statement in turn, and when the log cannot be written (B1, L8).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from nrm.audit.models import Event
from tests.addresses import ADDRESSES, address, keywords
from tests.hostile.asking import undone
from tests.hostile.tables import APART, digests, last_event
from tests.hostile.test_forged_requests import takes_posts
from tests.hostile.test_posted_columns import BUTTONS, own
from tests.hostile.test_typed_text import FORMS, filled_in, fresh, url_of
from tests.whole import Whole

TESTS = Path(__file__).parents[1]
#: The whole case has its plan already.
NOT_HERE = {"reintegration:start"}
WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
#: Written beside an act, in a transaction of its own.
BESIDE = APART | {"accounts_totpdevice"}  # A code that was given is used up, whatever comes of the act.
LISTED = tomllib.loads(Path(__file__).with_name("acts.toml").read_text(encoding="utf-8"))
MORE = {name: tuple(left) for name, left in LISTED["more"].items()}
ELSEWHERE: dict[str, str] = LISTED["elsewhere"]


@dataclass(frozen=True)
class Act:
    """Something that is sent: by whom, how it is named, and how it is done."""

    name: str
    client: Client
    send: Callable[[], Any]
    prepare: Callable[[], None] = lambda: None

    def __str__(self) -> str:
        return self.name


@pytest.fixture
def acts(whole: Whole, cast: Any, sign_in: Callable[[Any], Client]) -> list[Act]:
    players = {form.player for form in FORMS} | {player for _view, player, *_ in BUTTONS}
    clients = {player: sign_in(getattr(cast, player)) for player in players}
    for client in clients.values():
        client.raise_request_exception = False

    def of_form(form: Any) -> Act:
        client = clients[form.player]

        def send() -> Any:
            data = {**dict.fromkeys(form.texts, "Something."), **filled_in(form, whole, cast)}
            return client.post(url_of(form, whole, cast), data)

        return Act(str(form), client, send, lambda: form.before(whole, cast) if form.before else None)

    def of_button(view: str, player: str, sent: dict[str, str], of: str) -> Act:
        client = clients[player]

        def send() -> Any:
            data = {**own(sent, cast), **({"version": fresh(getattr(whole, of)).version} if of else {})}
            return client.post(address(view, whole, cast), data)

        return Act(view, client, send)

    buttons = [button for button in BUTTONS if button[0] not in NOT_HERE]
    return [*map(of_form, FORMS), *(of_button(*button) for button in buttons)]


@dataclass
class Statements:
    """What was said to the database, and which of it lies in which outermost transaction of the request."""

    said: list[str] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _block: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SAVEPOINT"):
            self._block += not self._open
            self._open.append(sql.rsplit(maxsplit=1)[-1])
        self.said.append(sql)
        self.blocks.append(self._block if self._open else 0)
        if sql.startswith("RELEASE SAVEPOINT") and sql.rsplit(maxsplit=1)[-1] in self._open:
            del self._open[self._open.index(sql.rsplit(maxsplit=1)[-1]) :]
        return execute(sql, params, many, context)

    @property
    def of_the_act(self) -> set[int]:
        """The transactions in which records are written."""
        return {block for sql, block in zip(self.said, self.blocks, strict=True) if writes_a_record(sql)}

    @property
    def of_events(self) -> set[int]:
        return {block for sql, block in zip(self.said, self.blocks, strict=True) if in_the_log(sql)}

    @property
    def middle(self) -> int:
        """How many statements change something, from the first that writes a record to the end of its transaction."""
        first = next(place for place, sql in enumerate(self.said) if writes_a_record(sql))
        last = max(place for place, block in enumerate(self.blocks) if block == self.blocks[first])
        return sum(map(changes, self.said[first : last + 1]))


def writes_a_record(sql: str) -> bool:
    found = WRITES.match(sql)
    return found is not None and found[1] not in BESIDE


@contextmanager
def failing(at: Callable[[str], bool]) -> Iterator[list[str]]:
    """The database gives up at the first statement of which this is true; yields what it gave up."""
    given_up: list[str] = []

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not given_up and at(sql):
            given_up.append(sql)
            raise OperationalError("The connection was lost.")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield given_up


def nth(count: int) -> Callable[[str], bool]:
    """True of that statement of those after which something else stands in the database, counted from 0 at the first
    that writes a record: between two of them lies nothing that could be half done."""
    passed = -1

    def at(sql: str) -> bool:
        nonlocal passed
        passed += writes_a_record(sql) or (passed >= 0 and changes(sql))
        return passed == count

    return at


def changes(sql: str) -> bool:
    return WRITES.match(sql) is not None or sql.startswith("RELEASE SAVEPOINT")


def in_the_log(sql: str) -> bool:
    return sql.startswith('INSERT INTO "audit_event"')


def events_since(sequence: int) -> tuple[str, ...]:
    return tuple(Event.objects.filter(sequence__gt=sequence).order_by("sequence").values_list("action", flat=True))


def test_l10_b1_every_act_is_one_transaction_and_leaves_one_event(acts: list[Act]) -> None:
    """The event lies in the transaction of what it tells of."""
    wrong: dict[str, object] = {}
    for act in acts:
        with undone(act.client):
            act.prepare()
            since, statements = last_event(), Statements()
            with connection.execute_wrapper(statements):
                status = act.send().status_code
            left, parts = events_since(since), statements.of_the_act
        is_as_listed = len(left) == 1 or left == MORE.get(act.name)
        is_one = parts <= statements.of_events and len(parts) <= 1 and 0 not in parts
        if status not in {200, 302} or not is_as_listed or not is_one:
            wrong[act.name] = (status, left, parts)
    assert wrong == {}, "\n".join(f"{name}: {found}" for name, found in wrong.items())


def test_l10_no_address_that_takes_something_is_left_out() -> None:
    tried = {form.view for form in FORMS} | {view for view, *_ in BUTTONS} - NOT_HERE
    assert {name for name in ADDRESSES if takes_posts(name)} - tried - set(ELSEWHERE) == set()
    assert {view for view, tests in ELSEWHERE.items() if not TESTS.joinpath(tests).exists()} == set()
    assert set(ELSEWHERE) <= set(ADDRESSES)


def test_b1_a_fault_between_any_two_statements_leaves_nothing_half_done(acts: list[Act]) -> None:
    found, wrong = [act for act in acts if act.name in OF_EVERY_ROOM], {}
    for act in found:
        with undone(act.client):
            act.prepare()
            length, before, since = middle_of(act), digests(), last_event()
            answers = [sent_into(act, nth(place)) for place in range(length)]
            half_done = [table for table, rows in digests().items() if rows != before[table]]
            left = set(events_since(since)) - BEFORE_THE_ACT
            again = act.send().status_code
        if set(answers) != {503} or half_done or left or again not in {200, 302} or length < 4:
            wrong[act.name] = (answers, half_done, left, again)
    assert wrong == {}
    assert {act.name for act in found} == OF_EVERY_ROOM


def test_two_transactions_are_told_from_one_and_half_an_act_from_none(cast: Any) -> None:
    """The control: what the tests above look for, they would see."""
    from nrm.accounts.models import Organisation

    def rename(one: Any) -> None:
        with transaction.atomic():
            Organisation.objects.filter(pk=one.pk).update(municipality="Elsewhere")

    both, statements, before = (cast.organisations.open_hand, cast.organisations.far_shore), Statements(), digests()
    with connection.execute_wrapper(statements):
        for one in both:
            rename(one)
    assert len(statements.of_the_act) == 2
    assert statements.of_events == set()
    with failing(nth(2)), suppress(OperationalError):
        for one in both:
            rename(one)
    assert [table for table, rows in digests().items() if rows != before[table]] == ["accounts_organisation"]


def test_l8_b8_when_the_log_cannot_be_written_no_act_is_done(acts: list[Act]) -> None:
    """And once it can be, work goes on where it was."""
    wrong = {}
    for act in (act for act in acts if act.name in OF_EVERY_ROOM):
        with undone(act.client):
            act.prepare()
            before = digests()
            answer = sent_into(act, in_the_log)
            changed = [table for table, rows in digests().items() if rows != before[table]]
            again = act.send().status_code
        if answer != 503 or changed or again not in {200, 302}:
            wrong[act.name] = (answer, changed, again)
    assert wrong == {}


def test_l8_l2_when_the_log_cannot_be_written_nothing_of_a_case_is_read(
    whole: Whole, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    """Whatever keeps that it was read is refused when that cannot be kept; the doors stay open."""
    client, refused, wrong = sign_in(cast.case_worker), set(), {}
    client.raise_request_exception = False
    for name in filter(keywords, ADDRESSES):
        with undone(client), failing(in_the_log) as given_up:
            answer = client.get(address(name, whole, cast))
            if given_up and answer.status_code == 503:
                refused.add(name)
            elif given_up:
                wrong[name] = answer.status_code
    assert wrong == {}
    assert {"desk:case_page", "desk:readers", "cases:sharing", "cases:document", "referrals:page"} <= refused
    with failing(in_the_log):
        assert Client().get("/sign-in/").status_code == 200


def middle_of(act: Act) -> int:
    statements = Statements()
    with undone(act.client), connection.execute_wrapper(statements):
        act.send()
    return statements.middle


def sent_into(act: Act, at: Callable[[str], bool]) -> int:
    """How the act is answered when the database fails there."""
    with failing(at) as given_up:
        status = int(act.send().status_code)
    assert given_up, act
    return status


#: Acts of every room, with most of what an act can bring: several records, tasks, time limits, consequences.
OF_EVERY_ROOM = {
    "cases:record_consent",
    "cases:write_identity",
    "cases:assess_risk",
    "cases:review_emergency",
    "cases:hand_over",
    "identification:propose_decision",
    "referrals:step complete",
    "placements:step offer",
    "support:alert_step manage",
    "reintegration:step agree",
    "accounts:invite",
    "desk:finish_task",
}
#: Readings that come before an act, and stay when it fails.
BEFORE_THE_ACT = {"search.before_writing"}
