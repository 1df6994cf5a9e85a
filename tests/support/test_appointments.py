"""Appointments: added, marked, listed for the whole house by time, with case codes only."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.lib import paging
from nrm.lib.clock import now, today
from nrm.support import actions, selectors
from nrm.support.models import Appointment

pytestmark = pytest.mark.django_db


def test_adding_is_kept_in_history_and_audit(appointment: Any) -> None:
    assert appointment.history.get().transition == "appointment.added"
    assert Event.objects.get(action="appointment.added").case_code == appointment.episode.case.code


@pytest.mark.parametrize("state", ["took_place", "missed", "cancelled"])
def test_marking(appointment: Any, cast: Any, state: str) -> None:
    marked = actions.mark_appointment(appointment, by=cast.clinician.actor, expected_version=1, state=state)
    assert (marked.state, marked.version) == (state, 2)
    assert Event.objects.get(action="appointment.changed").data == {"to": state}
    with pytest.raises(MovedOn):
        actions.mark_appointment(appointment, by=cast.clinician.actor, expected_version=1, state="missed")


def test_only_the_provider_has_them(appointment: Any, cast: Any) -> None:
    with pytest.raises(NotPermitted):
        actions.add_appointment(appointment.episode, by=cast.case_worker.actor, starts_at=now(), minutes=50)
    with pytest.raises(NotPermitted):
        actions.mark_appointment(appointment, by=cast.case_worker.actor, expected_version=1, state="missed")
    with pytest.raises(NotVisible):
        actions.mark_appointment(appointment, by=cast.stranger.actor, expected_version=1, state="missed")


def test_another_provider_of_the_case_cannot_touch_them(appointment: Any, cast: Any) -> None:
    actions.plan_service(
        appointment.episode.case,
        by=cast.case_worker.actor,
        provider_id=cast.organisations.far_shore.pk,
        service="legal",
    )
    with pytest.raises(NotPermitted):
        actions.mark_appointment(appointment, by=cast.stranger.actor, expected_version=1, state="missed")


def test_on_the_pages(running: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.clinician)
    address = reverse("support:add_appointment", args=[running.pk])
    day = today() + timedelta(days=3)
    typed = {"on": f"{day:%d/%m/%Y}", "at": "14:30", "minutes": "60"}
    for wrong in ({"on": "31/02/2026"}, {"on": "01/01/0001"}, {"at": "25:00"}, {"minutes": "0"}, {"minutes": "9" * 30}):
        refused = client.post(address, typed | wrong)
        assert refused.status_code == 422, wrong
    assert client.post(address, typed).status_code == 302
    made = Appointment.objects.get()
    mark = reverse("support:appointment", args=[made.pk])
    assert client.get(mark).status_code == 200
    assert client.post(mark, {"version": 1, "state": "scheduled"}).status_code == 422
    assert client.post(mark, {"version": 7, "state": "missed"}).status_code == 409
    assert client.post(mark, {"version": 1, "state": "missed"}).status_code == 302
    for player, status in ((cast.case_worker, 403), (cast.stranger, 404), (cast.coordinator, 403), (cast.auditor, 403)):
        other = sign_in(player)
        assert (other.get(address).status_code, other.get(mark).status_code) == (status, status)


def test_the_list_is_the_houses_own_coming_ones_by_time(running: Any, cast: Any, second_clinician: Any) -> None:
    def add(days: Any) -> Any:
        starts_at = now() + timedelta(days=days)
        return actions.add_appointment(running, by=cast.clinician.actor, starts_at=starts_at, minutes=50)

    later, sooner, _past = add(5), add(1), add(-3)
    cancelled = add(2)
    actions.mark_appointment(cancelled, by=cast.clinician.actor, expected_version=1, state="cancelled")
    assert selectors.appointments_page(second_clinician.actor).rows == [sooner, later]
    assert selectors.appointments_page(cast.case_worker.actor).rows == []
    for player in (cast.responder, cast.coordinator, cast.auditor, cast.administrator, cast.officer):
        with pytest.raises(NotPermitted):
            selectors.appointments_page(player.actor)


def test_the_list_goes_on_where_a_page_ended(running: Any, cast: Any, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    starts_at = now() + timedelta(days=1)
    for _n in range(5):
        actions.add_appointment(running, by=cast.clinician.actor, starts_at=starts_at, minutes=50)
    seen, after = [], None
    for expected in (2, 2, 1):
        page = selectors.appointments_page(cast.clinician.actor, after)
        assert len(page.rows) == expected
        seen += [row.pk for row in page.rows]
        after = page.after and paging.Cursor.read(str(page.after))
    assert (len(set(seen)), after) == (5, None)
    client = sign_in(cast.clinician)
    html = client.get(reverse("support:appointments")).content.decode()
    assert 'rel="next"' in html
    assert client.get(reverse("support:appointments"), {"after": "nonsense"}).status_code == 200


def test_the_list_shows_the_case_by_its_code(appointment: Any, cast: Any, sign_in: Any) -> None:
    html = sign_in(cast.clinician).get(reverse("support:appointments")).content.decode()
    assert reverse("support:episode", args=[appointment.episode_id]) in html
    assert appointment.episode.case.code[:4] in html


@pytest.mark.parametrize("many", [1, 8])
def test_queries_do_not_grow(many: int, running: Any, cast: Any, django_assert_num_queries: Any) -> None:
    for hour in range(many):
        actions.add_appointment(
            running, by=cast.clinician.actor, starts_at=now() + timedelta(days=1, hours=hour), minutes=50
        )
    with django_assert_num_queries(1):
        assert [row.episode.case.code for row in selectors.appointments_page(cast.clinician.actor).rows]
