"""Two colleagues link the same two cases at once, each from the other's side: one link, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from nrm.access.refusals import NotYet
from nrm.audit.models import Event
from nrm.cases.actions import link_cases, open_case
from nrm.cases.models import Case, CaseLink
from tests.concurrency.test_two_steps_at_once import at_once

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

ROUNDS = 6


@pytest.fixture
def pair(committed_db: None, cast: Any) -> Callable[[], tuple[Case, Case]]:
    def make() -> tuple[Case, Case]:
        lead = cast.organisations.open_hand.pk
        one, other = (
            open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="woman") for _ in "12"
        )
        return one, other

    return make


def linking(one: Case, other: Case, player: Any) -> Callable[[], object]:
    def link() -> object:
        try:
            return link_cases(one, other, by=player.actor, reason="person_says")
        except IntegrityError as refused:
            return refused

    return link


def both_ways(one: Case, other: Case, cast: Any) -> list[object]:
    return at_once(linking(one, other, cast.case_worker), linking(other, one, cast.second_case_worker))


def test_one_link_stands(pair: Callable[[], tuple[Case, Case]], cast: Any) -> None:
    for number in range(1, ROUNDS + 1):
        one, other = pair()
        answers = both_ways(one, other, cast)
        assert sorted(type(answer).__name__ for answer in answers) == ["CaseLink", "NotYet"]
        assert CaseLink.objects.count() == number
        assert Event.objects.filter(action="case.linked").count() == 2 * number


def test_without_the_lock_the_database_itself_keeps_one(
    pair: Callable[[], tuple[Case, Case]], cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: nobody waits for the other's case, both find no link, and the constraint refuses the second."""
    from threading import Barrier

    from nrm.cases import lifecycle
    from nrm.cases.models.link import CaseLinkQuerySet

    both_have_looked = Barrier(2)
    looked = CaseLinkQuerySet.standing

    def look_together(links: CaseLinkQuerySet) -> CaseLinkQuerySet:
        none = looked(links).none()
        both_have_looked.wait(timeout=10)
        return none

    monkeypatch.setattr(lifecycle, "lock_case", lambda pk: Case.objects.select_related("person").get(pk=pk))
    monkeypatch.setattr(CaseLink.objects, "standing", lambda: look_together(CaseLink.objects.all()))
    one, other = pair()
    answers = both_ways(one, other, cast)
    assert not any(isinstance(answer, NotYet) for answer in answers)
    assert sorted(type(answer).__name__ for answer in answers) == ["CaseLink", IntegrityError.__name__]
    assert CaseLink.objects.count() == 1
