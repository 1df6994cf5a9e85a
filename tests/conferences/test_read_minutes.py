"""Who reads which point: a table of people and parts of the case. Deny beats allow, and a bar hides everything."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from nrm.access.refusals import NotVisible
from nrm.audit.models import Event
from nrm.cases import lifecycle
from nrm.cases.models import CaseBar
from nrm.conferences import actions
from nrm.conferences.models import Attendance
from nrm.conferences.page import conference_page
from nrm.conferences.points import BLOCK_OF, NEEDED_TO_SEE, Topic
from nrm.conferences.selectors import conference_for
from tests.conferences.conftest import AGENDA, SECRET, answer, call, decide, take
from workflows.bar import BarFlow

pytestmark = pytest.mark.django_db

#: What each reads of agreed minutes, in the order of the agenda of the tests.
READS = {
    "case_worker": {"risk", "accommodation", "psychosocial", "status", "plan", "other"},
    "second_case_worker": {"risk", "accommodation", "psychosocial", "status", "plan", "other"},
    "shelter_worker": {"risk", "accommodation", "psychosocial"},
    "clinician": {"risk", "accommodation", "health", "psychosocial", "status"},
    "officer": {"risk", "status"},
    "coordinator": set(),
}
#: Which points of the agenda each meets: who called or runs it, all of them.
MEETS = {**READS, "case_worker": set(AGENDA), "second_case_worker": set(AGENDA), "coordinator": set(AGENDA)}


def pages(conference: Any, cast: Any) -> dict[str, Any]:
    found = {}
    for who in READS:
        actor = getattr(cast, who).actor
        seen, standing = conference_for(actor, conference.pk)
        found[who] = conference_page(seen, standing)
    return found


def said(page: Any) -> set[str]:
    return {line.topic for line in page.points if line.said}


def test_every_point_belongs_to_a_part_of_the_case() -> None:
    assert set(BLOCK_OF) == set(Topic)
    assert set(BLOCK_OF.values()) == set(NEEDED_TO_SEE)


def test_agreed_minutes_as_the_table_says(closed: Any, cast: Any) -> None:
    found = pages(closed, cast)
    assert {who: said(page) for who, page in found.items()} == READS
    assert {who: {line.topic for line in page.points} for who, page in found.items()} == MEETS


def test_until_they_are_agreed_whoever_writes_reads(written: Any, cast: Any) -> None:
    nobody: set[str] = set()
    expected = dict.fromkeys(READS, nobody) | {"clinician": {"health"}}
    expected |= {who: READS[who] for who in ("case_worker", "second_case_worker")}
    assert {who: said(page) for who, page in pages(written, cast).items()} == expected


def test_who_declined_reads_nothing_and_who_is_not_invited_any_more_finds_nothing(called: Any, cast: Any) -> None:
    answer(called, cast.officer, "decline", reason="No time.")
    declined = pages(called, cast)["officer"]
    assert (declined.points, declined.details, declined.wish) == ([], "", "")
    part = called.attendances.get(organisation=cast.organisations.quiet_room)
    actions.answer(part, "withdraw", by=cast.case_worker.actor, expected_version=1, reason="By mistake.")
    with pytest.raises(NotVisible):
        conference_for(cast.clinician.actor, called.pk)


def test_what_the_person_wants_said_is_for_who_runs_it(closed: Any, cast: Any) -> None:
    wishes = {who for who, page in pages(closed, cast).items() if page.wish}
    assert wishes == {"case_worker", "second_case_worker"}


def test_a_decision_is_read_by_who_does_it_and_who_sees_that_part(closed: Any, cast: Any) -> None:
    found = pages(closed, cast)
    assert {who: [line.sentence for line in page.decisions] for who, page in found.items()} == {
        who: [SECRET] if who != "coordinator" else [] for who in READS
    }
    assert (found["coordinator"].decided, found["coordinator"].done) == (1, 0)
    assert found["officer"].decisions[0].owner == ""  # where the person lives is not for the panel


def test_where_the_person_lives_and_is_helped_is_not_told_by_who_is_invited(called: Any, cast: Any) -> None:
    names = {who: {line.name for line in page.guests} for who, page in pages(called, cast).items()}
    named = cast.organisations
    everybody = {named.house_of_lindens.name, named.quiet_room.name, named.panel.name}
    assert names["case_worker"] == names["shelter_worker"] == names["clinician"] == everybody
    assert names["officer"] == names["coordinator"] == {named.panel.name}
    assert pages(called, cast)["officer"].others_unnamed


def test_a_bar_hides_all_of_it(closed: Any, cast: Any) -> None:
    bar = CaseBar(case=closed.case, user=cast.clinician.user, reason="relative", barred_by=cast.case_worker.user.pk)
    lifecycle.begin(BarFlow, bar, by=cast.case_worker.actor)
    with pytest.raises(NotVisible):
        conference_for(cast.clinician.actor, closed.pk)


def test_a_case_restricted_to_its_team_hides_it_from_the_coordinator(closed: Any, cast: Any) -> None:
    type(closed.case).objects.filter(pk=closed.case_id).update(is_restricted=True)
    with pytest.raises(NotVisible):
        conference_for(cast.coordinator.actor, closed.pk)


def test_the_coordinator_reads_no_minutes_of_what_it_called_itself(together: Any, cast: Any) -> None:
    conference = call(
        together, cast.coordinator, cast, organisations=[cast.organisations.panel.pk], details="CANARY-in"
    )
    seen, standing = conference_for(cast.coordinator.actor, conference.pk)
    page = conference_page(seen, standing)
    assert ([line.is_shared for line in page.points], page.wish) == ([False] * len(AGENDA), "")
    assert [link.name for link in page.links] == ["cancel"]


@pytest.mark.parametrize("who", ["case_worker", "shelter_worker", "clinician", "officer"])
def test_on_paper_each_gets_what_they_may_read(who: str, closed: Any, cast: Any, sign_in: Any) -> None:
    answer = sign_in(getattr(cast, who)).get(reverse("conferences:minutes", args=[closed.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="minutes.pdf"'
    assert "no-store" in answer["Cache-Control"]
    reader = PdfReader(BytesIO(b"".join([answer.content])))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert {topic for topic in AGENDA if f"{SECRET}-{topic}" in text} == READS[who]
    assert closed.case.code in text
    assert not reader.metadata or not reader.metadata.title
    event = Event.objects.get(action="conference.printed")
    assert (event.user_id, event.data) == (getattr(cast, who).user.pk, {})


def test_nobody_prints_what_is_not_agreed_or_not_theirs(held: Any, cast: Any, sign_in: Any) -> None:
    address = reverse("conferences:minutes", args=[held.pk])
    assert sign_in(cast.case_worker).get(address).status_code == 422
    assert sign_in(cast.coordinator).get(address).status_code == 403
    assert sign_in(cast.responder).get(address).status_code == 403


def test_every_reader_gets_the_page(closed: Any, cast: Any, sign_in: Any) -> None:
    for who, topics in READS.items():
        html = sign_in(getattr(cast, who)).get(reverse("conferences:page", args=[closed.pk])).content.decode()
        assert {topic for topic in AGENDA if f"{SECRET}-{topic}" in html} == topics, who
    assert Event.objects.filter(action="conference.read").count() == len(READS)


@pytest.mark.parametrize("many", [1, 4])
def test_queries_do_not_grow(many: int, written: Any, cast: Any, django_assert_num_queries: Any) -> None:
    for _n in range(many):
        decide(written, cast.case_worker, cast.organisations.open_hand)
    take(written, "close", cast.case_worker)
    for _n in range(many):
        actions.add_to_point(written, "risk", by=cast.case_worker.actor, body="More.")
    seen, standing = conference_for(cast.case_worker.actor, written.pk)
    assert Attendance.objects.count() == 3
    with django_assert_num_queries(6):
        assert len(conference_page(seen, standing).decisions) == many


def test_a_form_that_shows_what_was_written_is_a_reading(written: Any, cast: Any, sign_in: Any) -> None:
    """What is sealed is opened there too, and whoever asks who saw it has to find it."""
    decision = decide(written, cast.case_worker, cast.organisations.house_of_lindens)
    client = sign_in(cast.case_worker)
    pages = [
        reverse("conferences:person", args=[written.pk]),
        reverse("conferences:point", args=[written.pk, "risk"]),
        reverse("conferences:move", args=[written.pk]),
        reverse("conferences:decision", args=[decision.pk]),
        reverse("conferences:drop", args=[decision.pk]),
    ]
    for number, page in enumerate(pages, start=1):
        assert client.get(page).status_code == 200
        readings = Event.objects.filter(action="conference.read", subject=f"conferences.conference:{written.pk}")
        assert readings.count() == number
