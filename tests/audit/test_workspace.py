"""The auditor's workspace: everything, masked, for the auditor alone, and reading it leaves a trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.access.actor import NOBODY
from nrm.audit import views
from nrm.audit.codes import PREFIXES, Code, Group, steps
from nrm.audit.models import Event, Head
from nrm.audit.selectors import EventFilter, events_page, head_is_in_order
from tests.audit.conftest import past_the_guards

pytestmark = pytest.mark.django_db
EVENTS = "/audit/"


@pytest.fixture
def auditor(cast: Any, sign_in: Any) -> Client:
    client: Client = sign_in(cast.auditor)
    return client


def shown(client: Client, **filters: Any) -> list[int]:
    answer = client.get(EVENTS, filters)
    assert answer.status_code == 200
    return [line.sequence for line in answer.context["lines"]]


def test_the_auditor_sees_everything_newest_first(auditor: Client, chain: list[Event]) -> None:
    assert shown(auditor) == [8, 7, 6, 5, 4, 3, 2, 1]
    page = auditor.get(EVENTS).content.decode()
    assert "Case read" in page
    assert "Referral: Send" in page
    assert "K7Q2-M4RT-9XCY" in page


def test_every_code_belongs_to_one_group() -> None:
    for code in {*Code.values, *steps()}:
        prefix = code.partition(".")[0]
        assert sum(prefix in prefixes for prefixes in PREFIXES.values()) == 1, code
    assert set(PREFIXES) == set(Group)


def test_filters_narrow_the_list(auditor: Client, cast: Any, chain: list[Event]) -> None:
    assert shown(auditor, case="K7Q2-M4RT-9XCY") == [7, 5, 4, 3]
    assert shown(auditor, group="signing_in") == [6]
    assert shown(auditor, outcome="refused") == [8]
    assert shown(auditor, user=str(cast.stranger.user.pk)) == [8]
    assert shown(auditor, case="K7Q2-M4RT-9XCY", group="referrals") == [7]
    assert shown(auditor, since="01/01/2100") == []


def test_the_days_asked_for_are_whole_days_of_the_country(auditor: Client, chain: list[Event]) -> None:
    from nrm.lib.clock import today

    day = today().strftime("%d/%m/%Y")
    assert len(shown(auditor, since=day, until=day)) >= 8


def test_pages_follow_one_another_without_loss(chain: list[Event]) -> None:
    first = events_page(EventFilter(), reader=NOBODY, size=3)
    second = events_page(EventFilter(), reader=NOBODY, before=first.older_than, size=3)
    third = events_page(EventFilter(), reader=NOBODY, before=second.older_than, size=3)
    assert [line.sequence for page in (first, second, third) for line in page.lines] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert third.older_than is None


@pytest.mark.parametrize(
    "filters",
    [
        {"user": "nobody"},
        {"group": "'; DROP TABLE audit_event; --"},
        {"since": "31/02/2026"},
        {"since": "02/01/2026", "until": "01/01/2026"},
        {"before": "0"},
        {"before": "9" * 40},
        {"case": "x" * 500},
        {"case": "\x00"},
        {"case": "K7Q2-M4RT-0000"},
        {"since": "01/01/0000"},
        {"since": "01/01/0001"},
        {"until": "31/12/9999"},
    ],
)
def test_nonsense_is_told_and_typed_text_stays(auditor: Client, chain: list[Event], filters: dict[str, str]) -> None:
    answer = auditor.get(EVENTS, filters)
    assert answer.status_code == 422
    assert answer.context["form"].errors


def test_script_in_the_address_is_shown_harmlessly(auditor: Client) -> None:
    page = auditor.get(EVENTS, {"case": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_l4_no_name_of_anybody_is_shown(auditor: Client, cast: Any, chain: list[Event]) -> None:
    page = auditor.get(EVENTS).content.decode()
    for name, player in cast.everybody.items():
        if name != "auditor":
            assert player.user.display_name not in page
            assert player.user.email not in page


def test_l2_reading_the_log_is_in_the_log(auditor: Client, cast: Any, chain: list[Event]) -> None:
    shown(auditor, case="K7Q2-M4RT-9XCY", outcome="done")
    event = Event.objects.latest("sequence")
    assert (event.action, event.user_id, event.case_code) == (Code.AUDIT_READ, cast.auditor.user.pk, "K7Q2-M4RT-9XCY")
    assert event.data == {"filters": ["case", "outcome"], "shown": 4}


@pytest.mark.parametrize(
    "who", ["responder", "case_worker", "shelter_worker", "clinician", "officer", "coordinator", "administrator"]
)
def test_nobody_else_comes_in(cast: Any, sign_in: Any, who: str) -> None:
    client = sign_in(getattr(cast, who))
    assert client.get(EVENTS).status_code == 403
    assert client.post(reverse("audit:verify")).status_code == 403


def test_the_door_is_shut_without_a_second_factor(client: Client) -> None:
    assert client.get(EVENTS).status_code == 302


def test_the_log_is_read_by_get_and_checked_by_post(auditor: Client) -> None:
    assert auditor.post(EVENTS).status_code == 405
    assert auditor.get(reverse("audit:verify")).status_code == 405


def test_the_auditor_checks_the_log(auditor: Client, chain: list[Event]) -> None:
    answer = auditor.post(reverse("audit:verify"), follow=True)
    assert "The log was checked. Nothing was changed or removed." in answer.content.decode()
    assert "In order" in answer.content.decode()
    event = Event.objects.get(action=Code.AUDIT_VERIFIED)
    assert (event.outcome, event.role) == ("done", "auditor")


def test_the_auditor_is_told_what_does_not_fit(auditor: Client, chain: list[Event]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence=4).update(role="other")
    answer = auditor.post(reverse("audit:verify"))
    assert "Event 4 was altered: its content does not match its hash." in answer.content.decode()
    assert "Not in order" in auditor.get(EVENTS).content.decode()


def test_a_long_log_is_not_checked_while_a_browser_waits(
    auditor: Client, chain: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "CHECKED_FROM_THE_PAGE", 3)
    assert auditor.post(reverse("audit:verify")).status_code == 422


def test_an_entry_of_a_step_that_is_gone_is_still_readable(auditor: Client, chain: list[Event]) -> None:
    with past_the_guards():
        Event.objects.filter(sequence=4).update(action="case.teleport")
    assert "case.teleport" in auditor.get(EVENTS).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_log(auditor: Client, chain: list[Event]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(
        connection,
    ) as few:
        shown(auditor, case="K7Q2-M4RT-9XCY", group="referrals")
    with CaptureQueriesContext(connection) as many:
        shown(auditor)
    assert len(few) == len(many)
    # Door: session, user, device, record. Page: list, three of the chain's state. Trace: savepoint, head, insert, head.
    assert len(many) <= 14, [query["sql"][:80] for query in many]


def test_l8_when_the_reading_cannot_be_recorded_the_page_is_refused(auditor: Client, chain: list[Event]) -> None:
    with past_the_guards():
        Head.objects.all().delete()
    auditor.raise_request_exception = False
    answer = auditor.get(EVENTS)
    assert answer.status_code == 500
    assert "K7Q2-M4RT-9XCY" not in answer.content.decode()


def test_health_costs_two_queries(chain: list[Event], django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert head_is_in_order()
