"""The protection status: presumed by who screened, decided by the identifying body, its history kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from nrm.access.permissions import Permission
from nrm.audit.models import Event
from nrm.cases.models import Participation
from nrm.cases.selectors import standing_in
from nrm.identification import actions, selectors
from nrm.identification.selectors.status import status_history
from nrm.tasks.models import Clock, Task
from tests.deciding import decide

REASON = "Canary Maria told how she was locked in"


def step_url(case: Any, transition: str) -> str:
    return reverse("identification:status_step", args=[case.code, transition])


def file_url(case: Any) -> str:
    return reverse("identification:decision", args=[case.code])


def test_the_reporter_presumes_on_the_screening(case: Any, completed: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    assert client.get(step_url(case, "presume")).status_code == 200
    assert client.post(step_url(case, "presume"), {"version": case.version}).status_code == 302
    case.refresh_from_db()
    assert case.status == "presumed"
    row = case.history.latest("history_id")
    assert (row.transition, row.source_state) == ("status.presume", "potential")
    body = Participation.objects.get(case=case, relation="decides_status")
    assert body.organisation == cast.organisations.panel
    assert Task.objects.get(kind="decide_status", case_code=case.code).organisation == cast.organisations.panel
    assert Clock.objects.filter(case_code=case.code, key="reflection_days").exists()
    assert Event.objects.filter(action="status.presume", case_code=case.code, outcome="done").count() == 1


def test_without_grounds_only_a_written_judgement_will_do(case: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    response = client.post(step_url(case, "presume"), {"version": case.version})
    assert response.status_code == 422
    assert "No completed screening gives grounds" in response.content.decode()
    assert client.post(step_url(case, "presume_on_judgement"), {"version": case.version}).status_code == 422
    typed = {"version": case.version, "reason": REASON}
    assert client.post(step_url(case, "presume_on_judgement"), typed).status_code == 302
    case.refresh_from_db()
    assert case.status == "presumed"
    with connection.cursor() as cursor:
        cursor.execute("SELECT history_change_reason FROM cases_historicalcase WHERE history_change_reason IS NOT NULL")
        (sealed,) = cursor.fetchone()
    assert REASON.encode() not in bytes(sealed)


def test_who_may_what(case: Any, presumed: Any, cast: Any, sign_in: Any) -> None:
    assert sign_in(cast.stranger).get(step_url(case, "identify")).status_code == 404
    assert sign_in(cast.responder).get(step_url(case, "identify")).status_code == 403
    assert sign_in(cast.case_worker).post(step_url(case, "identify")).status_code == 403
    assert sign_in(cast.officer).get(step_url(case, "identify")).status_code == 302
    assert sign_in(cast.officer).get(step_url(case, "nonsense")).status_code == 404
    assert sign_in(cast.responder).get(file_url(case)).status_code == 403
    assert sign_in(cast.stranger).get(file_url(case)).status_code == 404
    assert sign_in(cast.case_worker).get(reverse("identification:docket")).status_code == 403


def test_the_history_names_authority_basis_and_effect(case: Any, presumed: Any, cast: Any) -> None:
    case = decide(presumed, cast, reasons=REASON, provision="Article 12")
    latest, middle, first = status_history(case, with_reasons=True)
    assert (latest.status, latest.authority) == ("identified", cast.organisations.panel.name)
    assert (str(latest.basis), latest.reason) == ("Procedure of the identifying body", REASON)
    assert latest.provision == "Article 12"
    assert [(str(one.capacity), one.name) for one in latest.signatures] == [("Member of the body", "Goran Elder")]
    assert "rights of formal identification" in str(latest.effect)
    assert (middle.status, middle.authority, middle.basis) == ("presumed", cast.organisations.linden_street.name, "")
    assert (first.status, first.authority) == ("potential", cast.organisations.linden_street.name)
    hidden = status_history(case, with_reasons=False)
    assert not any(change.reason or change.provision for change in hidden)
    assert [one.name for change in hidden for one in change.signatures] == [""]


def test_other_changes_of_the_case_are_no_part_of_it(case: Any, presumed: Any, cast: Any) -> None:
    from nrm.cases.actions import assess_risk

    assess_risk(
        case,
        by=cast.case_worker.actor,
        expected_version=presumed.version,
        level="high",
        accommodation="needed",
        account=REASON,
    )
    assert len(status_history(case, with_reasons=True)) == 2


@pytest.mark.parametrize(("country", "term"), [("mk", "Potential victim"), ("rs", "Potential victim")])
def test_the_status_has_its_national_name(case: Any, cast: Any, country: str, term: str) -> None:
    with override_settings(NRM_COUNTRY=country):
        block = selectors.block_for(case, standing_in(cast.responder.actor, case), cast.responder.actor)
    assert block is not None
    assert block["status"]["term"] == term


# The block of the case page


def block(case: Any, player: Any) -> Any:
    case.refresh_from_db()
    return selectors.block_for(case, standing_in(player.actor, case), player.actor)


def test_the_block_shows_each_what_is_theirs(case: Any, completed: Any, presumed: Any, cast: Any) -> None:
    assert block(case, cast.stranger) is None
    assert block(case, cast.auditor) is None
    lead = block(case, cast.case_worker)
    assert [line.screening for line in lead["screenings"]] == [completed]
    assert lead["new_screening_url"]
    coordinator = block(case, cast.coordinator)
    assert coordinator["screenings"] is None
    assert not any(change.reason for change in coordinator["status"]["history"])
    officer = block(case, cast.officer)
    assert [link.name for link in officer["status_links"]] == ["propose"]
    assert officer["new_screening_url"] == ""


def test_the_block_is_on_the_case_page(case: Any, completed: Any, cast: Any, sign_in: Any) -> None:
    shown = sign_in(cast.case_worker).get(reverse("desk:case_page", args=[case.code])).content.decode()
    assert reverse("identification:screening", args=[completed.pk]) in shown


def test_queries_of_the_block_do_not_grow(
    case: Any, completed: Any, presumed: Any, cast: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(20) as before:
        block(case, cast.case_worker)
    for _each in range(5):
        actions.begin_screening(case, by=cast.case_worker.actor, suspicions=["other"], safe_to_talk="yes")
    with django_assert_max_num_queries(20) as after:
        block(case, cast.case_worker)
    assert len(after) == len(before)


def test_who_reported_reads_the_status_and_not_the_reasons_of_the_body(presumed: Any, cast: Any) -> None:
    case = decide(presumed, cast, "identify")
    lead, reporter = (
        status_history(case, with_reasons=standing_in(player.actor, case).may(Permission.SEE_DECISION))
        for player in (cast.case_worker, cast.responder)
    )
    assert lead[0].reason
    assert lead[0].status == reporter[0].status == "identified"
    assert not any(change.reason for change in reporter)
