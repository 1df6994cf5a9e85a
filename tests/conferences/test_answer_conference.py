"""An invited organisation accepts or declines for itself; whoever called it moves it, invites more or no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.conferences import actions
from nrm.conferences.selectors import conferences_coming
from nrm.lib.clock import now, today
from nrm.notices.models import Notice
from nrm.tasks.models import Task
from tests.conferences.conftest import answer, call, join, part_of, take

pytestmark = pytest.mark.django_db


def waiting(organisation: Any) -> Any:
    return Task.objects.open().filter(kind="answer_conference", organisation=organisation)


def move(conference: Any, player: Any, **facts: Any) -> Any:
    new = {
        "starts_at": now() + timedelta(days=9),
        "minutes": 30,
        "how": "phone",
        "expected_version": conference.version,
    }
    return actions.move(conference, by=player.actor, **(new | facts))


def test_accepting_with_who_comes_closes_the_task_and_tells_the_lead(called: Any, cast: Any) -> None:
    accepted = answer(called, cast.shelter_worker, people=[cast.shelter_worker.user.pk])
    assert (accepted.state, accepted.people) == ("accepted", [cast.shelter_worker.user.pk])
    assert not waiting(cast.organisations.house_of_lindens).exists()
    told = Notice.objects.filter(kind="conference_answered").values_list("recipient", flat=True)
    assert cast.case_worker.user.pk in set(told)


def test_only_ones_own_colleagues_come(called: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        answer(called, cast.shelter_worker, people=[cast.clinician.user.pk])


def test_declining_has_a_reason_and_can_be_thought_over(called: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        answer(called, cast.officer, "decline")
    declined = answer(called, cast.officer, "decline", reason="Too late in the week.")
    assert declined.state == "declined"
    assert answer(called, cast.officer).state == "accepted"


def test_nobody_answers_for_another(called: Any, cast: Any) -> None:
    part = part_of(called, cast.organisations.quiet_room)
    for player in (cast.shelter_worker, cast.officer, cast.case_worker, cast.coordinator, cast.responder):
        with pytest.raises(NotPermitted):
            actions.answer(part, "accept", by=player.actor, expected_version=part.version)
    with pytest.raises(NotPermitted):
        actions.answer(part, "accept", by=cast.stranger.actor, expected_version=part.version)


def test_another_time_asks_everybody_again(called: Any, cast: Any) -> None:
    answer(called, cast.shelter_worker)
    moved = move(called, cast.case_worker)
    assert {part.state for part in called.attendances.all()} == {"invited"}
    task = waiting(cast.organisations.house_of_lindens).get()
    assert task.due_at < moved.starts_at
    assert Task.objects.open().get(kind="hold_conference").due_at == moved.ends_at
    assert Notice.objects.filter(kind="conference_moved", recipient=cast.shelter_worker.user).count() == 1
    with pytest.raises(MovedOn):
        move(called, cast.second_case_worker)


def test_what_the_lead_called_the_coordinator_leaves_alone(called: Any, cast: Any) -> None:
    with pytest.raises(NotPermitted):
        move(called, cast.coordinator)
    with pytest.raises(NotPermitted):
        take(called, "cancel", cast.coordinator, reason="x")


def test_what_the_coordinator_called_both_may_move_and_cancel(together: Any, cast: Any) -> None:
    conference = call(together, cast.coordinator, cast, organisations=[cast.organisations.panel.pk])
    conference = move(conference, cast.coordinator)
    conference = move(conference, cast.case_worker)
    assert take(conference, "cancel", cast.coordinator, reason="No longer needed.").state == "cancelled"


def test_cancelling_tells_whoever_is_invited(called: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        take(called, "cancel", cast.case_worker)
    take(called, "cancel", cast.case_worker, reason="The person asked for another way.")
    kinds = ("answer_conference", "hold_conference")
    assert not Task.objects.open().filter(kind__in=kinds).exists()
    told = Notice.objects.filter(kind="conference_cancelled").values_list("recipient", flat=True)
    assert {cast.shelter_worker.user.pk, cast.clinician.user.pk, cast.officer.user.pk} <= set(told)
    answer_of = part_of(called, cast.organisations.panel)
    with pytest.raises(NotVisible):
        actions.answer(answer_of, "accept", by=cast.administrator.actor, expected_version=answer_of.version)


def test_inviting_more_and_no_more(called: Any, cast: Any) -> None:
    join(called.case, cast.organisations.centre_for_children, "protects")
    made = actions.invite(called, by=cast.case_worker.actor, organisations=[cast.organisations.centre_for_children.pk])
    assert [part.state for part in made] == ["invited"]
    part = actions.answer(
        made[0], "withdraw", by=cast.case_worker.actor, expected_version=made[0].version, reason="By mistake."
    )
    assert part.state == "withdrawn"
    assert not waiting(cast.organisations.centre_for_children).exists()
    with pytest.raises(NotYet):
        answer(called, cast.child_protection_worker)
    again = actions.invite(called, by=cast.case_worker.actor, organisations=[cast.organisations.centre_for_children.pk])
    assert len(again) == 1


def test_on_the_pages(called: Any, cast: Any, sign_in: Any) -> None:
    page = reverse("conferences:page", args=[called.pk])
    client = sign_in(cast.shelter_worker)
    part = part_of(called, cast.organisations.house_of_lindens)
    accept = reverse("conferences:answer", args=[part.pk, "accept"])
    assert accept in client.get(page).content.decode()
    assert client.get(reverse("conferences:part", args=[part.pk]))["Location"] == page
    assert cast.shelter_worker.user.display_name in client.get(accept).content.decode()
    typed = {"version": part.version, "people": [str(cast.shelter_worker.user.pk)]}
    assert client.post(accept, typed).status_code == 302
    lead = sign_in(cast.case_worker)
    html = lead.get(page).content.decode()
    assert cast.shelter_worker.user.display_name in html
    moved = {"version": called.version, "on": f"{today() + timedelta(days=4):%d/%m/%Y}", "at": "9:00", "minutes": 30}
    address = reverse("conferences:move", args=[called.pk])
    assert lead.get(address).status_code == 200
    assert lead.post(address, moved | {"how": "phone", "version": 9}).status_code == 409
    assert lead.post(address, moved | {"how": "phone"}).status_code == 302
    assert lead.get(reverse("conferences:answer", args=[part.pk, "ask_again"])).status_code == 404
    cancel = reverse("conferences:step", args=[called.pk, "cancel"])
    assert lead.post(cancel, {"version": called.version + 1, "reason": "Over."}).status_code == 302
    assert client.post(accept, typed | {"version": 4}).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("responder", 403), ("prosecution_officer", 403), ("auditor", 403), ("stranger", 403), ("administrator", 404)],
)
def test_who_is_not_invited_opens_nothing(who: str, status: int, called: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(getattr(cast, who))
    part = part_of(called, cast.organisations.panel)
    for address in (
        reverse("conferences:page", args=[called.pk]),
        reverse("conferences:move", args=[called.pk]),
        reverse("conferences:invite", args=[called.pk]),
        reverse("conferences:agenda", args=[called.pk]),
        reverse("conferences:person", args=[called.pk]),
        reverse("conferences:point", args=[called.pk, "risk"]),
        reverse("conferences:step", args=[called.pk, "hold"]),
        reverse("conferences:answer", args=[part.pk, "accept"]),
        reverse("conferences:minutes", args=[called.pk]),
    ):
        assert client.get(address).status_code == status, address


def test_who_takes_part_in_the_case_but_was_not_invited_finds_nothing(together: Any, cast: Any, sign_in: Any) -> None:
    conference = call(together, cast.case_worker, cast, organisations=[cast.organisations.panel.pk])
    client = sign_in(cast.shelter_worker)
    assert client.get(reverse("conferences:page", args=[conference.pk])).status_code == 404
    part = part_of(conference, cast.organisations.panel)
    assert client.get(reverse("conferences:answer", args=[part.pk, "accept"])).status_code == 404


def test_it_stands_in_the_calendar_of_who_comes_and_of_who_runs_it(called: Any, cast: Any) -> None:
    def coming(player: Any) -> list[Any]:
        return list(conferences_coming(player.actor))

    for player in (cast.case_worker, cast.second_case_worker):
        assert coming(player) == [called]
    for player in (cast.shelter_worker, cast.officer, cast.coordinator, cast.responder, cast.stranger):
        assert coming(player) == []
    answer(called, cast.shelter_worker)
    answer(called, cast.officer, people=[cast.second_officer.user.pk])
    assert coming(cast.shelter_worker) == coming(cast.second_officer) == [called]
    assert coming(cast.officer) == []
