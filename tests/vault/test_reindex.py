"""Writing the index anew, after an update that changes its inputs or under a new key: may be killed and run again.

A digest has two bytes, so that a row tells little: now and then one meets another by chance. Who is not indexed yet is
therefore counted here, and not sought in vain.
"""

from __future__ import annotations

import base64
import os
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from nrm.access.actor import Actor
from nrm.audit.models import Event
from nrm.vault import actions
from nrm.vault.actions import create_person
from nrm.vault.blind_index import index_form
from nrm.vault.identity import Identity
from nrm.vault.management.commands import vault as command
from nrm.vault.models import IndexEntry, Person
from nrm.vault.selectors import people_like, people_to_index

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("vault", "reindex", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def people(elira: Identity, worker: Actor) -> list[Person]:
    create_person()
    return [create_person(elira, by=worker, case_code="C-1") for _ in range(5)]


@pytest.fixture
def new_key(people: list[Person], settings: Settings) -> None:
    settings.NRM_INDEX_KEY = base64.b64encode(os.urandom(32)).decode()


def test_under_a_new_key_the_index_of_everybody_is_written_anew(
    people: list[Person], new_key: None, elira: Identity
) -> None:
    assert people_to_index().count() == 5
    assert "5 of 5 people indexed" in run("--batch", "2")
    assert set(people_like(elira)) == {person.pk for person in people}
    assert set(Person.objects.exclude(identity=None).values_list("index_form", flat=True)) == {index_form()}


def test_an_index_of_former_inputs_is_written_anew(people: list[Person], elira: Identity) -> None:
    """As after the update that brought near names: no form is written beside anybody."""
    IndexEntry.objects.filter(kind="near").delete()
    Person.objects.update(index_form="")
    run()
    assert IndexEntry.objects.filter(kind="near").count() >= 5
    assert not people_to_index().exists()


def test_c4_a_run_that_is_killed_goes_on_where_it_was(
    people: list[Person], new_key: None, elira: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []

    def killed_at_the_third(ids: list[object]) -> actions.Reindexed:
        batches.append(ids)
        if len(batches) == 3:
            raise KeyboardInterrupt
        return actions.reindex(ids)  # type: ignore[arg-type]

    monkeypatch.setattr(command, "reindex", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run("--batch", "2")
    assert people_to_index().count() == 1
    monkeypatch.setattr(command, "reindex", actions.reindex)
    assert "1 of 1 people indexed" in run()
    assert len(people_like(elira)) == 5


def test_nothing_is_left_to_do_the_second_time(people: list[Person]) -> None:
    before = set(IndexEntry.objects.values_list("pk", flat=True))
    assert "The index of everybody is written" in run()
    assert set(IndexEntry.objects.values_list("pk", flat=True)) == before


def test_what_does_not_open_is_named_and_holds_nobody_up(people: list[Person], new_key: None, elira: Identity) -> None:
    Person.objects.filter(pk=people[0].pk).update(key_id="gone")
    with pytest.raises(CommandError, match=str(people[0].pk)):
        run()
    assert people_to_index().get() == people[0]


def test_it_is_audited_without_a_name(people: list[Person], new_key: None) -> None:
    run()
    event = Event.objects.get(action="vault.index_renewed")
    assert event.data == {"form": index_form(), "count": 5}


def test_the_form_says_nothing_of_the_key(settings: Settings) -> None:
    before = index_form()
    settings.NRM_INDEX_KEY = base64.b64encode(os.urandom(32)).decode()
    assert before != index_form()
    assert len(before) <= 20


def test_a_batch_has_at_least_one_person() -> None:
    with pytest.raises(CommandError):
        run("--batch", "0")
