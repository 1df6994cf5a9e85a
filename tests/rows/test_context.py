"""For whom a statement is made: said with each, left on no connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, NotSupportedError, connection, transaction
from django.test import Client

from nrm.access.actor import THE_SERVICE
from nrm.access.rows import NOTHING, refuse_a_role_that_sees_everything, seen_by, seen_by_the_service
from nrm.cases.models import Case
from nrm.vault.models import Person

SignIn = Callable[[Any], Client]


def codes() -> set[str]:
    return set(Case.objects.values_list("code", flat=True))


def said() -> dict[str, str]:
    """The role and the settings of the connection as the next statement would find them."""
    names = ["role", *NOTHING]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'current_setting({name!r}, true)' for name in names)}")
        return dict(zip(names, cursor.fetchone(), strict=True))


def is_nothing_said() -> bool:
    left = said()
    return left.pop("role") == "none" and not any(left.values())


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["vault_person", "vault_indexentry", "vault_historicalperson"])
def test_z10_without_its_context_the_role_of_the_web_sees_no_row_of_the_vault(named: Any, table: str) -> None:
    count = f"SELECT count(*) > 0 FROM {table}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(count)
        assert cursor.fetchone() == (True,)
        cursor.execute("SET LOCAL ROLE nrm_app")
        cursor.execute(count)
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_z10_nobody_is_shown_nothing(case: Any) -> None:
    with seen_by(None):
        assert not Person.objects.exists()
        assert not Case.objects.exists()


@pytest.mark.django_db
def test_each_sees_their_own(case: Any, other_case: Any, cast: Any) -> None:
    with seen_by(cast.case_worker.actor):
        assert codes() == {case.code}
    with seen_by(cast.stranger.actor):
        assert codes() == {other_case.code}
    with seen_by(cast.administrator.actor):
        assert codes() == set()
    for everything in (seen_by(THE_SERVICE), seen_by_the_service()):
        with everything:
            assert codes() == {case.code, other_case.code}


def test_two_people_on_one_connection_with_real_commits(
    committed_db: None, case: Any, other_case: Any, cast: Any
) -> None:
    for _round in range(2):
        for player, own in ((cast.case_worker, case), (cast.stranger, other_case)):
            with seen_by(player.actor):
                assert codes() == {own.code}
                with transaction.atomic():
                    assert codes() == {own.code}
            assert is_nothing_said()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE nrm_app")
        cursor.execute("SELECT count(*) FROM cases_case")
        left = cursor.fetchone()
        cursor.execute("RESET ROLE")
    assert left == (0,)


def test_nothing_leaks_between_requests(
    committed_db: None, case: Any, other_case: Any, cast: Any, sign_in: SignIn
) -> None:
    """Also after a page that is not shared with the reader, and after a step that is refused."""
    worker, stranger = sign_in(cast.case_worker), sign_in(cast.stranger)
    for _round in range(2):
        assert worker.get(f"/cases/{case.code}/").status_code == 200
        assert is_nothing_said()
        assert stranger.get(f"/cases/{case.code}/").status_code == 404
        assert is_nothing_said()
        assert case.code not in stranger.get("/cases/").content.decode()
        assert worker.post(f"/cases/{other_case.code}/notes/new/", {"body": "x"}).status_code == 404
        assert is_nothing_said()


@pytest.mark.django_db
def test_nothing_leaks_after_an_exception(case: Any, cast: Any) -> None:
    """Inside a transaction that goes on, where what is said would last to its end."""
    with pytest.raises(ZeroDivisionError), seen_by(cast.stranger.actor):
        _ = 1 / len(codes())
    assert is_nothing_said()
    assert codes() == {case.code}


@pytest.mark.django_db
def test_nothing_leaks_after_a_statement_that_failed(case: Any, cast: Any) -> None:
    with seen_by(cast.stranger.actor):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert codes() == set()
    assert is_nothing_said()


@pytest.mark.django_db
def test_the_inner_door_closes_to_the_outer_one(case: Any, cast: Any) -> None:
    with seen_by(cast.stranger.actor):
        with seen_by_the_service():
            assert codes() == {case.code}
        assert codes() == set()
        with pytest.raises(ZeroDivisionError), seen_by_the_service():
            raise ZeroDivisionError
        assert codes() == set()


@pytest.mark.django_db
def test_it_costs_no_statement_of_its_own(case: Any, cast: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2), seen_by(cast.case_worker.actor):
        assert Case.objects.filter(pk=case.pk).update(region="") == 1
        assert Case.objects.get(pk=case.pk).region == ""


@pytest.mark.django_db
def test_what_is_not_shown_cannot_be_written_either(case: Any, cast: Any) -> None:
    with seen_by(cast.stranger.actor):
        assert Case.objects.update(region="") == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Person.objects.create(key_id="k")


@pytest.mark.django_db
def test_many_statements_in_one_are_refused_instead_of_passing_by(cast: Any) -> None:
    with seen_by(cast.stranger.actor), connection.cursor() as cursor, pytest.raises(NotSupportedError):
        cursor.executemany("SELECT %s", [(1,), (2,)])


@pytest.mark.django_db
def test_a_role_that_passes_every_policy_cannot_start_the_service() -> None:
    with pytest.raises(ImproperlyConfigured, match="row-level security"):
        refuse_a_role_that_sees_everything()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL SESSION AUTHORIZATION nrm_app")
    refuse_a_role_that_sees_everything()


@pytest.fixture
def named(case: Any, cast: Any) -> Any:
    """The case with an identity in the vault, in its index and among former values."""
    from nrm.cases.actions import choose_track, write_identity
    from nrm.lib.partial_date import PartialDate
    from nrm.vault.identity import Identity

    worker = cast.case_worker.actor
    choose_track(case, "agree_to_be_named", by=worker, expected_version=case.version)
    known = Identity(given_names="Vila", family_names="Mornar", birth=PartialDate(1990))
    write_identity(case, known, by=worker, expected_version=0)
    return case
