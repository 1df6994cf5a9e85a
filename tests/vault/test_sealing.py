"""A sealed value opens only whole, only for its person, only in its place."""

from __future__ import annotations

import base64
import os
import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from nrm.vault import sealing
from nrm.vault.sealing import (
    NONCE_BYTES,
    KeyMissing,
    KeysMalformed,
    Place,
    SealBroken,
    bind,
    fresh_nonce,
    parse_key_ring,
    rewrap,
    seal_bytes,
    seal_text,
    unseal_bytes,
    unseal_text,
    unwrap,
)
from tests.vault.conftest import Holder

PLACE = Place("cases_note", "text", "7f0c")
STORY = "Ана рече: „не“ – “quite a long story”"


def fresh_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_what_was_sealed_opens_in_its_place(holder: Holder) -> None:
    assert unseal_text(holder, PLACE, seal_text(holder, PLACE, STORY)) == STORY


@given(st.binary(max_size=5000))
def test_any_bytes_come_back_as_they_were(content: bytes) -> None:
    holder = Holder()
    assert unseal_bytes(holder, PLACE, seal_bytes(holder, PLACE, content)) == content


def test_c1_any_flipped_bit_is_refused(holder: Holder) -> None:
    sealed = seal_text(holder, PLACE, STORY)
    for position in range(len(sealed)):
        for bit in range(8):
            altered = bytearray(sealed)
            altered[position] ^= 1 << bit
            with pytest.raises(SealBroken):
                unseal_text(holder, PLACE, bytes(altered))


def test_c1_any_cut_or_lengthened_value_is_refused(holder: Holder) -> None:
    sealed = seal_text(holder, PLACE, STORY)
    for altered in [sealed[:length] for length in range(len(sealed))] + [sealed + b"\0", b"", STORY.encode()]:
        with pytest.raises(SealBroken):
            unseal_text(holder, PLACE, altered)


@pytest.mark.parametrize(
    "elsewhere",
    [
        replace(PLACE, row="7f0d"),
        replace(PLACE, column="account"),
        replace(PLACE, table="cases_document"),
        Place("cases_notet", "ext", "7f0c"),
        Place("cases_note", "text7", "f0c"),
    ],
)
def test_c2_a_value_moved_to_another_place_is_refused(holder: Holder, elsewhere: Place) -> None:
    with pytest.raises(SealBroken):
        unseal_text(holder, elsewhere, seal_text(holder, PLACE, STORY))


def test_c2_a_value_moved_to_another_person_is_refused(holder: Holder) -> None:
    with pytest.raises(SealBroken):
        unseal_text(Holder(), PLACE, seal_text(holder, PLACE, STORY))


def test_c2_a_key_copied_to_another_person_is_refused(holder: Holder) -> None:
    thief = Holder()
    thief.wrapped_key, thief.key_id = holder.wrapped_key, holder.key_id
    with pytest.raises(SealBroken):
        unseal_text(thief, PLACE, seal_text(holder, PLACE, STORY))


def test_c2_a_value_or_key_of_another_key_version_is_refused(holder: Holder) -> None:
    sealed = seal_text(holder, PLACE, STORY)
    successor = Holder(id=holder.id, key_version=2)
    with pytest.raises(SealBroken):
        unseal_text(successor, PLACE, sealed)
    holder.key_version = 2
    with pytest.raises(SealBroken):
        unseal_text(holder, PLACE, sealed)


def test_c2_a_key_relabelled_to_another_wrapping_key_is_refused(holder: Holder, settings: Settings) -> None:
    same = settings.NRM_VAULT_KEYS.partition(":")[2]
    settings.NRM_VAULT_KEYS += f",other:{same}"
    holder.key_id = "other"
    with pytest.raises(SealBroken):
        unwrap(holder)


def test_a_wrong_wrapping_key_is_refused(holder: Holder, settings: Settings) -> None:
    settings.NRM_VAULT_KEYS = f"{holder.key_id}:{fresh_key()}"
    with pytest.raises(SealBroken):
        unwrap(holder)


