"""Whoever may never take a step is told so first, whatever the state or version of the record: it teaches nothing."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.cases.actions import take_case_step
from nrm.cases.models import Case


@pytest.mark.parametrize("transition", ["hold", "resume", "reopen"])
@pytest.mark.parametrize("version", [1, 99])
def test_who_may_never_is_refused_first(case: Case, cast: Any, transition: str, version: int) -> None:
    with pytest.raises(NotPermitted):
        take_case_step(case, transition, by=cast.responder.actor, expected_version=version, reason="Because.")


def test_a_stranger_learns_less_still(case: Case, cast: Any) -> None:
    with pytest.raises(NotVisible):
        take_case_step(case, "resume", by=cast.stranger.actor, expected_version=99)


def test_who_may_is_told_of_the_version_then_of_the_state(case: Case, cast: Any) -> None:
    with pytest.raises(MovedOn):
        take_case_step(case, "resume", by=cast.case_worker.actor, expected_version=99)
    with pytest.raises(NotYet):
        take_case_step(case, "resume", by=cast.case_worker.actor, expected_version=case.version)


def test_a_name_that_is_no_step_is_a_missing_page(case: Case, cast: Any) -> None:
    with pytest.raises(NotVisible):
        take_case_step(case, "state", by=cast.case_worker.actor, expected_version=case.version)
