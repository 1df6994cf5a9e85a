"""The steps of a service: with the person's consent, by the provider, never leaving an alert behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.models import Participation
from nrm.support import actions
from nrm.support.models import Episode
from nrm.tasks.models import Task

pytestmark = pytest.mark.django_db


def take(episode: Any, transition: str, player: Any, **facts: Any) -> Any:
    return actions.take_step(
        episode, transition, by=player.actor, expected_version=facts.pop("version", episode.version), **facts
    )


def test_it_starts_with_the_persons_consent(case: Any, cast: Any) -> None:
    episode = actions.plan_service(
        case, by=cast.case_worker.actor, provider_id=cast.organisations.quiet_room.pk, service="mhpss"
    )
    with pytest.raises(NotYet) as refusal:
        take(episode, "start", cast.clinician)
    assert "consent to this service" in str(refusal.value.sentence)


def test_starting_closes_the_task_and_keeps_history(running: Any, cast: Any) -> None:
    assert running.state == "active"
    assert Task.objects.get(kind="start_support").closed_at is not None
    row = running.history.latest("history_date")
    assert (row.transition, row.source_state) == ("support.start", "planned")
    assert Event.objects.filter(action="support.start", case_code=running.case.code).exists()


def test_a_pause_needs_a_reason_and_ends(running: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        take(running, "pause", cast.clinician)
    paused = take(running, "pause", cast.clinician, reason="At the seaside")
    assert take(paused, "resume", cast.clinician).state == "active"


def test_completing_ends_the_providers_sight(running: Any, cast: Any, sign_in: Any) -> None:
    take(running, "complete", cast.clinician)
    assert Participation.objects.get(relation="treats").closed_at is not None
    assert sign_in(cast.clinician).get(reverse("support:episode", args=[running.pk])).status_code == 404


def test_discontinuing_needs_a_reason(running: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        take(running, "discontinue", cast.clinician)
    assert take(running, "discontinue", cast.clinician, reason="Moved").state == "discontinued"


@pytest.mark.parametrize("transition", ["complete", "discontinue"])
def test_no_alert_is_left_behind(running: Any, cast: Any, transition: str) -> None:
    actions.raise_alert(running.case, by=cast.clinician.actor, level="same_day", concern="x")
    with pytest.raises(NotYet) as refusal:
        take(running, transition, cast.clinician, reason="Because")
    assert "safety alert" in str(refusal.value.sentence)


def test_only_the_provider_takes_steps(planned: Any, cast: Any, join: Any) -> None:
    for player in (cast.case_worker, cast.responder):
        with pytest.raises(NotPermitted):
            take(planned, "start", player)
    with pytest.raises(NotVisible):
        take(planned, "start", cast.stranger)


def test_another_provider_of_the_same_case_is_refused(planned: Any, cast: Any, join: Any) -> None:
    actions.plan_service(
        planned.case, by=cast.case_worker.actor, provider_id=cast.organisations.far_shore.pk, service="legal"
    )
    with pytest.raises(NotPermitted):
        take(planned, "start", cast.stranger)


def test_who_comes_second_is_told(planned: Any, cast: Any) -> None:
    take(planned, "start", cast.clinician)
    with pytest.raises(MovedOn):
        take(planned, "start", cast.clinician)


def test_on_the_page(running: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.clinician)
    address = reverse("support:step", args=[running.pk, "pause"])
    assert client.get(address).status_code == 200
    assert client.post(address, {"version": running.version, "reason": ""}).status_code == 422
    moved = client.post(address, {"version": 1, "reason": "Kept as typed"})
    assert moved.status_code == 409
    assert "Kept as typed" in moved.content.decode()
    assert client.post(address, {"version": running.version, "reason": "A break"}).status_code == 302
    assert Episode.objects.get().state == "paused"
    assert client.get(reverse("support:step", args=[running.pk, "vanish"])).status_code == 404
    assert sign_in(cast.case_worker).get(address).status_code == 403
    assert sign_in(cast.stranger).get(address).status_code == 404


def test_after_the_last_step_the_clinician_lands_on_a_page_that_is_theirs(
    running: Any, cast: Any, sign_in: Any
) -> None:
    client = sign_in(cast.clinician)
    answer = client.post(reverse("support:step", args=[running.pk, "complete"]), {"version": running.version})
    assert answer["Location"] == reverse("support:appointments")
    assert client.get(answer["Location"]).status_code == 200
