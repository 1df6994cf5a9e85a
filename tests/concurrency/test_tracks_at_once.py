"""Two people decide at once how a person is helped: one decision stands, and no nameless case comes to hold a name.

The negative controls take the lock away: then both go through, the trigger of the database notwithstanding, because
neither transaction sees what the other has not committed yet.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier
from typing import Any

import pytest

from nrm.access.refusals import MovedOn, NotYet
from nrm.audit.models import Event
from nrm.cases import lifecycle
from nrm.cases.actions import choose_track, open_case, write_identity
from nrm.cases.models import Case
from nrm.vault.identity import Identity
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 8
CHOICES = ["track.agree_to_be_named", "track.stay_nameless"]
ZORICA = Identity(given_names="Zorica", family_names="Kestenova")


@pytest.fixture
def undecided(committed_db: None, cast: Any) -> Callable[[], Case]:
    """Makes cases of adults who were not asked yet."""

    def make() -> Case:
        lead = cast.organisations.open_hand.pk
        return open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="woman")

    return make


def choice(case: Case, transition: str, player: Any) -> Callable[[], object]:
    version = case.version
    return lambda: choose_track(case, transition, by=player.actor, expected_version=version)


def choose_both(case: Case, cast: Any) -> list[object]:
    return at_once(
        choice(case, "agree_to_be_named", cast.case_worker), choice(case, "stay_nameless", cast.second_case_worker)
    )


@pytest.fixture
def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both read before either goes on."""
    both_have_read = Barrier(2)

    def read_without_lock(pk: Any) -> Case:
        case = Case.objects.select_related("person").get(pk=pk)
        both_have_read.wait(timeout=10)
        return case

    monkeypatch.setattr(lifecycle, "lock_case", read_without_lock)


def test_one_choice_stands(undecided: Callable[[], Case], cast: Any) -> None:
    for _round in range(ROUNDS):
        case = undecided()
        answers = choose_both(case, cast)
        assert [type(answer) for answer in answers].count(MovedOn) == 1
        case.refresh_from_db()
        assert case.track in {"named", "nameless"}
        assert case.version == 2
        assert Event.objects.filter(case_code=case.code, action__in=CHOICES).count() == 1


def test_without_the_lock_both_choices_go_through(undecided: Callable[[], Case], cast: Any, without_lock: None) -> None:
    case = undecided()
    answers = choose_both(case, cast)
    assert all(isinstance(answer, Case) for answer in answers)
    assert Event.objects.filter(action__in=CHOICES).count() == 2


# Writing an identity while somebody records that the person stays without a name


def named_and_nameless(case: Case, cast: Any) -> list[object]:
    def write() -> object:
        return write_identity(case, ZORICA, by=cast.case_worker.actor, expected_version=0)

    return at_once(write, choice(case, "stay_nameless", cast.second_case_worker))


@pytest.fixture
def writable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if an undecided case took an identity, so that both acts are possible from one state: only the lock and what
    is asked under it stand between them."""
    from nrm.cases.actions import identity
    from workflows.track import Track

    sentence = identity.WHY_NO_IDENTITY[Track.NAMELESS]
    monkeypatch.setattr(identity, "WHY_NO_IDENTITY", {Track.NAMELESS: sentence})


def holds_a_name(case: Case) -> bool:
    return Case.objects.filter(pk=case.pk, track="nameless", person__identity__isnull=False).exists()


def test_no_nameless_case_comes_to_hold_a_name(undecided: Callable[[], Case], cast: Any, writable: None) -> None:
    for _round in range(ROUNDS):
        case = undecided()
        answers = named_and_nameless(case, cast)
        assert [type(answer) for answer in answers].count(NotYet) == 1
        assert not holds_a_name(case)


def test_without_the_lock_it_would(
    undecided: Callable[[], Case], cast: Any, writable: None, without_lock: None
) -> None:
    """What the trigger sees is committed; with both in the middle of their transactions it sees nothing amiss."""
    case = undecided()
    answers = named_and_nameless(case, cast)
    assert not any(isinstance(answer, NotYet) for answer in answers)
    assert holds_a_name(case)
