"""The inbox: what waits for us, what runs, what we sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.audit.models import Event
from nrm.lib import paging
from nrm.referrals import selectors
from nrm.referrals.actions import Grounds, prepare_referral

URL = "/referrals/"


def several(cast: Any, case: Any, take: Any, count: int) -> list[Any]:
    made = [
        prepare_referral(
            case,
            by=cast.case_worker.actor,
            receiver_id=cast.organisations.quiet_room.pk,
            service="mhpss",
            urgency="routine",
            basis="vital_interest",
            categories=["risk"],
            grounds=Grounds("She is in danger."),
            summary="Short.",
        )
        for _ in range(count)
    ]
    return [take(referral, "send", cast.case_worker) for referral in made]


def test_a_sent_referral_waits_for_the_receiver(cast: Any, sent: Any, sign_in: Any) -> None:
    assert reverse("referrals:inbox") == URL
    text = sign_in(cast.clinician).get(URL).content.decode()
    assert sent.case.code in text
    assert "Open Hand" in text
    assert selectors.inbox_counts(cast.clinician.actor) == {"waiting": 1, "running": 0, "sent": 0}
    assert selectors.inbox_counts(cast.case_worker.actor) == {"waiting": 0, "running": 0, "sent": 1}


def test_a_question_waits_for_the_sender(cast: Any, sent: Any, take: Any) -> None:
    take(sent, "ask", cast.clinician, reason="When?")
    assert selectors.inbox_counts(cast.case_worker.actor)["waiting"] == 1
    assert selectors.inbox_counts(cast.clinician.actor) == {"waiting": 0, "running": 1, "sent": 0}


def test_an_ended_one_is_kept_as_a_record(cast: Any, completed: Any, sign_in: Any) -> None:
    text = sign_in(cast.clinician).get(URL, {"box": "ended"}).content.decode()
    assert completed.case.code in text


@pytest.mark.parametrize("player", ["stranger", "responder", "coordinator", "auditor", "officer", "administrator"])
@pytest.mark.parametrize("box", ["waiting", "running", "sent", "ended"])
def test_others_have_an_empty_inbox(cast: Any, sent: Any, sign_in: Any, player: str, box: str) -> None:
    answer = sign_in(getattr(cast, player)).get(URL, {"box": box})
    assert answer.status_code == 200
    assert sent.case.code not in answer.content.decode()


def test_filters_narrow_and_live_in_the_address(cast: Any, sent: Any, sign_in: Any) -> None:
    client = sign_in(cast.clinician)
    assert sent.case.code in client.get(URL, {"urgency": "urgent"}).content.decode()
    assert "Nothing fits these filters" in client.get(URL, {"urgency": "routine"}).content.decode()
    assert client.get(URL, {"urgency": "soonish"}).status_code == 422


@pytest.mark.parametrize("after", ["", "x", "~", "2026-01-01~x", "0000~1", "\x00~\x00"])
def test_a_broken_place_in_the_list_is_the_beginning(cast: Any, sent: Any, sign_in: Any, after: str) -> None:
    answer = sign_in(cast.clinician).get(URL, {"after": after})
    assert sent.case.code in answer.content.decode()


def test_pages_go_on_where_the_last_one_ended(cast: Any, case: Any, take: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    made = {referral.pk for referral in several(cast, case, take, 5)}
    seen: list[Any] = []
    after = None
    while True:
        page = selectors.inbox_page(cast.clinician.actor, "waiting", {}, after=after)
        seen += [row.pk for row in page.rows]
        if page.after is None:
            break
        after = paging.Cursor.read(str(page.after))
    assert len(seen) == 5
    assert set(seen) == made


def test_the_number_of_queries_does_not_grow(cast: Any, case: Any, take: Any, sign_in: Any, count_queries: Any) -> None:
    client = sign_in(cast.clinician)
    several(cast, case, take, 1)
    one = count_queries(lambda: client.get(URL))
    several(cast, case, take, 6)
    assert count_queries(lambda: client.get(URL)) == one


def test_reading_it_is_an_event(cast: Any, sent: Any, sign_in: Any) -> None:
    sign_in(cast.clinician).get(URL)
    event = Event.objects.filter(action="case.listed").latest("sequence")
    assert event.data == {"list": "referrals", "box": "waiting", "shown": 1}


def test_the_block_shows_all_to_the_lead_and_each_receiver_its_own(
    cast: Any, case: Any, take: Any, count_queries: Any
) -> None:
    from nrm.cases.selectors import standing_in

    def block(player: Any) -> Any:
        return selectors.block_for(case, standing_in(player.actor, case), player.actor)

    several(cast, case, take, 2)
    few = count_queries(lambda: block(cast.case_worker))
    several(cast, case, take, 4)
    assert count_queries(lambda: block(cast.case_worker)) == few
    assert len(block(cast.case_worker)["rows"]) == 6
    assert block(cast.case_worker)["may_prepare"]
    assert len(block(cast.clinician)["rows"]) == 6
    assert not block(cast.clinician)["may_prepare"]
    assert block(cast.responder) is None
    assert block(cast.stranger) is None
