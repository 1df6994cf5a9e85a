"""Two hands on one referral at once: one form makes one referral, one task has one taker, one answer counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError

from nrm.access.refusals import MovedOn, NotYet
from nrm.audit.models import Event
from nrm.cases import lifecycle
from nrm.cases.actions import open_case, record_basis
from nrm.cases.models import Case
from nrm.lib.clock import now
from nrm.referrals import actions
from nrm.referrals.models import Referral
from nrm.tasks import actions as tasks
from nrm.tasks.models import Task
from tests.concurrency.test_two_steps_at_once import at_once
from tests.conftest import player_of

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 3
VALUES = {"service": "mhpss", "urgency": "routine", "basis": "court_order", "categories": ["risk"], "summary": "Help."}


@pytest.fixture
def covered(committed_db: None, cast: Any) -> Case:
    """A case of which Quiet Room may know the risk."""
    lead, quiet_room = cast.organisations.open_hand.pk, cast.organisations.quiet_room.pk
    case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
    said = {"reason": "An order.", "told": "Everything.", "was_told": True}
    by = cast.case_worker.actor
    record_basis(case, by=by, basis="court_order", recipient_id=quiet_room, categories=["risk"], **said)
    return case


def prepare(case: Case, cast: Any, key: UUID) -> list[Referral]:
    recipients = [actions.Recipient(cast.organisations.quiet_room.pk)]
    return actions.prepare_referrals(
        case, by=cast.case_worker.actor, recipients=recipients, key=key, send=True, **VALUES
    )


def sent(case: Case, cast: Any) -> Referral:
    return prepare(case, cast, uuid4())[0]


def step(referral: Referral, name: str, player: Any, **facts: Any) -> Callable[[], object]:
    version = referral.version
    return lambda: actions.take_step(referral, name, by=player.actor, expected_version=version, **facts)


def test_a_form_sent_twice_at_once_makes_one_referral(covered: Case, cast: Any) -> None:
    for _round in range(ROUNDS):
        key = uuid4()
        answers = at_once(*[lambda key=key: prepare(covered, cast, key)] * 2)  # type: ignore[misc]
        assert [[row.pk for row in rows] for rows in answers] == [[key], [key]]  # type: ignore[attr-defined]
        assert Event.objects.filter(action="referral.send", subject=f"referrals.referral:{key}").count() == 1


def test_without_the_lock_only_the_database_is_left_to_refuse(
    covered: Case, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both look before either has written."""
    both_have_looked, look = Barrier(2), actions.referrals_of_form

    def look_together(*given: Any) -> list[Referral]:
        found = look(*given)
        both_have_looked.wait(timeout=10)
        return found

    def unlocked(pk: Any) -> Case:
        return Case.objects.select_related("person").get(pk=pk)

    monkeypatch.setattr(lifecycle, "lock_case", unlocked)
    monkeypatch.setattr(actions, "referrals_of_form", look_together)
    key, refused = uuid4(), []

    def made() -> object:
        try:
            return prepare(covered, cast, key)
        except IntegrityError as error:
            refused.append(error)
            return error

    at_once(made, made)
    assert len(refused) == 1
    assert Referral.objects.count() == 1


def test_two_members_take_one_task(covered: Case, cast: Any) -> None:
    from nrm.accounts.models import Membership

    second = Membership.objects.create(
        user=cast.stranger.user, organisation=cast.organisations.quiet_room, role="clinician", started_at=now()
    )
    both, codes = [cast.clinician, player_of(second)], [covered.code]
    for _round in range(ROUNDS):
        referral = sent(covered, cast)
        task = Task.objects.open().get(subject=f"referrals.referral:{referral.pk}")
        takes = [lambda who=who, task=task: tasks.claim_task(task.pk, by=who.actor, codes=codes) for who in both]
        answers = at_once(*takes)  # type: ignore[arg-type]
        assert [type(answer) for answer in answers].count(MovedOn) == 1


def test_accepted_or_withdrawn_and_never_both(covered: Case, cast: Any) -> None:
    for _round in range(ROUNDS):
        referral = sent(covered, cast)
        withdraw = step(referral, "withdraw", cast.case_worker, reason="Found elsewhere.")
        answers = at_once(step(referral, "accept", cast.clinician), withdraw)
        assert sum(isinstance(answer, Referral) for answer in answers) == 1
        referral.refresh_from_db()
        assert (referral.state, referral.version) in {("accepted", 3), ("withdrawn", 3)}


def test_accepted_or_expired_and_never_both(covered: Case, cast: Any) -> None:
    later = now() + timedelta(days=30)
    for _round in range(ROUNDS):
        referral = sent(covered, cast)
        at_once(step(referral, "accept", cast.clinician), lambda: actions.expire_overdue(later))
        referral.refresh_from_db()
        taken = Event.objects.filter(subject=f"referrals.referral:{referral.pk}", outcome="done")
        assert taken.filter(action__in=["referral.accept", "referral.expire"]).count() == 1
        assert referral.state in {"accepted", "expired"}


def test_without_lock_and_version_both_answers_count(covered: Case, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    both_have_read, referral = Barrier(2), sent(covered, cast)

    def read_without_lock(record: Any, by: Any) -> Any:
        found = Referral.objects.select_related("case__person").get(pk=record.pk)
        standing = lifecycle.standing_in(by, found.case)
        both_have_read.wait(timeout=10)
        return found, standing

    monkeypatch.setattr(lifecycle, "_locked", read_without_lock)
    accept = step(referral, "accept", cast.clinician)
    withdraw = lambda: lifecycle.perform(  # noqa: E731  # without its message, which is a record of its own
        actions.ReferralFlow, referral, "withdraw", by=cast.case_worker.actor, expected_version=2, reason="Found."
    )
    answers = at_once(accept, withdraw)
    assert not any(isinstance(answer, MovedOn | NotYet) for answer in answers)
    assert Event.objects.filter(action__in=["referral.accept", "referral.withdraw"]).count() == 2
