"""The canonical bytes: golden vectors that must never change, and meanings that must never share an encoding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit import encoding
from nrm.audit.models import Event

AT = datetime(2026, 3, 5, 13, 30, 15, 250000, tzinfo=UTC)


def event(**changes: Any) -> Event:
    return Event(
        **{
            "sequence": 7,
            "at": AT,
            "user_id": UUID(int=1),
            "membership_id": UUID(int=2),
            "organisation_id": None,
            "role": "case_worker",
            "action": "case.read",
            "outcome": "done",
            "case_code": "K7Q2-M4",
            "subject": "cases.case:9",
            "data": {"b": [1, True, None], "a": "x"},
            "history": [["cases_historicalcase", "12", "ab"]],
            "previous": encoding.GENESIS,
            **changes,
        }
    )


def test_golden_vectors() -> None:
    assert encoding.GENESIS.hex() == "f26f7abeb231c7e4c3f2c091e945d833e806b5dafa73ea11f87db152d4ac38a7"
    assert encoding.packed(b"d", [b"ab", None, b""]).hex() == "01640101000000026162000100000000"
    assert encoding.event_hash(event()).hex() == "a60fda9609c6f689e56a34f1ae616ac466ba3ad96c1fb4702d3b9d4628e2734c"
    assert encoding.checkpoint_message(7, b"\x01" * 32, AT).hex() == (
        "146e726d2e61756469742e636865636b706f696e74010100000008000000000000000701000000200101010101010101"
        "010101010101010101010101010101010101010101010101010000000800064c46efd2b850"
    )
    assert (
        encoding.row_digest("t", [("b", "2"), ("a", None), ("id", "1")])
        == "e9f7ddc75e435db734b2946b7a54cc3f55aef99baf14a1e265317a265dbec7e4"
    )


@pytest.mark.parametrize("field", [f.name for f in Event._meta.concrete_fields if f.name != "hash"])
def test_l6_every_column_but_the_hash_is_in_the_hash(field: str) -> None:
    other: dict[str, Any] = {
        "sequence": 8,
        "at": AT + timedelta(microseconds=1),
        "user_id": None,
        "membership_id": UUID(int=3),
        "organisation_id": UUID(int=0),
        "data": {},
        "history": [],
        "previous": b"\x00" * 32,
    }
    changed = event(**{field: other.get(field, "other")})
    assert encoding.event_hash(changed) != encoding.event_hash(event())


def test_l6_text_cannot_slide_from_one_field_into_the_next() -> None:
    assert encoding.event_hash(event(role="a", action="bc")) != encoding.event_hash(event(role="ab", action="c"))


def test_the_hash_does_not_depend_on_the_time_zone_or_the_order_of_keys() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=2)))
    same = event(at=elsewhere, data={"a": "x", "b": [1, True, None]})
    assert encoding.event_hash(same) == encoding.event_hash(event())


@given(st.lists(st.none() | st.binary(max_size=9)), st.lists(st.none() | st.binary(max_size=9)))
def test_l6_different_fields_never_share_an_encoding(one: list[bytes | None], other: list[bytes | None]) -> None:
    assert (encoding.packed(b"d", one) == encoding.packed(b"d", other)) == (one == other)


def test_domains_keep_kinds_apart() -> None:
    assert encoding.packed(b"a", [b"x"]) != encoding.packed(b"b", [b"x"])


@pytest.mark.parametrize(
    "value",
    ["Ana Quince", "ana@example.org", "Ђорђевић", "line\nbreak", "\x00", "x" * 201, 1.5, object(), b"raw", {"a b": 1}],
)
def test_l4_names_sentences_and_addresses_are_no_data_of_an_event(value: Any) -> None:
    with pytest.raises(ValueError, match="codes and ids only"):
        encoding.codes_only({"key": value} if not isinstance(value, dict) else value)


def test_codes_ids_and_counts_are() -> None:
    assert encoding.codes_only({"ids": {UUID(int=1)}, "n": 3, "none": None, "code": ("a.b",)}) == {
        "ids": ["00000000-0000-0000-0000-000000000001"],
        "n": 3,
        "none": None,
        "code": ["a.b"],
    }
