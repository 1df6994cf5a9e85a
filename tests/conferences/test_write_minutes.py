"""Held, written point by point, agreed: from then on only added to, and each decision is somebody's task."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.actions import open_case
from nrm.cases.models import Participation, TaskRemark
from nrm.cases.selectors import standing_in
from nrm.conferences import actions
from nrm.conferences.models import Decision, Minute
from nrm.conferences.page import conference_page
from nrm.lib.clock import today
from nrm.notices.models import Notice
from nrm.tasks.models import Task
from nrm.vault.fields import opened
from tests.conferences.conftest import SECRET, ask_the_person, call, come, decide, join, take, write

pytestmark = pytest.mark.django_db


def page_for(conference: Any, player: Any) -> Any:
    conference.refresh_from_db()
    return conference_page(conference, standing_in(player.actor, conference.case))


def test_holding_waits_for_the_day_and_for_the_person(called: Any, cast: Any) -> None:
    for word in ("day", "person"):
        with pytest.raises(NotYet) as refusal:
            take(called, "hold", cast.case_worker)
        assert word in str(refusal.value.sentence)
        come(called)
    ask_the_person(called, cast, persons_part="told")
    assert take(called, "hold", cast.case_worker).state == "held"


def test_who_was_there_is_noted_and_nobody_is_asked_any_more(held: Any, cast: Any) -> None:
    states = dict(held.attendances.values_list("organisation__name", "state"))
    assert states == {"House of Lindens": "attended", "Quiet Room": "attended", cast.organisations.panel.name: "missed"}
    assert set(Task.objects.open().values_list("kind", flat=True)) & {"answer_conference", "hold_conference"} == set()
    assert Task.objects.open().get(kind="write_minutes").organisation == cast.organisations.open_hand


@pytest.mark.parametrize("age_group", ["child", "unknown"])
def test_for_a_child_the_guardian_and_the_childs_view(age_group: str, cast: Any) -> None:
    lead = cast.organisations.open_hand.pk
    case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group=age_group, sex="man")
    conference = call(case, cast.case_worker, cast, organisations=[])
    come(conference)
    ask_the_person(conference, cast)
    with pytest.raises(NotYet) as refusal:
        take(conference, "hold", cast.case_worker)
    assert "guardian" in str(refusal.value.sentence)
    heard = ask_the_person(conference, cast, guardians_part="told", childs_view="I want to go to school.")
    assert b"school" not in heard.childs_view
    assert take(conference, "hold", cast.case_worker).state == "held"


def test_whoever_runs_it_writes_and_a_clinician_what_is_clinical(held: Any, cast: Any) -> None:
    first = write(held, "risk", cast.case_worker)
    changed = write(held, "risk", cast.second_case_worker, "Changed.", expected_version=1)
    assert (changed.pk, changed.version) == (first.pk, 2)
    with pytest.raises(MovedOn):
        write(held, "risk", cast.case_worker, expected_version=1)
    with pytest.raises(NotPermitted):
        write(held, "health", cast.case_worker)
    assert write(held, "health", cast.clinician).block == "clinical"
    for player in (cast.shelter_worker, cast.officer, cast.clinician, cast.coordinator):
        with pytest.raises(NotPermitted):
            write(held, "psychosocial", player)
    with pytest.raises(NotVisible):
        write(held, "consent", cast.case_worker)  # not on the agenda
    with pytest.raises(NotPermitted):
        write(held, "risk", cast.stranger)


def test_nothing_is_written_before_it_is_held(called: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        write(called, "risk", cast.case_worker)
    with pytest.raises(NotYet):
        decide(called, cast.case_worker, cast.organisations.open_hand)


def test_what_was_said_is_sealed(written: Any, cast: Any) -> None:
    decide(written, cast.case_worker, cast.organisations.open_hand)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body FROM conferences_minute UNION ALL SELECT body FROM conferences_historicalminute "
            "UNION ALL SELECT sentence FROM conferences_decision UNION ALL "
            "SELECT sentence FROM conferences_historicaldecision UNION ALL SELECT wish FROM conferences_conference"
        )
        cells = [bytes(cell) for (cell,) in cursor.fetchall() if cell is not None]
    assert len(cells) == 17
    assert not any(SECRET.encode() in cell for cell in cells)
    assert SECRET not in str(list(Event.objects.values_list("data", flat=True)))


def test_agreeing_waits_for_every_point_but_not_for_clinical_ones(held: Any, cast: Any) -> None:
    for topic in ("risk", "accommodation", "psychosocial", "status", "plan"):
        write(held, topic, cast.case_worker)
    with pytest.raises(NotYet) as refusal:
        take(held, "close", cast.case_worker)
    assert "point" in str(refusal.value.sentence)
    write(held, "other", cast.case_worker, "")  # put off
    assert take(held, "close", cast.case_worker).state == "closed"


def test_each_decision_becomes_a_task_and_shows_when_it_is_done(written: Any, cast: Any) -> None:
    named = cast.organisations
    decision = decide(written, cast.case_worker, named.house_of_lindens)
    own = decide(written, cast.case_worker, named.open_hand, sentence="Own", user_id=cast.case_worker.user.pk)
    dropped = decide(written, cast.case_worker, named.panel, sentence="Dropped")
    actions.drop_decision(dropped, by=cast.case_worker.actor, expected_version=1)
    take(written, "close", cast.case_worker)
    tasks = {task.subject: task for task in Task.objects.filter(subject__startswith="conferences.decision:")}
    assert set(tasks) == {f"conferences.decision:{one.pk}" for one in (decision, own)}
    task = tasks[f"conferences.decision:{decision.pk}"]
    assert task.organisation == named.house_of_lindens
    assert tasks[f"conferences.decision:{own.pk}"].claimed_by == cast.case_worker.user
    remark = TaskRemark.objects.get(task=task)
    assert opened(written.case.person, remark, "body") == SECRET
    assert [line.is_done for line in page_for(written, cast.case_worker).decisions] == [False, False]
    Task.objects.filter(pk=task.pk).update(
        closed_at=task.opened_at, closed_by=cast.shelter_worker.user.pk, outcome="done"
    )
    lines = {line.sentence: line.is_done for line in page_for(written, cast.case_worker).decisions}
    assert lines == {SECRET: True, "Own": False}
    told = Notice.objects.filter(kind="conference_closed").values_list("recipient", flat=True)
    assert {cast.shelter_worker.user.pk, cast.clinician.user.pk, cast.officer.user.pk} <= set(told)


def test_a_decision_is_for_who_takes_part_and_nothing_clinical(held: Any, cast: Any) -> None:
    named = cast.organisations
    with pytest.raises(NotYet):
        decide(held, cast.case_worker, named.prosecution)
    with pytest.raises(NotYet):
        decide(held, cast.case_worker, named.house_of_lindens, topic="health")
    with pytest.raises(NotYet):
        decide(held, cast.case_worker, named.house_of_lindens, user_id=cast.officer.user.pk)
    for player in (cast.shelter_worker, cast.clinician, cast.coordinator):
        with pytest.raises(NotPermitted):
            decide(held, player, named.open_hand)
    assert not Decision.objects.exists()


def test_sent_twice_it_is_one_decision_and_one_addition(closed: Any, cast: Any) -> None:
    by, key = cast.case_worker.actor, uuid4()
    one = actions.add_to_point(closed, "risk", by=by, body="More.", minute_id=key)
    assert actions.add_to_point(closed, "risk", by=by, body="More.", minute_id=key) == one
    assert Minute.objects.filter(is_addition=True).count() == 1


def test_agreed_minutes_are_only_added_to(closed: Any, cast: Any) -> None:
    by = cast.case_worker.actor
    with pytest.raises(NotYet):
        write(closed, "risk", cast.case_worker, expected_version=1)
    with pytest.raises(NotYet):
        decide(closed, cast.case_worker, cast.organisations.open_hand)
    with pytest.raises(NotYet):
        actions.change_agenda(closed, by=by, expected_version=closed.version, agenda=["risk"])
    actions.add_to_point(closed, "risk", by=by, body="It was Tuesday.")
    line = page_for(closed, cast.case_worker).points[0]
    assert (line.said.text, [one.text for one in line.additions]) == (f"{SECRET}-risk", ["It was Tuesday."])
    assert Minute.objects.get(topic="risk", is_addition=False).version == 1


def test_a_point_that_is_written_stays_on_the_agenda(held: Any, cast: Any) -> None:
    write(held, "risk", cast.case_worker)
    version = type(held).objects.get(pk=held.pk).version
    changed = actions.change_agenda(held, by=cast.case_worker.actor, expected_version=version, agenda=["consent"])
    assert changed.agenda == ["risk", "consent"]


def test_a_decision_for_a_day_that_is_over_holds_the_minutes_up(written: Any, cast: Any) -> None:
    decision = decide(written, cast.case_worker, cast.organisations.open_hand)
    Decision.objects.filter(pk=decision.pk).update(due_on=today() - timedelta(days=1))
    with pytest.raises(NotYet):
        take(written, "close", cast.case_worker)
    assert not TaskRemark.objects.exists()


def test_whoever_leads_now_runs_it(held: Any, cast: Any) -> None:
    leading = Participation.objects.get(case=held.case, relation="leads")
    Participation.objects.filter(pk=leading.pk).update(closed_at=leading.opened_at, closed_by=cast.case_worker.user.pk)
    join(held.case, cast.organisations.far_shore, "leads")
    with pytest.raises(NotVisible):
        write(held, "risk", cast.case_worker)
    assert write(held, "risk", cast.stranger).topic == "risk"
    assert page_for(held, cast.stranger).runs_it == cast.organisations.far_shore.name


def test_on_the_pages(called: Any, cast: Any, sign_in: Any) -> None:
    client, named = sign_in(cast.case_worker), cast.organisations
    come(called)
    person = reverse("conferences:person", args=[called.pk])
    assert "guardian" not in client.get(person).content.decode()
    typed = {"version": called.version, "persons_part": "takes_part", "wish": SECRET}
    page = reverse("conferences:page", args=[called.pk])
    assert client.post(person, typed)["Location"] == page
    hold = reverse("conferences:step", args=[called.pk, "hold"])
    html = client.get(hold).content.decode()
    assert named.quiet_room.name in html
    attended = {"version": called.version + 1, "attended": [str(named.quiet_room.pk)]}
    assert client.post(hold, attended).status_code == 302
    first = reverse("conferences:point", args=[called.pk, "risk"])
    assert first in client.get(page).content.decode()
    assert client.post(first, {"version": 0, "came": "discussed", "body": ""}).status_code == 422
    following = client.post(first, {"version": 0, "came": "discussed", "body": SECRET})["Location"]
    assert following == reverse("conferences:point", args=[called.pk, "accommodation"])
    assert SECRET in client.get(first).content.decode()
    assert client.get(reverse("conferences:point", args=[called.pk, "health"])).status_code == 403
    for topic in ("accommodation", "psychosocial", "status", "plan"):
        address = reverse("conferences:point", args=[called.pk, topic])
        client.post(address, {"version": 0, "came": "put_off", "body": ""})
    last = reverse("conferences:point", args=[called.pk, "other"])
    assert client.post(last, {"version": 0, "came": "put_off"})["Location"] == page
    decide_at = reverse("conferences:decide", args=[called.pk])
    day = f"{today() + timedelta(days=5):%d/%m/%Y}"
    who = f"{named.open_hand.pk}:{cast.second_case_worker.user.pk}"
    decided = {"topic": "risk", "sentence": "CANARY-do", "who": who, "due_on": day, "form_id": str(uuid4())}
    for wrong in ({"topic": "health"}, {"who": str(named.prosecution.pk)}, {"due_on": "1/1/2020"}):
        assert client.post(decide_at, decided | wrong).status_code == 422, wrong
    assert [client.post(decide_at, decided).status_code for _twice in range(2)] == [302, 302]
    decision = Decision.objects.get()
    change = reverse("conferences:decision", args=[decision.pk])
    assert "CANARY-do" in client.get(change).content.decode()
    assert client.post(change, decided | {"version": 1, "who": str(named.quiet_room.pk)}).status_code == 302
    assert "CANARY-do" in client.get(reverse("conferences:drop", args=[decision.pk])).content.decode()
    close = reverse("conferences:step", args=[called.pk, "close"])
    version = type(called).objects.get(pk=called.pk).version
    assert client.post(close, {"version": version}).status_code == 302
    assert Task.objects.get(subject=f"conferences.decision:{decision.pk}").organisation == named.quiet_room
    added = client.post(first, {"body": "CANARY-added", "form_id": str(uuid4())})
    assert added["Location"] == page
    html = client.get(page).content.decode()
    assert "CANARY-added" in html
    assert "style=" not in html
