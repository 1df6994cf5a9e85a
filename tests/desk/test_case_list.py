"""The list of cases: those shared with me, last changed first, filtered without telling more than it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nrm.audit.models import Event
from nrm.cases.actions import open_case, take_status_step
from nrm.cases.models import Case

SignIn = Callable[[Any], Client]
CASES = "/cases/"


def test_z4_only_what_is_shared(case: Case, cast: Any, sign_in: SignIn) -> None:
    assert case.code in sign_in(cast.case_worker).get(CASES).content.decode()
    assert case.code not in sign_in(cast.stranger).get(CASES).content.decode()
    assert case.code not in sign_in(cast.clinician).get(CASES).content.decode()


def test_z4_a_filter_tells_nobody_more_than_the_list(case: Case, cast: Any, sign_in: SignIn) -> None:
    """The auditor knows of the case but not its status; asking for the status must not answer."""
    take_status_step(
        case, "presume_on_judgement", by=cast.case_worker.actor, expected_version=1, reason="Seen at the border."
    )
    client = sign_in(cast.auditor)
    assert case.code in client.get(CASES).content.decode()
    assert case.code not in client.get(f"{CASES}?status=presumed").content.decode()
    assert case.code in sign_in(cast.coordinator).get(f"{CASES}?status=presumed").content.decode()


def test_a_typed_code_finds_its_case(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    typed = case.code.lower().replace("-", " ")
    assert case.code in client.get(CASES, {"code": typed}).content.decode()
    assert "No case fits" in client.get(CASES, {"code": "nonsense"}).content.decode()


def test_reading_the_list_is_an_event_with_a_count(case: Case, cast: Any, sign_in: SignIn) -> None:
    sign_in(cast.case_worker).get(CASES)
    assert Event.objects.get(action="case.listed").data == {"count": 1}


def test_pages_follow_each_other_with_constant_queries(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    client.get(CASES)
    with CaptureQueriesContext(connection) as few:
        client.get(CASES)
    for _number in range(40):
        lead = cast.organisations.open_hand.pk
        open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="child", sex="man")
    with CaptureQueriesContext(connection) as many:
        page = client.get(CASES)
    assert len(many) == len(few) < 25
    first = {row.case.pk for row in page.context["rows"]}
    following = client.get(CASES + page.context["page"]["next_url"])
    second = {row.case.pk for row in following.context["rows"]}
    assert len(first | second) == 41
    assert not first & second


def test_a_place_that_nobody_wrote_is_the_first_page(case: Case, cast: Any, sign_in: SignIn) -> None:
    assert case.code in sign_in(cast.case_worker).get(f"{CASES}?after=<script>~1").content.decode()
