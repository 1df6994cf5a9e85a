"""Moving to a new vault key: all or nothing per batch, may be killed and run again, and then the old key can go."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Sequence
from io import StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from pytest_django import Settings

from nrm.access.actor import Actor
from nrm.accounts.models import TotpDevice
from nrm.audit.models import Event
from nrm.vault.actions import Rewrapped, create_person, reveal, rewrap_keys
from nrm.vault.identity import Identity
from nrm.vault.management.commands import vault as command
from nrm.vault.models import Person
from nrm.vault.reasons import RevealReason
from nrm.vault.sealing import parse_key_ring
from nrm.vault.selectors import held_by_key, key_holders, second_factors_by_key
from tests.conftest import PEOPLE, Cast

pytestmark = pytest.mark.django_db

#: Each of the cast has one second factor.
EVERYBODY = len(PEOPLE)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("vault", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def people(elira: Identity, worker: Actor) -> list[Person]:
    return [create_person(elira, by=worker, case_code="C-1") for _ in range(7)]


@pytest.fixture
def new_key(people: list[Person], settings: Settings) -> str:
    key = f"k2:{base64.b64encode(os.urandom(32)).decode()}"
    settings.NRM_VAULT_KEYS = f"{key},{settings.NRM_VAULT_KEYS}"
    return key


def test_after_a_rotation_the_old_key_can_go(
    people: list[Person], new_key: str, settings: Settings, elira: Identity, worker: Actor
) -> None:
    sealed = set(Person.objects.values_list("identity", flat=True))
    printed = run("rotate", "--batch", "3")
    assert "3 of 7" in printed
    assert "Everything is wrapped by k2." in printed
    settings.NRM_VAULT_KEYS = new_key
    assert set(Person.objects.values_list("identity", flat=True)) == sealed
    for person in people:
        assert reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE) == elira


def test_second_factors_of_staff_move_along(cast: Cast, new_key: str, settings: Settings) -> None:
    """Their secrets are sealed by a key derived from the vault keys: dropping the old one must lock nobody out."""
    devices = TotpDevice.objects.order_by("pk")
    before = [device.secret for device in devices]
    assert f"{EVERYBODY} second factors sealed by k2" in run("rotate")
    settings.NRM_VAULT_KEYS = new_key
    assert [device.secret for device in devices.all()] == before
    assert second_factors_by_key() == {"k2": EVERYBODY}


def test_c4_a_killed_rotation_is_resumed(
    people: list[Person], new_key: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, worker: Actor
) -> None:
    batches: list[Sequence[UUID]] = []

    def killed_in_the_third(holder: type[models.Model], ids: Sequence[UUID]) -> Rewrapped:
        batches.append(ids)
        if len(batches) == 3:
            raise KeyboardInterrupt
        return rewrap_keys(holder, ids)

    monkeypatch.setattr(command, "rewrap_keys", killed_in_the_third)
    with pytest.raises(KeyboardInterrupt):
        run("rotate", "--batch", "2")
    assert held_by_key(Person) == {"k2": 4, "dev1": 3}
    assert all(not reveal(p, by=worker, case_code="C-1", reason_code=RevealReason.CARE).is_empty for p in people)
    monkeypatch.undo()
    assert "3 of 3" in run("rotate", "--batch", "2")
    assert held_by_key(Person) == {"k2": 7}


def test_c4_a_batch_killed_half_way_leaves_all_its_people_as_they_were(
    people: list[Person], new_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nrm.vault.actions.append", killed)
    with pytest.raises(KeyboardInterrupt):
        rewrap_keys(Person, [person.pk for person in people])
    assert held_by_key(Person) == {"dev1": 7}


def test_a_second_rotation_has_nothing_to_do(new_key: str) -> None:
    run("rotate")
    events = Event.objects.count()
    assert run("rotate") == "0 second factors sealed by k2\nEverything is wrapped by k2.\n"
    assert Event.objects.count() == events


def test_a_rotation_is_audited_by_batch_and_leaves_no_history(new_key: str) -> None:
    rows = Person.history.count()
    run("rotate", "--batch", "4")
    events = Event.objects.filter(action="vault.keys_rewrapped").order_by("sequence")
    assert [(event.data["of"], event.data["count"]) for event in events] == [
        ("vault.person", 4),
        ("vault.person", 3),
        ("second_factors", EVERYBODY),
    ]
    assert {event.data["key"] for event in events} == {"k2"}
    assert Person.history.count() == rows


def test_a_data_key_that_does_not_open_is_named_and_holds_nobody_up(people: list[Person], new_key: str) -> None:
    Person.objects.filter(pk=people[0].pk).update(wrapped_key=b"broken")
    with pytest.raises(CommandError, match=f"1 data keys did not open .* {people[0].pk}"):
        run("rotate", "--batch", "2")
    assert held_by_key(Person) == {"k2": 6, "dev1": 1}


def test_keys_are_counted_and_never_printed(people: list[Person], new_key: str) -> None:
    Person.objects.filter(pk=people[0].pk).update(key_id="lost")
    printed = run("keys")
    lines = dict(line.split(": ", 1) for line in printed.splitlines())
    assert list(lines) == ["k2", "dev1", "lost"]
    assert lines["k2"].startswith("0 people")
    assert lines["k2"].endswith("(newest)")
    assert lines["dev1"].startswith("6 people")
    assert re.search(rf"{EVERYBODY} second factors, check value [0-9A-F]{{4}}-[0-9A-F]{{4}}$", lines["dev1"])
    assert lines["lost"].startswith("1 people")
    assert "NOT CONFIGURED" in lines["lost"]
    assert new_key.partition(":")[2] not in printed


def test_a_fresh_key_is_ready_for_the_settings() -> None:
    line = run("new-key", "--id", "k2027_1").strip()
    assert parse_key_ring(line).newest == "k2027_1"
    assert line != run("new-key", "--id", "k2027_1").strip()
    assert len(base64.b64decode(run("new-key"))) == 32


@pytest.mark.parametrize(
    "arguments", [("new-key", "--id", "a:b"), ("new-key", "--id", "x" * 33), ("rotate", "--batch", "0")]
)
def test_nonsense_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)


def test_whatever_has_a_data_key_is_rotated() -> None:
    """A shelter's address is sealed too; no room with keys of its own is forgotten."""
    columns = {m: {field.name for field in m._meta.concrete_fields} for m in apps.get_models()}
    assert Person in key_holders()
    assert set(key_holders()) == {model for model, names in columns.items() if "wrapped_key" in names}