def test_a_missing_wrapping_key_is_named(holder: Holder, settings: Settings) -> None:
    sealed = seal_text(holder, PLACE, STORY)
    settings.NRM_VAULT_KEYS = f"k2:{fresh_key()}"
    with pytest.raises(KeyMissing, match=holder.key_id):
        unseal_text(holder, PLACE, sealed)


def test_a_destroyed_key_opens_nothing(holder: Holder) -> None:
    sealed = seal_text(holder, PLACE, STORY)
    holder.wrapped_key = b""
    with pytest.raises(SealBroken):
        unseal_text(holder, PLACE, sealed)


def test_rewrapping_changes_the_wrapping_and_not_what_is_sealed(holder: Holder, settings: Settings) -> None:
    sealed, key = seal_text(holder, PLACE, STORY), unwrap(holder)
    settings.NRM_VAULT_KEYS = f"k2:{fresh_key()},{settings.NRM_VAULT_KEYS}"
    renewed = rewrap(holder)
    assert (renewed.key_id, renewed.wrapped != holder.wrapped_key) == ("k2", True)
    holder.wrapped_key, holder.key_id = renewed.wrapped, renewed.key_id
    settings.NRM_VAULT_KEYS = settings.NRM_VAULT_KEYS.partition(",")[0]
    assert unwrap(holder) == key
    assert unseal_text(holder, PLACE, sealed) == STORY


def test_c3_the_same_text_never_seals_to_the_same_value(holder: Holder) -> None:
    sealed = [seal_text(holder, PLACE, STORY) for _ in range(10_000)]
    assert len({value[1 : 1 + NONCE_BYTES] for value in sealed}) == len(sealed)
    assert len({value[1 + NONCE_BYTES :] for value in sealed}) == len(sealed)


def test_c3_no_nonce_comes_twice_in_a_million() -> None:
    """All of them random: by chance two of a million meet once in 10^17 times."""
    assert len({fresh_nonce() for _ in range(1_000_000)}) == 1_000_000


def test_c3_a_value_carries_the_nonce_that_was_drawn_for_it(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([b"\1" * NONCE_BYTES, b"\2" * NONCE_BYTES])
    monkeypatch.setattr(sealing, "fresh_nonce", lambda: next(drawn))
    assert [seal_text(holder, PLACE, STORY)[1 : 1 + NONCE_BYTES] for _ in range(2)] == [b"\1" * 12, b"\2" * 12]


def test_c1_bytes_that_are_no_text_do_not_appear_in_the_error(holder: Holder) -> None:
    sealed = seal_bytes(holder, PLACE, b"canary \xff\xfe")
    with pytest.raises(SealBroken) as refused:
        unseal_text(holder, PLACE, sealed)
    assert "canary" not in repr(refused.value)
    assert refused.value.__suppress_context__


@given(st.lists(st.binary(max_size=6), max_size=5), st.lists(st.binary(max_size=6), max_size=5))
def test_different_parts_are_bound_differently(one: list[bytes], other: list[bytes]) -> None:
    assert (bind(*one) == bind(*other)) == (one == other)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ("", "empty"),
        (" , ", "empty"),
        ("AAAA", "has no id"),
        (":AAAA", "has no id"),
        ("a b:AAAA", "has no id"),
        ("k1:AAAA", "has 3 bytes"),
        ("k1:*", "not base64"),
        ("k1:ключ", "not base64"),
        (f"k1:{'A' * 43}=,k1:{'B' * 42}8=", "given twice"),
    ],
)
def test_malformed_keys_are_named_and_not_shown(keys: str, complaint: str) -> None:
    with pytest.raises(KeysMalformed, match=complaint) as refused:
        parse_key_ring(keys)
    assert "AAAA" not in str(refused.value)


def test_the_newest_key_comes_first_and_no_key_is_printed() -> None:
    key = fresh_key()
    ring = parse_key_ring(f"k2:{key}, k1:{fresh_key()}")
    assert (ring.newest, list(ring), len(ring)) == ("k2", ["k2", "k1"], 2)
    assert repr(ring) == "KeyRing(k2, k1)"
    assert ring["k2"] == base64.b64decode(key)
    with pytest.raises(KeyError):
        ring["k3"]


def test_a_person_s_key_is_their_own() -> None:
    person = uuid.uuid4()
    assert unwrap(Holder(id=person)) != unwrap(Holder(id=person))
