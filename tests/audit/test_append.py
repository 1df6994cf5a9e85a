"""Adding to the chain: with the act or not at all, in one line, by nobody twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from nrm.access.actor import THE_SERVICE
from nrm.audit import actions, codes, encoding
from nrm.audit.codes import Code
from nrm.audit.models import Checkpoint, Event, Head
from nrm.audit.verifier import verify
from tests.audit.conftest import past_the_guards


@pytest.mark.django_db
def test_each_event_continues_the_one_before() -> None:
    first = actions.record(Code.CASE_READ, by=THE_SERVICE, case_code="K7Q2-M4RT-9XCY")
    second = actions.record("case.hold", by=THE_SERVICE)
    assert (first.sequence, second.sequence) == (1, 2)
    assert (bytes(first.previous), bytes(second.previous)) == (encoding.GENESIS, first.hash)
    head = Head.objects.get()
    assert (head.sequence, bytes(head.hash)) == (2, second.hash)
    assert first.at <= second.at


@pytest.mark.django_db
def test_l3_the_actor_is_written_down_as_ids(cast: Any) -> None:
    actor = cast.case_worker.actor
    event = actions.record(Code.CASE_READ, by=actor)
    event.refresh_from_db()
    assert (event.user_id, event.membership_id, event.organisation_id, event.role) == (
        actor.user_id,
        actor.membership_id,
        actor.organisation_id,
        "case_worker",
    )


@pytest.mark.django_db
def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(ValueError, match="no act the audit knows"):
        actions.record("case.teleported", by=None)


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_label_of_its_own(code: Code) -> None:
    assert str(code.label).strip() not in {"", code.value}
    assert str(codes.label_of(code)) == str(code.label)


def test_steps_of_the_machines_are_labelled_by_the_machine() -> None:
    assert codes.steps()
    for code, label in codes.steps().items():
        assert str(codes.label_of(code)) == str(Code(code).label if code in Code.values else label) != code


@pytest.mark.usefixtures("committed_db")
def test_outside_a_transaction_nothing_is_appended() -> None:
    with pytest.raises(actions.OutsideTransaction):
        actions.append(Code.CASE_READ, by=None)
    assert not Event.objects.exists()


@pytest.mark.usefixtures("committed_db")
def test_l8_when_the_audit_fails_the_act_did_not_happen(cast: Any) -> None:
    organisation = cast.organisations.open_hand

    def act() -> None:
        with transaction.atomic():
            type(organisation).objects.filter(pk=organisation.pk).update(country="xx")
            actions.append(Code.ORGANISATION_CHANGED, by=None, data={"name": "Open Hand"})

    with pytest.raises(ValueError, match="codes and ids"):
        act()
    organisation.refresh_from_db()
    assert organisation.country != "xx"


@pytest.mark.usefixtures("committed_db")
def test_l6_a_rolled_back_act_leaves_no_gap() -> None:
    with transaction.atomic():
        actions.append(Code.CASE_READ, by=None)
        transaction.set_rollback(True)
    assert actions.record(Code.CASE_READ, by=None).sequence == 1


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_event", "audit_checkpoint", "audit_head"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_l6_the_database_refuses_to_remove_anything(table: str, statement: str) -> None:
    refused(statement.format(table), match="is refused: its rows can only be added")


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE audit_event SET at = now()", "UPDATE audit_checkpoint SET at = now()"])
def test_l6_the_database_refuses_to_change_anything(statement: str) -> None:
    refused(statement, match="UPDATE on audit_.* is refused")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET sequence = 0",
        "UPDATE audit_head SET sequence = sequence + 2",
        "UPDATE audit_head SET sequence = sequence",
        "UPDATE audit_head SET id = 1",
    ],
)
def test_the_head_only_moves_forward(chain: list[Event], statement: str) -> None:
    refused(statement, match="moves forward by one event")


@pytest.mark.django_db
def test_a_second_head_is_impossible() -> None:
    refused("INSERT INTO audit_head VALUES (2, 0, '\\x00')", match="audit_head_is_one_row")


@pytest.mark.django_db
def test_a_missing_head_stops_every_act(chain: list[Event]) -> None:
    with past_the_guards():
        Head.objects.all().delete()
    with pytest.raises(actions.HeadMissing):
        actions.record(Code.CASE_READ, by=None)
    with pytest.raises(actions.HeadMissing):
        actions.ensure_head()


@pytest.mark.django_db
def test_the_head_of_an_empty_chain_is_created_once() -> None:
    with past_the_guards():
        Head.objects.all().delete()
    actions.ensure_head()
    actions.ensure_head()
    assert actions.record(Code.CASE_READ, by=None).sequence == 1


@pytest.mark.django_db
def test_a_checkpoint_is_kept_and_recorded(chain: list[Event]) -> None:
    statement = actions.make_checkpoint(by=THE_SERVICE)
    kept = Checkpoint.objects.get()
    assert (kept.sequence, bytes(kept.hash), kept.key) == (8, bytes(chain[-1].hash), statement.key)
    assert statement.is_genuine()
    assert Event.objects.latest("sequence").action == Code.AUDIT_CHECKPOINT_MADE


@pytest.mark.concurrency
@pytest.mark.usefixtures("committed_db")
def test_l6_eight_at_once_make_one_chain_without_gaps() -> None:
    def append_many() -> None:
        for _ in range(25):
            actions.record(Code.CASE_READ, by=THE_SERVICE)
            seen.append(verify().faults)

    seen: list[int] = []
    assert run_at_once([append_many] * 8) == []
    assert list(Event.objects.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, 201))
    assert verify().is_in_order
    assert set(seen) == {0}, "a verifier that runs meanwhile sees one moment"


@pytest.mark.concurrency
@pytest.mark.usefixtures("committed_db")
def test_without_the_lock_on_the_head_the_chain_would_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: two read the same head, and only the unique link keeps the second branch out."""
    both_have_read = threading.Barrier(2, timeout=10)
    read_head = actions._locked_head

    def read_without_lock() -> Any:
        found = read_head()
        both_have_read.wait()
        return found

    monkeypatch.setattr(actions, "LOCK_HEAD", actions.LOCK_HEAD.replace("FOR UPDATE", ""))
    monkeypatch.setattr(actions, "_locked_head", read_without_lock)
    failures = run_at_once([lambda: actions.record(Code.CASE_READ, by=None)] * 2)
    assert [type(failure) for failure in failures] == [IntegrityError]


def run_at_once(works: list[Callable[[], Any]]) -> list[Exception]:
    """Each in a thread with a connection of its own; returns what was raised."""
    failures: list[Exception] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            work()
        except Exception as failure:  # noqa: BLE001
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def refused(statement: str, *, match: str) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
