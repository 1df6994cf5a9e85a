"""Two members of the body sign the same decision at once: a capacity counts once, and the status changes once.

The negative control takes the lock away, then the constraint as well: then one capacity is signed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import override_settings

from nrm.access.actor import Actor
from nrm.access.refusals import MovedOn
from nrm.audit.models import Event
from nrm.cases import lifecycle
from nrm.cases.actions import open_case, take_status_step
from nrm.cases.models import Case
from nrm.identification.actions import decisions
from nrm.identification.models import Decision, Signature
from tests.concurrency.test_two_steps_at_once import at_once
from tests.deciding import members, propose

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 8
ONCE_A_CAPACITY = "signature_once_a_capacity"


@pytest.fixture
def proposed(committed_db: None, cast: Any) -> Callable[[str], Decision]:
    """Makes decisions that one officer proposed and signed, by the rules of a country."""

    def make(country: str) -> Decision:
        lead, by = cast.organisations.open_hand.pk, cast.case_worker.actor
        case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
        case = take_status_step(case, "presume_on_judgement", by=by, expected_version=case.version, reason="Seen.")
        with override_settings(NRM_COUNTRY=country):
            return propose(case, cast.officer)

    return make


def both_sign(decision: Decision, players: list[Any], capacities: tuple[str, str]) -> list[object]:
    def sign(player: Any, capacity: str) -> Callable[[], object]:
        version = decision.version
        return lambda: decisions.sign_decision(decision, by=player.actor, expected_version=version, capacity=capacity)

    return at_once(*map(sign, players, capacities))


def test_b2_the_last_signature_is_given_once_and_decides_once(proposed: Callable[[str], Decision], cast: Any) -> None:
    others = members(cast, 3)[1:]
    for _round in range(ROUNDS):
        decision = proposed("al")
        answers = both_sign(decision, others, ("social_service", "social_service"))
        assert sorted(type(answer).__name__ for answer in answers) == ["Decision", "MovedOn"]
        case = Case.objects.get(pk=decision.case_id)
        assert case.status == "identified"
        assert decision.signatures.count() == 2
        for code in ("decision.complete_signatures", "status.identify", "decision.take_effect"):
            assert Event.objects.filter(case_code=case.code, action=code, outcome="done").count() == 1


def test_the_last_two_in_different_capacities_both_count(proposed: Callable[[str], Decision], cast: Any) -> None:
    """Nobody is refused, whoever is first; the decision takes effect with whichever was the last."""
    others = members(cast, 3)[1:]
    for _round in range(ROUNDS):
        decision = proposed("rs")
        answers = both_sign(decision, others, ("educator", "social_worker"))
        assert all(isinstance(answer, Decision) for answer in answers)
        case = Case.objects.get(pk=decision.case_id)
        assert case.status == "identified"
        assert Event.objects.filter(case_code=case.code, action="status.identify", outcome="done").count() == 1


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read, and wait for each other before they go on."""
    both_have_read = Barrier(2)

    def read(decision: Decision, *, by: Actor) -> Decision:
        found = Decision.objects.select_related("case__person").get(pk=decision.pk)
        assert set(found.signatures.values_list("capacity", flat=True)) == {"psychologist"}
        both_have_read.wait(timeout=10)
        return found

    both_have_looked = Barrier(2)
    open_capacities = decisions.deciding.open_capacities

    def look(decision: Decision) -> Any:
        found = open_capacities(decision)
        both_have_looked.wait(timeout=10)
        return found

    monkeypatch.setattr(decisions, "_locked", read)
    monkeypatch.setattr(decisions.deciding, "open_capacities", look)
    monkeypatch.setattr(lifecycle, "lock_case", lambda pk: Case.objects.select_related("person").get(pk=pk))


def sign_or_fault(decision: Decision, player: Any) -> Callable[[], object]:
    def attempt() -> object:
        try:
            return decisions.sign_decision(
                decision, by=player.actor, expected_version=decision.version, capacity="educator"
            )
        except IntegrityError as fault:
            return fault

    return attempt


def test_without_the_lock_the_constraint_still_lets_one_through(
    proposed: Callable[[str], Decision], cast: Any, request: pytest.FixtureRequest
) -> None:
    decision = proposed("rs")
    others = members(cast, 3)[1:]
    request.getfixturevalue("without_lock")
    answers = at_once(*(sign_or_fault(decision, player) for player in others))
    assert sorted(type(answer).__name__ for answer in answers) == ["Decision", "IntegrityError"]
    assert not any(isinstance(answer, MovedOn) for answer in answers)
    assert decision.signatures.filter(capacity="educator").count() == 1


def test_without_lock_and_constraint_a_capacity_is_signed_twice(
    proposed: Callable[[str], Decision], cast: Any, request: pytest.FixtureRequest
) -> None:
    decision = proposed("rs")
    others = members(cast, 3)[1:]
    request.getfixturevalue("without_lock")
    constraint = next(one for one in Signature._meta.constraints if one.name == ONCE_A_CAPACITY)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Signature, constraint)
    try:
        answers = at_once(*(sign_or_fault(decision, player) for player in others))
        assert all(isinstance(answer, Decision) for answer in answers)
        assert decision.signatures.filter(capacity="educator").count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("DELETE FROM identification_signature")
            cursor.execute("RESET session_replication_role")
        with connection.schema_editor() as editor:
            editor.add_constraint(Signature, constraint)
