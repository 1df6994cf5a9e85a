"""Opening an identity is an act: no opening without its event, and a broken seal leaves a trace."""

from __future__ import annotations

import uuid

import pytest
from django.db import DatabaseError, transaction

from nrm.access.actor import Actor
from nrm.audit.models import Event
from nrm.vault import actions
from nrm.vault.actions import create_person, reveal
from nrm.vault.identity import Identity
from nrm.vault.models import Person
from nrm.vault.reasons import RevealReason
from nrm.vault.sealing import Place, SealBroken, seal_text

pytestmark = pytest.mark.django_db


def test_l2_a_reveal_is_audited_with_its_reason_and_without_the_name(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    assert reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.DANGER) == elira
    event = Event.objects.get(action="identity.revealed")
    assert (event.user_id, event.case_code, event.subject) == (worker.user_id, "C-1", f"vault.person:{person.pk}")
    assert (event.outcome, event.data) == ("done", {"reason": "danger"})


def test_a_person_without_identity_is_revealed_as_empty(worker: Actor) -> None:
    assert reveal(create_person(), by=worker, case_code="C-1", reason_code=RevealReason.CARE).is_empty
    assert Event.objects.filter(action="identity.revealed").count() == 1


def test_a_reason_must_be_a_known_code(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    with pytest.raises(ValueError, match="curious"):
        reveal(person, by=worker, case_code="C-1", reason_code="curious")  # type: ignore[arg-type]


def test_l8_nothing_is_given_out_when_the_audit_fails(
    elira: Identity, worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = create_person(elira, by=worker, case_code="C-1")

    def refuse(*_: object, **__: object) -> None:
        raise DatabaseError("the log is full")

    monkeypatch.setattr(actions, "append", refuse)
    with pytest.raises(DatabaseError):
        reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE)


@pytest.mark.django_db(transaction=True)
def test_a_reveal_inside_another_transaction_is_refused(worker: Actor) -> None:
    """Rolling that back would take the event with it, after the name was seen."""
    person = create_person()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE)


def test_a_stranger_is_no_person(worker: Actor) -> None:
    with pytest.raises(Person.DoesNotExist):
        reveal(Person(id=uuid.uuid4()), by=worker, case_code="C-1", reason_code=RevealReason.CARE)


def test_c1_a_broken_seal_is_refused_and_reported(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    assert person.identity is not None
    broken = bytes([*person.identity[:-1], person.identity[-1] ^ 1])
    Person.objects.filter(pk=person.pk).update(identity=broken)
    with pytest.raises(SealBroken):
        reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE)
    event = Event.objects.get(action="seal.broken")
    assert (event.outcome, event.case_code, event.subject) == ("failed", "C-1", f"vault_person:{person.pk}")
    assert event.data == {"column": "identity", "kind": "SealBroken"}
    assert not Event.objects.filter(action="identity.revealed").exists()


def test_a_missing_vault_key_is_reported(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    Person.objects.filter(pk=person.pk).update(key_id="gone")
    with pytest.raises(SealBroken):
        reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE)
    assert Event.objects.get(action="seal.broken").data["kind"] == "KeyMissing"


def test_an_identity_of_an_unknown_form_is_reported(elira: Identity, worker: Actor) -> None:
    person = create_person(elira, by=worker, case_code="C-1")
    strange = seal_text(person, Place("vault_person", "identity", str(person.pk)), '{"version":9}')
    Person.objects.filter(pk=person.pk).update(identity=strange)
    with pytest.raises(SealBroken, match="form is unknown"):
        reveal(person, by=worker, case_code="C-1", reason_code=RevealReason.CARE)
    assert Event.objects.filter(action="seal.broken").count() == 1
