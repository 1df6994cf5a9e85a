"""The case page: one screen that says where the case is, what is due, who is involved and what may be done next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.audit.models import Event
from nrm.cases.actions import add_note, assess_risk, record_consent
from nrm.cases.models import Case
from nrm.support.actions import add_clinical_note

SignIn = Callable[[Any], Client]
#: The number of queries of the lead's page, whatever the case holds.
MOST_QUERIES = 75


def page(client: Client, case: Case) -> Any:
    return client.get(reverse("desk:case_page", args=[case.code]))


def test_the_lead_sees_what_may_be_done_and_why_not_yet(case: Case, cast: Any, sign_in: SignIn) -> None:
    html = page(sign_in(cast.case_worker), case).content.decode()
    assert "Move to referral" in html
    assert "The status is still open" in html
    assert reverse("cases:step", args=[case.code, "hold"]) in html


def test_reading_it_is_an_event(case: Case, cast: Any, sign_in: SignIn) -> None:
    page(sign_in(cast.case_worker), case)
    event = Event.objects.get(action="case.read")
    assert (event.case_code, event.user_id) == (case.code, cast.case_worker.actor.user_id)


def test_z2_a_stranger_gets_the_page_of_a_case_that_does_not_exist(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.stranger)
    missing = client.get(reverse("desk:case_page", args=["ZZZZ-ZZZZ-ZZZZ"]))
    hidden = page(client, case)
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


def test_what_is_not_shared_says_so(case: Case, cast: Any, sign_in: SignIn) -> None:
    add_note(case, by=cast.case_worker.actor, body="She asked for a lawyer.")
    html = page(sign_in(cast.responder), case).content.decode()
    assert "She asked for a lawyer." not in html
    assert "Not shared with you" in html


def test_the_coordinator_sees_steps_without_names(case: Case, cast: Any, sign_in: SignIn) -> None:
    add_note(case, by=cast.case_worker.actor, body="She asked for a lawyer.")
    html = page(sign_in(cast.coordinator), case).content.decode()
    assert "She asked for a lawyer." not in html
    assert cast.responder.user.display_name not in html
    assert "Open a case" in html


def test_the_auditor_sees_the_way_of_the_case_only(case: Case, cast: Any, sign_in: SignIn) -> None:
    assess_risk(
        case, by=cast.case_worker.actor, expected_version=1, level="high", accommodation="needed", account="He waits."
    )
    html = page(sign_in(cast.auditor), case).content.decode()
    assert "He waits." not in html
    assert "High" not in html


def test_who_cares_for_the_person_reads_the_newest_risk(case: Case, cast: Any, sign_in: SignIn) -> None:
    for version, account in ((1, "He waits."), (2, "He is gone.")):
        assess_risk(
            case,
            by=cast.case_worker.actor,
            expected_version=version,
            level="high",
            accommodation="needed",
            domains=["exploiter"],
            account=account,
        )
    html = page(sign_in(cast.case_worker), case).content.decode()
    assert "He is gone." in html
    assert "He waits." not in html
    assert "Threat from the exploiter" in html
    assert "He is gone." not in page(sign_in(cast.responder), case).content.decode()


def test_appointments_and_clinical_notes_are_in_the_clinicians_timeline_only(
    whole: Any, cast: Any, sign_in: SignIn
) -> None:
    add_clinical_note(whole.episode, by=cast.clinician.actor, body="She sleeps better.")
    for label in ("Clinical note added", "Appointment added"):
        assert label not in page(sign_in(cast.case_worker), whole.case).content.decode()
        assert label in page(sign_in(cast.clinician), whole.case).content.decode()


@pytest.mark.parametrize("player", ["administrator"])
def test_an_administrator_reaches_no_case(case: Case, cast: Any, sign_in: SignIn, player: str) -> None:
    assert page(sign_in(getattr(cast, player)), case).status_code == 404


def test_the_number_of_queries_does_not_grow(
    case: Case, cast: Any, sign_in: SignIn, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client = sign_in(cast.case_worker)
    fill(case, cast, 1)
    page(client, case)
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        page(client, case)
    fill(case, cast, 6)
    with django_assert_num_queries(len(few)):
        page(client, case)


def fill(case: Case, cast: Any, times: int) -> None:
    from django.utils import timezone

    for _time in range(times):
        add_note(case, by=cast.case_worker.actor, body="Talked on the phone.")
        record_consent(
            case,
            by=cast.case_worker.actor,
            purpose="assistance",
            given_how="signed",
            given_on=timezone.localdate(),
        )


def take_part(case: Case, organisation: Any, relation: str, because: str) -> None:
    from uuid import uuid4

    from nrm.cases.models import Participation

    Participation.objects.create(
        case=case, organisation=organisation, relation=relation, because=f"{because}:{uuid4()}", opened_by=uuid4()
    )


def test_who_decides_and_who_coordinates_is_not_told_which_shelter_or_service(
    case: Case, cast: Any, sign_in: SignIn
) -> None:
    shelter, service = cast.organisations.house_of_lindens, cast.organisations.quiet_room
    take_part(case, shelter, "shelters", "placements.placement")
    take_part(case, service, "treats", "support.episode")
    take_part(case, cast.organisations.panel, "decides_status", "cases.case")
    for player in (cast.officer, cast.coordinator):
        html = page(sign_in(player), case).content.decode()
        assert cast.organisations.open_hand.name in html
        assert shelter.name not in html
        assert service.name not in html
    lead = page(sign_in(cast.case_worker), case).content.decode()
    assert shelter.name in lead
    assert service.name in lead


def test_a_shelter_that_is_only_asked_is_not_named_to_who_decides(case: Case, cast: Any, sign_in: SignIn) -> None:
    take_part(case, cast.organisations.house_of_lindens, "received_referral", "placements.placement")
    take_part(case, cast.organisations.panel, "decides_status", "cases.case")
    assert cast.organisations.house_of_lindens.name not in page(sign_in(cast.officer), case).content.decode()


def test_a_task_for_another_role_of_the_same_house_is_not_shown(case: Case, cast: Any, sign_in: SignIn) -> None:
    """A responder whose own organisation leads does not learn from the tasks that there is a safety alert."""
    from nrm.support.actions import raise_alert

    take_part(case, cast.organisations.open_hand, "reported", "cases.case")
    cast.responder.membership.organisation = cast.organisations.open_hand
    cast.responder.membership.save()
    raise_alert(case, by=cast.case_worker.actor, level="at_once", concern="She said she cannot go on.")
    client = sign_in(cast.responder)
    assert [task.kind for task in page(client, case).context["page"].tasks] == []
    assert page(sign_in(cast.case_worker), case).context["page"].tasks != []
