"""Opening a case: the lead has it at once, the responder does not lose it, a stranger never learns of it."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.cases.actions import open_case
from nrm.cases.models import Case
from nrm.cases.selectors import case_for, cases_visible_to
from nrm.tasks.models import Task


def test_the_lead_has_it_from_the_first_minute(case: Case, cast: Any) -> None:
    found, standing = case_for(cast.case_worker.actor, case.code)
    assert found == case
    assert standing.may(Permission.ASSESS_RISK)
    assert Task.objects.get(case_code=case.code).organisation == cast.organisations.open_hand


def test_the_responder_does_not_lose_it(case: Case, cast: Any) -> None:
    _found, standing = case_for(cast.responder.actor, case.code)
    assert standing.may(Permission.SEE_SCREENING)
    assert not standing.may(Permission.SEE_NOTES)


def test_a_stranger_never_learns_of_it(case: Case, cast: Any) -> None:
    with pytest.raises(NotVisible):
        case_for(cast.stranger.actor, case.code)
    assert not cases_visible_to(cast.stranger.actor).exists()


def test_an_administrator_opens_no_case(cast: Any) -> None:
    with pytest.raises(NotPermitted):
        open_case(
            by=cast.administrator.actor,
            lead_organisation_id=cast.organisations.open_hand.pk,
            age_group="adult",
            sex="man",
        )


def test_history_and_audit_know_of_it(case: Case, cast: Any) -> None:
    row = case.history.get()
    assert (row.transition, row.history_user_id) == ("begin", cast.responder.actor.user_id)
    event = Event.objects.get(action="case.begin")
    assert event.case_code == case.code
    assert [table for table, *_ in event.history] == ["cases_historicalcase", *["cases_historicalparticipation"] * 2]
