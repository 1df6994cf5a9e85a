"""A conference is called by the lead or the coordinator, with organisations that take part in the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.selectors import standing_in
from nrm.conferences.block import block_for
from nrm.conferences.models import Attendance, Conference
from nrm.conferences.selectors import possible_guests
from nrm.lib.clock import now, today
from nrm.notices.models import Notice
from nrm.tasks.models import Task
from tests.conferences.conftest import AGENDA, call, guests_of

pytestmark = pytest.mark.django_db


def test_each_organisation_is_asked_in_its_inbox(called: Any, cast: Any) -> None:
    assert (called.state, called.is_coordinators) == ("called", False)
    tasks = Task.objects.open().filter(kind="answer_conference")
    assert {(task.organisation_id, task.role) for task in tasks} == {
        (cast.organisations.house_of_lindens.pk, "shelter_worker"),
        (cast.organisations.quiet_room.pk, ""),
        (cast.organisations.panel.pk, "identifying_officer"),
    }
    assert all(task.due_at < called.starts_at for task in tasks)
    to_hold = Task.objects.open().get(kind="hold_conference")
    assert (to_hold.organisation, to_hold.role) == (cast.organisations.open_hand, "case_worker")
    assert to_hold.due_at == called.ends_at
    told = Notice.objects.filter(kind="conference_called").values_list("recipient", flat=True)
    assert {cast.shelter_worker.user.pk, cast.clinician.user.pk, cast.officer.user.pk} <= set(told)
    begun = Event.objects.get(action="conference.begin")
    assert (begun.data["how"], begun.data["agenda"]) == ("office", AGENDA)


def test_what_is_typed_is_sealed(called: Any, cast: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT details FROM conferences_conference UNION ALL SELECT details FROM conferences_historicalconference"
        )
        cells = [bytes(cell) for (cell,) in cursor.fetchall()]
    assert len(cells) == 2
    assert not any(b"CANARY" in cell for cell in cells)
    assert "CANARY" not in str(list(Event.objects.values_list("data", flat=True)))


def test_police_and_prosecution_and_who_only_has_a_referral_to_answer_are_not_there_to_invite(
    together: Any, cast: Any
) -> None:
    offered = {guest.id for guest in possible_guests(together, standing_in(cast.case_worker.actor, together))}
    assert offered == set(guests_of(cast))
    for organisation in (
        cast.organisations.prosecution,
        cast.organisations.linden_street,
        cast.organisations.far_shore,
    ):
        with pytest.raises(NotYet):
            call(together, cast.case_worker, cast, organisations=[organisation.pk])
    assert not Conference.objects.exists()


def test_the_coordinator_calls_without_learning_where_the_person_lives(together: Any, cast: Any) -> None:
    offered = {guest.name for guest in possible_guests(together, standing_in(cast.coordinator.actor, together))}
    assert offered == {cast.organisations.panel.name}
    with pytest.raises(NotYet):
        call(together, cast.coordinator, cast)
    conference = call(together, cast.coordinator, cast, organisations=[cast.organisations.panel.pk])
    assert conference.is_coordinators
    assert Task.objects.open().get(kind="hold_conference").organisation == cast.organisations.open_hand


def test_nobody_else_calls_one(together: Any, cast: Any) -> None:
    for player in (cast.responder, cast.auditor, cast.shelter_worker, cast.clinician, cast.officer):
        with pytest.raises(NotPermitted):
            call(together, player, cast)
    with pytest.raises(NotVisible):
        call(together, cast.second_administrator, cast)
    assert not Conference.objects.exists()


def test_none_in_a_closed_case(together: Any, cast: Any) -> None:
    type(together).objects.filter(pk=together.pk).update(stage="closed", closure="goals_reached")
    with pytest.raises(NotYet):
        call(together, cast.case_worker, cast)


def test_sent_twice_it_is_one(together: Any, cast: Any) -> None:
    key = uuid4()
    first = call(together, cast.case_worker, cast, conference_id=key)
    assert call(together, cast.case_worker, cast, conference_id=key) == first
    assert (Conference.objects.count(), Attendance.objects.count()) == (1, 3)


def test_on_the_page(together: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("conferences:call", args=[together.code])
    html = client.get(address).content.decode()
    assert html.count("checked") == 3  # everybody who takes part
    assert cast.organisations.prosecution.name not in html
    assert "best interests" not in html  # an adult
    typed = {
        "on": f"{today() + timedelta(days=3):%d/%m/%Y}",
        "at": "14:30",
        "minutes": 60,
        "how": "video",
        "details": "CANARY-link",
        "organisations": [str(pk) for pk in guests_of(cast)],
        "agenda": ["other", "risk"],
        "form_id": str(uuid4()),
    }
    wrongs: tuple[dict[str, Any], ...] = (
        {"agenda": []},
        {"how": "letter"},
        {"on": "1/1/2020"},
        {"organisations": [str(uuid4())]},
    )
    for wrong in wrongs:
        assert client.post(address, typed | wrong).status_code == 422, wrong
    answer = client.post(address, typed)
    again = client.post(address, typed)
    conference = Conference.objects.get()
    assert answer["Location"] == again["Location"] == reverse("conferences:page", args=[conference.pk])
    assert conference.agenda == ["risk", "other"]
    assert conference.starts_at > now()
    page = client.get(answer["Location"]).content.decode()
    assert "CANARY-link" in page
    assert "style=" not in page
    assert answer["Location"] in client.get(reverse("desk:case_page", args=[together.code])).content.decode()


def test_who_meets_it_on_the_case_page(called: Any, cast: Any) -> None:
    def block(player: Any) -> Any:
        return block_for(called.case, standing_in(player.actor, called.case), player.actor)

    for player in (cast.case_worker, cast.coordinator, cast.shelter_worker, cast.clinician, cast.officer):
        assert [row.conference for row in block(player)["rows"]] == [called]
    assert block(cast.officer)["rows"][0].is_to_answer
    for player in (cast.responder, cast.auditor, cast.prosecution_officer, cast.stranger):
        assert block(player) is None
