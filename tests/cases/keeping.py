"""A closed case of a named person, and the day on which its time is over."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.cases import keeping
from nrm.cases.actions import add_note, choose_track, open_case, take_case_step, write_identity
from nrm.cases.models import Case
from nrm.lib.clock import today
from nrm.lib.partial_date import PartialDate
from nrm.tasks import actions as tasks
from nrm.vault.identity import Identity

CANARY_NAME, CANARY_NOTE = "Kanarinska", "Canarynote beside the harbour"
YEARS = 5


def closed_case(cast: Any, *, age_group: str = "adult", birth: PartialDate | None = None) -> Case:
    by, lead = cast.case_worker.actor, cast.organisations.open_hand.pk
    case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group=age_group, sex="woman")
    if age_group == "adult":
        case = choose_track(case, "agree_to_be_named", by=by, expected_version=case.version)
    who = Identity(given_names="Elira", family_names=CANARY_NAME, birth=birth or PartialDate(1990))
    write_identity(case, who if birth is not UNKNOWN else Identity(given_names="Elira"), by=by, expected_version=0)
    add_note(case, by=by, body=CANARY_NOTE)
    tasks.close_tasks(by=by, case_code=case.code)
    now = fresh(case)
    return take_case_step(
        now, "close", by=by, expected_version=now.version, reason="Canaryreason", closure="goals_reached"
    )


UNKNOWN = PartialDate()


def fresh(case: Case) -> Case:
    return Case.objects.select_related("person").get(pk=case.pk)


def decided(settings: Any, years: int = YEARS) -> None:
    settings.NRM_RETENTION_YEARS, settings.NRM_RETENTION_SOURCE = years, "Rulebook 7/2026"


def later(monkeypatch: pytest.MonkeyPatch, years: int) -> None:
    """As if it were so many years later, for whoever counts how long a case is kept."""
    day = keeping.years_before(today(), -years)
    monkeypatch.setattr(keeping, "today", lambda: day)
