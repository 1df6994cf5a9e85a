"""An identity keeps exactly what was written, and refuses what it cannot keep."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.lib.partial_date import PartialDate
from nrm.vault.identity import Contact, Document, Identity, IdentityInvalid
from tests.vault.strategies import identities


@given(identities)
def test_an_identity_comes_back_as_it_was_written(identity: Identity) -> None:
    assert Identity.from_json(identity.to_json()) == identity


def test_both_scripts_and_directions_are_kept(elira: Identity) -> None:
    mixed = replace(elira, given_names="Ѓорѓи אבג Çiğdem", aliases=("علي", "Џон"))
    assert Identity.from_json(mixed.to_json()) == mixed


def test_a_megabyte_is_refused() -> None:
    with pytest.raises(IdentityInvalid, match="given_names: is too long"):
        Identity(given_names="а" * 1_000_000)
    with pytest.raises(IdentityInvalid, match="too large"):
        Identity.from_json("[" * 1_000_000)


def test_many_long_entries_together_are_refused() -> None:
    contacts = tuple(Contact("phone", "1", note="ш" * 2000) for _ in range(20))
    with pytest.raises(IdentityInvalid, match="identity: is too large"):
        Identity(contacts=contacts)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"given_names": "a\0b"}, "given_names"),
        ({"given_names": "a\nb"}, "given_names"),
        ({"family_names": "\ud800"}, "family_names"),
        ({"family_names": None}, "family_names"),
        ({"aliases": ["list"]}, "aliases"),
        ({"aliases": ("x",) * 21}, "aliases"),
        ({"aliases": (1,)}, "aliases"),
        ({"birth": "1998"}, "birth"),
        ({"birth": PartialDate(1)}, "birth"),
        ({"birth": PartialDate(9999, 1, 1)}, "birth"),
        ({"birth_estimated": 1}, "birth_estimated"),
        ({"citizenships": ("Kosovo",)}, "citizenships"),
        ({"citizenships": ("mk",)}, "citizenships"),
        ({"documents": ("AB1",)}, "documents"),
        ({"safe_contact_rule": "x" * 2001}, "safe_contact_rule"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(parts: dict[str, Any], field: str) -> None:
    with pytest.raises(IdentityInvalid) as refused:
        Identity(**parts)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "make",
    [
        lambda: Document("driving", "1"),
        lambda: Document("passport", "1", "Албанија"),
        lambda: Contact("pigeon", "1"),
        lambda: Contact("phone", "1", safe="perhaps"),
        lambda: Contact("phone", "1", note="\x1b[2J"),
    ],
)
def test_unknown_kinds_are_refused(make: Any) -> None:
    with pytest.raises(IdentityInvalid):
        make()


def written(identity: Identity, **changes: object) -> str:
    return json.dumps({**json.loads(identity.to_json()), **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"version": "1"},
        {"version": True},
        {"nickname": "unknown part"},
        {"birth": "5 March"},
        {"birth": None},
        {"birth": {"year": 1998}},
        {"aliases": "text"},
        {"documents": [{"kind": "passport"}]},
        {"documents": ["passport"]},
        {"contacts": {"kind": "phone"}},
        {"birth_estimated": None},
    ],
)
def test_any_other_form_is_refused(elira: Identity, changes: dict[str, object]) -> None:
    with pytest.raises(IdentityInvalid):
        Identity.from_json(written(elira, **changes))


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", '{"version":NaN}', '{"version":1,"version":1}', "{'a':1}"])
def test_what_is_no_identity_is_refused(text: str) -> None:
    with pytest.raises(IdentityInvalid):
        Identity.from_json(text)


@given(st.text(max_size=200))
def test_any_text_is_refused_politely(text: str) -> None:
    with pytest.raises(IdentityInvalid):
        Identity.from_json(text)


def test_neither_errors_nor_repr_show_the_person(elira: Identity) -> None:
    assert repr(elira) == "Identity(…)"
    with pytest.raises(IdentityInvalid) as refused:
        replace(elira, family_names="Canary\0")
    assert "Canary" not in str(refused.value)


def test_an_empty_identity_says_so(elira: Identity) -> None:
    assert Identity().is_empty
    assert not elira.is_empty
