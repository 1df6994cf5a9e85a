"""One person uses emergency access for two cases at once: one opens, the other waits for the review (Z13).

The negative controls take the lock away, then the constraint as well: then both open.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection

from nrm.access.refusals import NotYet
from nrm.audit.models import Event
from nrm.cases.actions import break_glass, emergency, end_emergency, open_case, review_emergency
from nrm.cases.models import Case, EmergencyAccess, Participation
from nrm.cases.selectors import emergency as emergencies
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 6
ONE_EACH = "emergency_one_unreviewed_each"


@pytest.fixture
def two_cases(committed_db: None, cast: Any) -> list[Case]:
    lead = cast.organisations.open_hand.pk
    return [
        open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man") for _one in range(2)
    ]


def use_both(cases: list[Case], cast: Any) -> list[object]:
    def use(case: Case) -> Callable[[], object]:
        def attempt() -> object:
            try:
                return break_glass(by=cast.stranger.actor, code=case.code, reason="life", account="She called.")
            except IntegrityError as fault:
                return fault

        return attempt

    return at_once(*map(use, cases))


def kinds(answers: list[object]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


def test_z13_one_of_two_at_once_opens_and_the_other_is_told_why(two_cases: list[Case], cast: Any) -> None:
    for number in range(1, ROUNDS + 1):
        answers = use_both(two_cases, cast)
        assert kinds(answers) == ["EmergencyAccess", "NotYet"]
        refusal = next(answer for answer in answers if isinstance(answer, NotYet))
        assert "not reviewed yet" in str(refusal.sentence)
        assert Participation.objects.open().filter(relation="broke_glass").count() == 1
        assert Event.objects.filter(action="emergency.begin", outcome="done").count() == number
        used = end_emergency(EmergencyAccess.objects.unreviewed().get(), by=cast.stranger.actor)
        said: dict[str, Any] = {"is_justified": True, "note": "Yes.", "expected_version": used.version}
        review_emergency(used, by=cast.case_worker.actor, **said)


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look for an earlier use, and wait for each other before they go on."""
    both_have_looked, find = Barrier(2), emergencies.case_in_emergency

    def find_later(*given: Any) -> Case | None:
        both_have_looked.wait(timeout=10)
        return find(*given)

    monkeypatch.setattr(emergency, "lock_user", lambda user_id: None)
    monkeypatch.setattr(emergency, "case_in_emergency", find_later)


def test_without_the_lock_the_constraint_still_lets_one_through(
    two_cases: list[Case], cast: Any, without_lock: None
) -> None:
    assert kinds(use_both(two_cases, cast)) == ["EmergencyAccess", "IntegrityError"]
    assert EmergencyAccess.objects.count() == 1


def test_without_lock_and_constraint_both_open(two_cases: list[Case], cast: Any, without_lock: None) -> None:
    constraint = next(one for one in EmergencyAccess._meta.constraints if one.name == ONE_EACH)
    with connection.schema_editor() as editor:
        editor.remove_constraint(EmergencyAccess, constraint)
    try:
        assert kinds(use_both(two_cases, cast)) == ["EmergencyAccess", "EmergencyAccess"]
    finally:
        EmergencyAccess.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(EmergencyAccess, constraint)
