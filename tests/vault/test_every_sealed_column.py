"""Whatever is sealed, in whichever table: altered or moved it does not open, nothing comes out, and it is recorded.

The columns are read from the models, so that a new one is tried without being listed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from nrm.audit.models import Event
from nrm.cases.actions import add_note
from nrm.cases.models import Note
from nrm.vault.fields import SealedField, opened, place_of, sealed
from nrm.vault.sealing import SealBroken
from nrm.web.middleware import RefusalMiddleware
from tests.vault.conftest import Holder

TEXT = "Canary Maria told how she was locked in"
COLUMNS = [
    field
    for model in apps.get_models()
    if not hasattr(model, "history_id")
    for field in model._meta.get_fields()
    if isinstance(field, SealedField)
]
every_column = pytest.mark.parametrize("column", COLUMNS, ids=str)


def record_with(column: SealedField, holder: Holder) -> Any:
    record = column.model()
    setattr(record, column.name, sealed(holder, record, column.name, TEXT))
    return record


def broken_by(holder: Holder, record: models.Model, column: SealedField) -> SealBroken:
    """What comes out instead of the text, after it was seen that nothing of the text does."""
    with pytest.raises(SealBroken) as refused:
        opened(holder, record, column.name)
    assert not any(word in repr(refused.value) for word in TEXT.split() if len(word) > 3)
    return refused.value


def test_there_are_columns_of_every_room() -> None:
    assert {str(column).split(".")[0] for column in COLUMNS} >= {"vault", "cases", "placements", "referrals", "support"}


@every_column
def test_c1_a_flipped_byte_is_refused_and_recorded(column: SealedField, holder: Holder, db: None) -> None:
    record = record_with(column, holder)
    altered = bytearray(getattr(record, column.name))
    altered[len(altered) // 2] ^= 1
    setattr(record, column.name, bytes(altered))
    request = RequestFactory().get("/")
    request.resolver_match = None
    broken = broken_by(holder, record, column)
    assert RefusalMiddleware(HttpResponse).process_exception(request, broken) is None
    event = Event.objects.get(action="seal.broken")
    assert (event.outcome, event.subject) == ("failed", f"{record._meta.db_table}:{record.pk}")
    assert event.data == {"column": column.name, "kind": "SealBroken"}


@every_column
def test_c2_a_value_moved_to_another_row_column_person_or_key_version_is_refused(
    column: SealedField, holder: Holder
) -> None:
    record = record_with(column, holder)
    value = getattr(record, column.name)
    assert opened(holder, record, column.name) == TEXT
    elsewhere = column.model()
    setattr(elsewhere, column.name, value)
    assert broken_by(holder, elsewhere, column).place == place_of(elsewhere, column.name)
    next_column = COLUMNS[(COLUMNS.index(column) + 1) % len(COLUMNS)]
    neighbour = next_column.model(pk=record.pk)
    setattr(neighbour, next_column.name, value)
    broken_by(holder, neighbour, next_column)
    broken_by(Holder(), record, column)
    broken_by(Holder(id=holder.id, key_version=holder.key_version + 1), record, column)


def test_c1_a_page_that_meets_an_altered_note_fails_and_records_it(
    case: Any, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    note = add_note(case, by=cast.case_worker.actor, body=TEXT)
    Note.objects.filter(pk=note.pk).update(body=bytes([*note.body[:-1], note.body[-1] ^ 1]))
    client = sign_in(cast.case_worker)
    client.raise_request_exception = False
    answer = client.get(reverse("desk:case_page", args=[case.code]))
    assert answer.status_code == 500
    assert "Canary" not in answer.content.decode()
    event = Event.objects.get(action="seal.broken")
    assert (event.user_id, event.case_code) == (cast.case_worker.user.pk, case.code)
    assert event.subject == f"cases_note:{note.pk}"
