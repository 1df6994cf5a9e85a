"""Clinical notes are read and written by clinicians of the provider. Nobody else meets a word of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.cases.selectors import standing_in
from nrm.lib.clock import now
from nrm.support import actions
from nrm.support.models import ClinicalNote
from nrm.support.selectors import block_for, episode_page
from tests.support.conftest import SECRET

pytestmark = pytest.mark.django_db


@pytest.fixture
def note(running: Any, cast: Any) -> Any:
    return actions.add_clinical_note(running, by=cast.clinician.actor, body=SECRET)


def test_the_columns_hold_no_clear_text(note: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body FROM support_clinicalnote UNION ALL SELECT body FROM support_historicalclinicalnote"
        )
        bodies = [bytes(body) for (body,) in cursor.fetchall()]
    assert len(bodies) == 2
    assert not any(SECRET.encode() in body for body in bodies)


def test_the_audit_knows_of_it_and_not_what_it_says(note: Any) -> None:
    event = Event.objects.get(action="episode.noted")
    assert event.subject == f"support.clinicalnote:{note.pk}"
    assert SECRET not in str(event.data)


def test_colleagues_of_the_provider_read_it_and_reading_is_audited(note: Any, cast: Any, sign_in: Any) -> None:
    html = sign_in(cast.clinician).get(reverse("support:episode", args=[note.episode_id])).content.decode()
    assert SECRET in html
    assert Event.objects.filter(action="episode.read", user_id=cast.clinician.actor.user_id).exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("case_worker", 403),
        ("second_case_worker", 403),
        ("shelter_worker", 403),
        ("responder", 403),
        ("coordinator", 403),
        ("auditor", 403),
        ("officer", 404),
        ("prosecution_officer", 404),
        ("administrator", 404),
        ("stranger", 404),
    ],
)
def test_nobody_else_meets_it(who: str, status: Any, note: Any, cast: Any, shelter_in: Any, sign_in: Any) -> None:
    player = getattr(cast, who)
    client = sign_in(player)
    pages = [reverse("support:episode", args=[note.episode_id]), reverse("support:add_note", args=[note.episode_id])]
    for address in pages:
        answer = client.get(address)
        assert answer.status_code == status
        assert SECRET not in answer.content.decode()
    case_page = client.get(reverse("desk:case_page", args=[note.episode.case.code]))
    assert SECRET not in case_page.content.decode()
    assert SECRET not in repr(block_for(note.episode.case, standing_in(player.actor, note.episode.case), player.actor))
    with pytest.raises((NotPermitted, NotVisible)):
        actions.add_clinical_note(note.episode, by=player.actor, body="x")
    assert ClinicalNote.objects.count() == 1


def test_a_clinician_of_another_provider_does_not_meet_it(note: Any, cast: Any, join: Any, sign_in: Any) -> None:
    other = join(cast.organisations.far_shore, "clinician")
    actions.plan_service(
        note.episode.case, by=cast.case_worker.actor, provider_id=cast.organisations.far_shore.pk, service="health"
    )
    with pytest.raises(NotPermitted):
        actions.add_clinical_note(note.episode, by=other.actor, body="x")
    standing = standing_in(other.actor, note.episode.case)
    assert SECRET not in repr(block_for(note.episode.case, standing, other.actor))


def test_colleagues_of_the_provider_who_are_no_clinicians_see_appointments_only(
    note: Any, cast: Any, join: Any
) -> None:
    worker = join(cast.organisations.quiet_room, "case_worker")
    page = episode_page(note.episode, standing_in(worker.actor, note.episode.case))
    assert page.notes is None
    with pytest.raises(NotPermitted):
        actions.add_clinical_note(note.episode, by=worker.actor, body="x")


def test_on_the_page(running: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.clinician)
    address = reverse("support:add_note", args=[running.pk])
    assert client.post(address, {"body": "  "}).status_code == 422
    hostile = "<script>alert(1)</script> \u202eabc\x00"
    assert client.post(address, {"body": hostile}).status_code == 302
    html = client.get(reverse("support:episode", args=[running.pk])).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; abc" in html
    huge = client.post(address, {"body": "a" * 20_000})
    assert huge.status_code == 422
    assert "a" * 20_000 in huge.content.decode()


@pytest.mark.parametrize("many", [1, 7])
def test_queries_of_the_page_do_not_grow(many: int, running: Any, cast: Any, django_assert_num_queries: Any) -> None:
    for day in range(many):
        actions.add_clinical_note(running, by=cast.clinician.actor, body="x")
        actions.add_appointment(running, by=cast.clinician.actor, starts_at=now() + timedelta(days=day + 1), minutes=50)
        actions.raise_alert(running.case, by=cast.clinician.actor, level="same_day", concern="x")
    standing = standing_in(cast.clinician.actor, running.case)
    with django_assert_num_queries(6):  # Appointments, alerts, notes, their writers, and two for the buttons.
        page = episode_page(running, standing)
    assert (len(page.notes), len(page.coming), len(page.open_alerts)) == (many, many, many)
