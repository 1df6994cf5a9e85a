"""A typed refusal becomes a page with its sentence and status, and an event."""

from __future__ import annotations

from typing import Any

import pytest

from nrm.audit.models import Event
from nrm.lib.codes import new_code

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tried_addresses")]


@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/try/forbidden/", 403, "Your role does not include this step."),
        ("/try/moved-on/", 409, "Somebody changed this record while you were working."),
        ("/try/not-yet/", 422, "Assess the risk first."),
    ],
)
def test_a_refusal_says_why(cast: Any, sign_in: Any, address: str, status: int, sentence: str) -> None:
    response = sign_in(cast.case_worker).get(address)
    assert response.status_code == status
    assert sentence in response.content.decode()
    assert 'id="content"' in response.content.decode()


def test_a_partial_request_gets_a_fragment(cast: Any, sign_in: Any) -> None:
    response = sign_in(cast.case_worker).get("/try/not-yet/", headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert "<html" not in response.content.decode()
    assert "Assess the risk first." in response.content.decode()


def test_z2_hidden_missing_and_unknown_are_the_same_bytes(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.stranger)
    answers = [client.get(a) for a in (f"/try/hidden/{new_code()}/", "/try/missing/", "/no/such/page/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    names = [{name for name in answer.headers if name != "Set-Cookie"} for answer in answers]
    assert names[0] == names[1] == names[2]


def test_l2_l3_the_event_knows_who_where_and_which_case_but_no_address(cast: Any, sign_in: Any) -> None:
    code = new_code()
    sign_in(cast.stranger).get(f"/try/hidden/{code}/?q=Ana")
    event = Event.objects.filter(action="request.refused").latest("sequence")
    assert event.user_id == cast.stranger.user.pk
    assert event.outcome == "refused"
    assert event.case_code == code
    assert event.data == {"route": "try:hidden", "method": "GET", "status": 404, "refusal": "not_visible"}


def test_what_is_no_case_code_is_not_written_down(cast: Any, sign_in: Any) -> None:
    sign_in(cast.stranger).get("/try/hidden/Ana Quince/")
    assert Event.objects.filter(action="request.refused").latest("sequence").case_code == ""
