"""A sealed column is written and read with its person's key, in its own place."""

from __future__ import annotations

import pytest

from nrm.cases.models import Note
from nrm.vault.fields import opened, sealed
from nrm.vault.sealing import SealBroken
from tests.vault.conftest import Holder


def test_what_is_sealed_for_a_column_opens_there(holder: Holder) -> None:
    note = Note()
    note.body = sealed(holder, note, "body", "She said so.")
    assert b"said" not in note.body
    assert opened(holder, note, "body") == "She said so."


def test_it_opens_in_no_other_row(holder: Holder) -> None:
    note, other = Note(), Note()
    other.body = sealed(holder, note, "body", "She said so.")
    with pytest.raises(SealBroken):
        opened(holder, other, "body")


def test_no_text_is_nothing_recorded(holder: Holder) -> None:
    note = Note(body=sealed(holder, Note(), "body", ""))
    assert note.body is None
    assert opened(holder, note, "body") == ""
