"""No record of a case without a condition of its own in the database, or a written reason."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from nrm.cases.models import Case
from nrm.rows.tables import OPEN, PROTECTED
from nrm.vault.fields import SealedField
from nrm.vault.models import Person
from tests.rows.conftest import TABLES

MODELS = [model for model in apps.get_models() if not model.__name__.startswith("Historical")]


def belongs_to_a_case(model: type[models.Model]) -> bool:
    """It is a case or a person, points at one, directly or through another record, or holds something sealed."""
    return leads_to_a_case(model) or any(isinstance(field, SealedField) for field in model._meta.concrete_fields)


def leads_to_a_case(model: Any) -> bool:
    pointed_at = {field.related_model for field in model._meta.concrete_fields if field.is_relation} - {model}
    return model in {Case, Person} or any(map(leads_to_a_case, pointed_at))


def test_every_record_of_a_case_has_a_condition_or_a_reason() -> None:
    assert {model._meta.label for model in MODELS if belongs_to_a_case(model)} == {*PROTECTED, *OPEN}


def test_every_reason_is_a_sentence() -> None:
    assert all(reason.endswith(".") for reason in OPEN.values())
    assert not PROTECTED.keys() & OPEN.keys()


@pytest.mark.django_db
def test_the_database_holds_every_condition_and_no_other() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        assert {name for (name,) in cursor.fetchall()} == set(TABLES)
        cursor.execute("SELECT tablename, policyname, permissive, roles::text, cmd FROM pg_policies")
        assert set(cursor.fetchall()) == {(name, "need_to_know", "PERMISSIVE", "{nrm_app}", "ALL") for name in TABLES}


@pytest.mark.django_db
def test_functions_that_read_past_the_policies_look_for_nothing_in_the_callers_path() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND proname LIKE 'nrm_%'")
        found = dict(cursor.fetchall())
    assert set(found) == {"nrm_takes_part", "nrm_reaches"}
    assert set(map(tuple, found.values())) == {("search_path=pg_catalog, pg_temp",)}
