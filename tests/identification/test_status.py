"""The protection status: presumed by who screened, decided by the identifying body, its history kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from nrm.audit.models import Event
from nrm.cases.actions import take_status_step
from nrm.cases.models import Participation
from nrm.cases.selectors import standing_in
from nrm.identification import actions, selectors
from nrm.identification.status import docket_of, status_history
from nrm.lib import paging
from nrm.tasks.models import Clock, Task

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
    assert sign_in(cast.officer).get(step_url(case, "identify")).status_code == 200
    assert sign_in(cast.officer).get(step_url(case, "nonsense")).status_code == 404
    assert sign_in(cast.responder).get(file_url(case)).status_code == 403
    assert sign_in(cast.stranger).get(file_url(case)).status_code == 404
    assert sign_in(cast.case_worker).get(reverse("identification:docket")).status_code == 403


@pytest.mark.parametrize(("step", "status"), [("identify", "identified"), ("not_identify", "not_identified")])
def test_the_body_decides_with_basis_and_reasons(
    case: Any, presumed: Any, cast: Any, sign_in: Any, step: str, status: str
) -> None:
    client = sign_in(cast.officer)
    typed = {"version": presumed.version, "reason": REASON}
    missing = client.post(step_url(case, step), typed)
    assert missing.status_code == 422
    assert REASON in missing.content.decode()
    response = client.post(step_url(case, step), {**typed, "status_basis": "body_procedure"})
    assert response.status_code == 302
    case.refresh_from_db()
    assert (case.status, case.status_basis) == (status, "body_procedure")
    assert not Task.objects.open().filter(kind="decide_status", case_code=case.code).exists()


def test_two_decisions_on_one_page_version(case: Any, presumed: Any, cast: Any, sign_in: Any) -> None:
    typed = {"version": presumed.version, "reason": REASON, "status_basis": "indicators"}
    sign_in(cast.officer).post(step_url(case, "identify"), typed)
    late = sign_in(cast.second_officer).post(step_url(case, "not_identify"), typed)
    assert late.status_code == 409
    assert REASON in late.content.decode()
    case.refresh_from_db()
    assert case.status == "identified"


def test_who_screened_does_not_decide(cast: Any, answer: Any, sign_in: Any) -> None:
    screening = actions.open_case(
        by=cast.officer.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
        suspicions=["labour"],
        safe_to_talk="yes",
    )
    answer(screening, by=cast.officer, EX01="observed")
    done = actions.complete_screening(screening, by=cast.officer.actor, expected_version=1)
    case = take_status_step(done.case, "presume", by=cast.officer.actor, expected_version=done.case.version)
    client = sign_in(cast.officer)
    typed = {"version": case.version, "reason": REASON, "status_basis": "indicators"}
    response = client.post(step_url(case, "identify"), typed)
    assert response.status_code == 422
    assert "somebody else has to decide" in response.content.decode()
    assert "somebody else has to decide" in client.get(file_url(case)).content.decode()
    assert sign_in(cast.second_officer).post(step_url(case, "identify"), typed).status_code == 302


def test_the_history_names_authority_basis_and_effect(case: Any, presumed: Any, cast: Any) -> None:
    take_status_step(
        case,
        "identify",
        by=cast.officer.actor,
        expected_version=presumed.version,
        reason=REASON,
        status_basis="body_procedure",
    )
    case.refresh_from_db()
    latest, middle, first = status_history(case, with_reasons=True)
    assert (latest.status, latest.authority) == ("identified", cast.organisations.panel.name)
    assert (str(latest.basis), latest.reason) == ("Procedure of the identifying body", REASON)
    assert "rights of formal identification" in str(latest.effect)
    assert (middle.status, middle.authority, middle.basis) == ("presumed", cast.organisations.linden_street.name, "")
    assert (first.status, first.authority) == ("potential", cast.organisations.linden_street.name)
    assert not any(decision.reason for decision in status_history(case, with_reasons=False))


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


# The docket


def test_the_docket_shows_what_waits_and_its_clocks(presumed: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.officer)
    shown = client.get(reverse("identification:docket")).content.decode()
    assert file_url(presumed) in shown
    assert "Decide on the status" in shown
    assert "Recovery and reflection period" in shown
    typed = {"version": presumed.version, "reason": REASON, "status_basis": "indicators"}
    client.post(step_url(presumed, "identify"), typed)
    assert "Nothing waits for a decision" in client.get(reverse("identification:docket")).content.decode()


def test_a_request_for_review_comes_back_to_it(presumed: Any, cast: Any) -> None:
    negative = take_status_step(
        presumed,
        "not_identify",
        by=cast.officer.actor,
        expected_version=presumed.version,
        reason=REASON,
        status_basis="indicators",
    )
    take_status_step(
        negative, "request_review", by=cast.case_worker.actor, expected_version=negative.version, reason=REASON
    )
    (row,) = docket_of(cast.officer.actor).rows
    assert row.task.kind == "review_status"


def open_presumed(cast: Any, number: int) -> None:
    from nrm.cases.actions import open_case

    for _each in range(number):
        case = open_case(
            by=cast.responder.actor,
            lead_organisation_id=cast.organisations.open_hand.pk,
            age_group="adult",
            sex="woman",
        )
        take_status_step(
            case, "presume_on_judgement", by=cast.responder.actor, expected_version=case.version, reason=REASON
        )


def test_reading_the_docket_is_an_event(presumed: Any, cast: Any, sign_in: Any) -> None:
    sign_in(cast.officer).get(reverse("identification:docket"))
    event = Event.objects.get(action="case.listed", user_id=cast.officer.actor.user_id)
    assert event.data == {"list": "docket", "shown": 1}


def test_the_docket_goes_on_where_the_page_ended(cast: Any, sign_in: Any, monkeypatch: Any) -> None:

    monkeypatch.setattr(paging, "PAGE", 2)
    open_presumed(cast, 5)
    client = sign_in(cast.officer)
    url, seen = reverse("identification:docket"), []
    while url:
        found = client.get(url).context["docket"]
        seen += [row.case.code for row in found.rows]
        url = reverse("identification:docket") + found.next_url if found.next_url else ""
    assert len(seen) == len(set(seen)) == 5
    assert client.get(reverse("identification:docket") + "?after=nonsense").status_code == 200


def test_queries_of_docket_and_file_do_not_grow(
    presumed: Any, cast: Any, sign_in: Any, answer: Any, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.officer)
    docket = reverse("identification:docket")
    with django_assert_max_num_queries(30) as docket_before:
        client.get(docket)
    with django_assert_max_num_queries(30) as file_before:
        client.get(file_url(presumed))
    open_presumed(cast, 4)
    for _each in range(3):
        more = actions.begin_screening(presumed, by=cast.case_worker.actor, suspicions=["labour"], safe_to_talk="yes")
        answer(more, by=cast.case_worker, note="more", GN01="observed", EX01="observed")
        actions.complete_screening(more, by=cast.case_worker.actor, expected_version=1)
    with django_assert_max_num_queries(30) as docket_after:
        client.get(docket)
    with django_assert_max_num_queries(30) as file_after:
        client.get(file_url(presumed))
    assert len(docket_after) == len(docket_before)
    assert len(file_after) == len(file_before)


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
    assert not any(decision.reason for decision in coordinator["status"]["history"])
    officer = block(case, cast.officer)
    assert [link.name for link in officer["status_links"]] == ["identify", "not_identify", "withdraw"]
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
