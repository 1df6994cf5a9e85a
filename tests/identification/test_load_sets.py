"""The published sets are in every database, once, and never change."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction

from nrm.identification import actions
from nrm.identification.models import Indicator, IndicatorSet
from nrm.identification.scoring import DIMENSIONS, Strength
from nrm.identification.sets import published

pytestmark = pytest.mark.django_db


def test_the_first_set_is_there_after_migration() -> None:
    (common,) = IndicatorSet.objects.all()
    indicators = list(common.indicators.all())
    assert (common.code, common.number) == ("common", 1)
    assert sum(indicator.family == "general" for indicator in indicators) == 32
    assert sum("A_LAB" in indicator.strengths for indicator in indicators) == 67
    assert sum("C_LAB" in indicator.strengths for indicator in indicators) == 65
    assert [indicator.position for indicator in indicators] == list(range(1, 100))


@pytest.mark.parametrize(
    ("prefix", "size"), [("GN", 32), ("DR", 10), ("CR", 10), ("RV", 16), ("EX", 9), ("CD", 15), ("VD", 7)]
)
def test_each_dimension_is_complete(prefix: str, size: int) -> None:
    assert Indicator.objects.filter(code__startswith=prefix).count() == size


def test_the_files_hold_known_words_only() -> None:
    for given in published():
        codes = [entry["code"] for entry in given["indicators"]]
        assert len(set(codes)) == len(codes)
        for entry in given["indicators"]:
            assert set(entry["strengths"].values()) <= set(Strength)
            assert entry["confidence"].keys() == entry["strengths"].keys()
            assert entry["dimension"] in ("", *DIMENSIONS)
            assert bool(entry["dimension"]) == bool(entry["strengths"])
            assert entry["label"]
            assert entry["sources"]


def test_the_child_list_has_no_weak_sign() -> None:
    assert not Indicator.objects.filter(strengths__C_LAB="weak").exists()


def test_loading_again_changes_nothing() -> None:
    before = list(Indicator.objects.values_list())
    assert actions.load_sets() == []
    out = StringIO()
    call_command("indicators", "load", stdout=out)
    assert "there already" in out.getvalue()
    assert list(Indicator.objects.values_list()) == before


def test_the_database_refuses_to_change_a_set() -> None:
    with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
        Indicator.objects.filter(code="EX01").update(label="Something else")
    with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
        IndicatorSet.objects.update(number=2)


@pytest.mark.usefixtures("committed_db")
def test_the_set_comes_back_after_tables_were_flushed() -> None:
    assert Indicator.objects.count() == 99


def test_labels_are_messages_for_the_translators() -> None:
    from django.conf import settings

    from nrm.languages.extract import messages

    found: Any = messages(settings.BASE_DIR)
    assert all((None, entry["label"]) in found for entry in published()[0]["indicators"])
