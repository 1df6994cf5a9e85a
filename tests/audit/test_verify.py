"""What the verifier finds, and that it says where."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from nrm.access.actor import THE_SERVICE
from nrm.audit import actions, verifier
from nrm.audit.checkpoints import Statement, from_lines
from nrm.audit.codes import Code
from nrm.audit.models import Checkpoint, Event, Head
from nrm.audit.selectors import head_is_in_order
from nrm.audit.verifier import verify
from tests.audit.conftest import past_the_guards, rewrite_from

pytestmark = pytest.mark.django_db


def found(outside: list[Statement] | None = None) -> list[str]:
    return [str(finding) for finding in verify(outside or []).findings]


def test_an_untouched_chain_is_in_order(chain: list[Event]) -> None:
    actions.make_checkpoint(by=THE_SERVICE)
    report = verify()
    assert report.is_in_order
    assert (report.events, report.history_rows, report.checkpoints) == (9, 2, 1)
    assert head_is_in_order()


def test_an_empty_chain_is_in_order() -> None:
    assert verify().is_in_order
    assert head_is_in_order()


OTHER: dict[str, Any] = {
    "at": datetime(2020, 1, 1, tzinfo=UTC),
    "user_id": UUID(int=9),
    "membership_id": UUID(int=9),
    "organisation_id": UUID(int=9),
    "data": {"blocks": []},
    "history": [["x", "1", "00"]],
    "previous": b"\x07" * 32,
    "hash": b"\x08" * 32,
}


@pytest.mark.parametrize("column", [f.name for f in Event._meta.concrete_fields if f.name != "sequence"])
def test_l6_a_change_to_any_column_of_any_event_is_found(chain: list[Event], column: str) -> None:
    for event in chain:
        changed = OTHER.get(column, "refused" if event.outcome == "done" else "done")
        with past_the_guards():
            Event.objects.filter(pk=event.pk).update(**{column: changed})
        assert f"Event {event.sequence} was altered: its content does not match its hash." in found()
        with past_the_guards():
            event.save()
    assert found() == []


def test_an_event_given_another_number_is_found(chain: list[Event]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence=5).update(sequence=50)
    assert "Event 5 is missing." in found()
    assert "Event 50 was altered: its content does not match its hash." in found()


def test_l6_a_deleted_event_is_found(chain: list[Event]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence=4).delete()
    assert found() == ["Event 4 is missing."]


def test_l6_several_deleted_events_are_found(chain: list[Event]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence__in=[4, 5, 6]).delete()
    assert found() == ["Events 4 to 6 are missing."]


def test_a_deleted_event_with_history_leaves_its_rows_unclaimed(chain: list[Event]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence=1).delete()
    assert found()[0] == "Event 1 is missing."
    assert found()[1].endswith("of accounts_historicalorganisation was written without an event.")


def test_l6_a_cut_tail_is_seen_by_the_head(chain: list[Event]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence__gt=6).delete()
    assert found() == ["The chain ends at event 6, but its head says event 8."]
    assert not head_is_in_order()


def test_l6_a_tail_cut_with_its_head_is_seen_only_by_a_checkpoint_outside(chain: list[Event]) -> None:
    outside = actions.make_checkpoint(by=THE_SERVICE)
    cut_to(6)
    assert found() == []
    assert head_is_in_order()
    assert found([outside]) == [
        "A checkpoint says event 8, the chain ends at event 6: it was cut or an old copy restored."
    ]


def test_l6_a_rewritten_chain_is_seen_only_by_a_checkpoint(chain: list[Event]) -> None:
    outside = actions.make_checkpoint(by=THE_SERVICE)
    with past_the_guards():
        Checkpoint.objects.all().delete()
    rewrite_from(3, case_code="OTHER")
    assert found() == []
    assert found([outside]) == [
        "Event 8 is not the one its checkpoint was signed for: the chain was rewritten.",
    ]


def test_our_own_checkpoints_are_replayed_too(chain: list[Event]) -> None:
    actions.make_checkpoint(by=THE_SERVICE)
    rewrite_from(3, case_code="OTHER")
    assert found() == ["Event 8 is not the one its checkpoint was signed for: the chain was rewritten."]


@pytest.mark.parametrize(
    "change",
    [
        {"hash": b"\x01" * 32},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"signature": b"\x01" * 64},
        {"key": "00" * 32},
        {"key": "no key"},
    ],
)
def test_l6_a_checkpoint_nobody_trusted_signed_is_found(chain: list[Event], change: dict[str, Any]) -> None:
    actions.make_checkpoint(by=THE_SERVICE)
    with past_the_guards():
        Checkpoint.objects.update(**change)
    assert "The checkpoint at event 8 is not signed by a key that this service trusts." in found()


def test_a_former_key_is_trusted_once_it_is_named(chain: list[Event], settings: Any) -> None:
    key = actions.make_checkpoint(by=THE_SERVICE).key
    settings.NRM_CHECKPOINT_KEY = "D" * 43 + "="
    assert found() == ["The checkpoint at event 8 is not signed by a key that this service trusts."]
    settings.NRM_CHECKPOINT_FORMER_KEYS = [key]
    assert found() == []


def test_l6_a_changed_head_is_found(chain: list[Event]) -> None:
    with past_the_guards():
        Head.objects.update(hash=b"\x01" * 32)
    assert found() == ["The head of the chain does not carry the hash of event 8."]
    assert not head_is_in_order()


def test_a_removed_head_is_found(chain: list[Event]) -> None:
    with past_the_guards():
        Head.objects.all().delete()
    assert found() == ["The chain has no head."]
    assert not head_is_in_order()


def test_l6_an_edited_history_row_is_found_column_by_column(chain: list[Event], organisation: Any) -> None:
    row = organisation.history.earliest("history_id")
    table = row._meta.db_table
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        with past_the_guards():
            type(row).objects.filter(pk=row.pk).update(**{field.attname: another(field, getattr(row, field.attname))})
        assert found() == [f"Row {row.pk} of {table} was altered after event 1 recorded it."], field.name
        with past_the_guards():
            row.save()
        assert found() == []


def test_l6_a_deleted_history_row_is_found(chain: list[Event], organisation: Any) -> None:
    row = organisation.history.earliest("history_id")
    with past_the_guards():
        type(row).objects.filter(pk=row.pk).delete()
    assert found() == [f"Row {row.pk} of {row._meta.db_table}, recorded by event 1, is gone."]


def test_l6_l10_a_change_that_went_around_the_audit_is_found(chain: list[Event], organisation: Any) -> None:
    organisation.name = "Another Mill"
    organisation.save()
    row = organisation.history.latest("history_id")
    assert found() == [f"Row {row.pk} of {row._meta.db_table} was written without an event."]


def test_l10_a_history_row_has_one_event_only(chain: list[Event], organisation: Any) -> None:
    row = organisation.history.earliest("history_id")
    actions.record(Code.ORGANISATION_CHANGED, by=None, history=[actions.history_digest(row)])
    assert found() == [f"Row {row.pk} of {row._meta.db_table} is claimed by events 1 and 9."]


def test_the_digest_is_of_what_the_database_holds_not_of_what_python_holds(organisation: Any) -> None:
    row = organisation.history.latest("history_id")
    before = actions.history_digest(row)
    row.name = "never saved"
    assert actions.history_digest(row) == before


def test_the_digest_does_not_depend_on_the_settings_of_the_session(organisation: Any) -> None:
    row = organisation.history.latest("history_id")
    before = actions.history_digest(row)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")
        cursor.execute("SET LOCAL DateStyle = 'German'")
        cursor.execute("SET LOCAL bytea_output = escape")
    assert actions.history_digest(row) == before


def test_batches_are_joined_without_seam(chain: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "BATCH", 3)
    assert found() == []
    with past_the_guards():
        Event.objects.filter(sequence=4).delete()
    assert found() == ["Event 4 is missing."]


def test_a_flood_of_faults_is_counted_but_not_kept(chain: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "FINDINGS_KEPT", 2)
    with past_the_guards():
        Event.objects.update(role="other")
    report = verify()
    assert (report.faults, len(report.findings)) == (8, 2)


def test_the_command_says_that_all_is_well_and_records_it(
    chain: list[Event], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "checkpoints"
    call_command("audit", "checkpoint", "--out", str(kept))
    call_command("audit", "checkpoint", "--out", str(kept))
    assert [statement.sequence for statement in from_lines(kept.read_text())] == [8, 9]
    call_command("audit", "verify", "--checkpoint", str(kept))
    assert "10 events, 2 history rows, 4 checkpoints: in order." in capsys.readouterr().out
    event = Event.objects.latest("sequence")
    assert (event.action, event.outcome, event.data["faults"]) == (Code.AUDIT_VERIFIED, "done", 0)


def test_the_command_fails_and_names_the_event(chain: list[Event], capsys: pytest.CaptureFixture[str]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence=4).update(role="other")
    with pytest.raises(CommandError, match="1 found that do not fit"):
        call_command("audit", "verify")
    assert "Event 4 was altered" in capsys.readouterr().err
    assert Event.objects.latest("sequence").outcome == "failed"


@pytest.mark.parametrize("content", ["not json", "{}", "[1]", json.dumps({"log": "another"}), "7"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "file").write_text(content)
    with pytest.raises(CommandError, match="no checkpoint"):
        call_command("audit", "verify", "--checkpoint", str(tmp_path / "file"))


def test_a_missing_checkpoint_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("audit", "verify", "--checkpoint", str(tmp_path / "absent"))


def cut_to(sequence: int) -> None:
    with past_the_guards():
        Event.objects.filter(sequence__gt=sequence).delete()
        Checkpoint.objects.filter(sequence__gt=sequence).delete()
        Head.objects.update(sequence=sequence, hash=Event.objects.get(sequence=sequence).hash)


def another(field: Any, value: Any) -> Any:
    """A value of the column's type that differs from `value`."""
    match field.get_internal_type():
        case "BooleanField":
            return not value
        case "DateTimeField":
            return datetime(2020, 1, 1, tzinfo=UTC)
        case "DateField":
            return datetime(2020, 1, 1, tzinfo=UTC).date()
        case "UUIDField":
            return UUID(int=77)
        case "BinaryField":
            return b"other"
    return "-" if value != "-" else "+"
