"""Who has seen a case: for the team that leads, with names, and the reading of it is a reading too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nrm.access.policy import Standing
from nrm.access.relations import Relation
from nrm.audit.actions import record
from nrm.audit.codes import Code
from nrm.audit.models import Event
from nrm.cases.models import Participation
from nrm.desk import readers
from nrm.desk.readers import READING, readers_of, told_to

#: Readings that are of no single case, or that tell nothing of one.
OF_NO_CASE = {Code.EMERGENCIES_READ, Code.PROFILE_READ, Code.PLACES_READ}


def url_of(case: Any, query: str = "") -> str:
    return f"/cases/{case.code}/readers/{query}"


def lines_of(client: Client, case: Any) -> str:
    response = client.get(url_of(case))
    assert response.status_code == 200
    return response.content.decode().split("<tbody>")[-1]


def test_the_lead_sees_who_read_with_name_organisation_and_role(
    cast: Any, sign_in: Callable[[Any], Client], case: Any
) -> None:
    sign_in(cast.responder).get(f"/cases/{case.code}/")
    page = lines_of(sign_in(cast.case_worker), case)
    for said in ("Mara Plum", "Linden Street Police Station", "First responder", "Case read"):
        assert said in page


def test_reading_it_is_a_reading_too(cast: Any, sign_in: Callable[[Any], Client], case: Any) -> None:
    client = sign_in(cast.case_worker)
    assert client.get(url_of(case)).status_code == 200
    event = Event.objects.get(action="case.readers_read")
    assert (event.user_id, event.case_code) == (cast.case_worker.user.pk, case.code)
    assert "Looked at who has seen the case" in lines_of(client, case)


def test_who_looked_for_the_code_is_shown_though_the_log_holds_no_code(
    cast: Any, sign_in: Callable[[Any], Client], case: Any
) -> None:
    sign_in(cast.stranger).post("/search/code/", {"code": case.code})
    sign_in(cast.officer).post("/search/code/", {"code": "QQQQ-QQQQ-QQQQ"})
    page = lines_of(sign_in(cast.case_worker), case)
    assert "Nela Pear" in page
    assert "Case looked for by its code" in page
    assert "Goran Elder" not in page


def test_refused_attempts_other_cases_and_the_clock_are_no_readings(
    cast: Any, sign_in: Callable[[Any], Client], case: Any
) -> None:
    sign_in(cast.stranger).get(f"/cases/{case.code}/")
    record("case.read", by=cast.second_case_worker.actor, case_code="QQQQ-QQQQ-QQQQ")
    response = sign_in(cast.case_worker).get(url_of(case))
    assert "Nobody has looked at this case yet" in response.content.decode()


def test_the_page_is_for_the_lead_alone(cast: Any, sign_in: Callable[[Any], Client], case: Any) -> None:
    answers = {name: sign_in(player).get(url_of(case)).status_code for name, player in cast.everybody.items()}
    assert {name for name, status in answers.items() if status == 200} == {"case_worker", "second_case_worker"}
    assert {answers[name] for name in ("responder", "coordinator", "auditor")} == {403}
    assert {answers[name] for name in ("stranger", "administrator", "clinician")} == {404}


def test_only_the_lead_finds_the_way_there(cast: Any, sign_in: Callable[[Any], Client], case: Any) -> None:
    ways = {
        name: url_of(case) in sign_in(getattr(cast, name)).get(f"/cases/{case.code}/").content.decode()
        for name in ("case_worker", "responder", "coordinator")
    }
    assert ways == {"case_worker": True, "responder": False, "coordinator": False}


@pytest.mark.parametrize(("who", "relation"), [("shelter_worker", Relation.SHELTERS), ("clinician", Relation.TREATS)])
def test_who_shelters_or_treats_is_named_only_to_who_may_see_where(
    cast: Any, case: Any, who: str, relation: Relation
) -> None:
    reader = getattr(cast, who)
    Participation.objects.create(
        case=case,
        organisation_id=reader.actor.organisation_id,
        relation=relation,
        because="cases.case:x",
        opened_by=cast.case_worker.user.pk,
    )
    event = record("support.read" if who == "clinician" else "placement.read", by=reader.actor, case_code=case.code)
    lead = told_to(Standing(cast.case_worker.actor, frozenset({Relation.LEADS})), case, [event])[0]
    office = told_to(Standing(cast.coordinator.actor), case, [event])[0]
    assert (lead.name, lead.organisation) == (reader.user.display_name, reader.membership.organisation.name)
    assert (office.name, office.organisation, office.role, office.what) == ("", "", "", Code.CASE_READ.label)


def test_the_list_goes_on_page_by_page_with_the_same_number_of_queries(
    cast: Any, sign_in: Callable[[Any], Client], case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "PAGE", 2)
    for player in (cast.responder, cast.case_worker, cast.second_case_worker, cast.officer, cast.auditor):
        record("case.read", by=player.actor, case_code=case.code)
    seen, counts, before = [], [], None
    while True:
        with CaptureQueriesContext(connection) as queries:
            page = readers_of(cast.case_worker.actor, case.code, before=before)
        seen += [line.name for line in page.lines]
        counts.append(len(queries))
        before = page.older_than
        if before is None:
            break
    assert seen == ["Ilir Ash", "Goran Elder", "Boris Medlar", "Ana Quince", "Mara Plum"]
    assert len(set(counts)) == 1
    first = sign_in(cast.case_worker).get(url_of(case)).content.decode()
    assert 'rel="next" href="?before=' in first


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40])
def test_an_address_that_names_no_place_is_the_beginning(
    cast: Any, sign_in: Callable[[Any], Client], case: Any, before: str
) -> None:
    assert sign_in(cast.case_worker).get(url_of(case, f"?before={before}")).status_code == 200


def test_every_reading_of_a_case_counts() -> None:
    readings = {code for code in Code if code.value.endswith(("read", "revealed", "conference.printed"))}
    assert readings == set(READING) | OF_NO_CASE | {Code.REFERRAL_SUMS_READ, Code.CALENDAR_READ}
