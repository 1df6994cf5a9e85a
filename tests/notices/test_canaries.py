"""C9, D8: whatever a filled case holds, nothing of it is in any mail, any header or any calendar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.accounts.models import Organisation, User
from nrm.cases import actions as cases
from nrm.notices import calendar_links
from nrm.notices.models import Notice
from nrm.tasks.models import Clock, Task
from nrm.vault.identity import Identity

pytestmark = pytest.mark.django_db
TOLD = "Xhevahirovska"


def test_c9_nothing_of_a_filled_case_is_in_a_mail_a_header_or_a_calendar(cast: Any, whole: Any) -> None:
    """Notices of every step that filled the case, reminders of all that is due, at once and as digests."""
    case = whole.case
    case.refresh_from_db()
    for number, user in enumerate(User.objects.all()):  # An address of one's own may say what it likes.
        User.objects.filter(pk=user.pk).update(email=f"u{number}@cast.example")
    cases.write_identity(
        case,
        Identity(given_names=TOLD, family_names=TOLD),
        by=cast.case_worker.actor,
        expected_version=case.person.version,
    )
    cases.add_note(case, by=cast.case_worker.actor, body=f"She told of {TOLD}.")
    soon = timezone.now() + timedelta(hours=2)
    Task.objects.filter(closed_at=None).update(due_at=soon, opened_at=soon - timedelta(days=9))
    Clock.objects.filter(stopped_at=None).update(due_at=soon, started_at=soon - timedelta(days=99))
    call_command("clocks", "run")
    Notice.objects.filter(recipient=cast.case_worker.user).update(is_gathered=True)
    Notice.objects.update(next_try_at=timezone.now())
    call_command("worker", "--once")
    calendars = [feed_of(player) for player in (cast.case_worker, cast.clinician, cast.shelter_worker)]
    said = [message.message().as_string() for message in mail.outbox]
    assert len(said) > 20
    assert any("pieces of news" in text for text in said)
    text = "\n".join([*said, *calendars])
    assert case.code in text
    assert [name for name in telling(cast) if name.lower() in text.lower()] == []


def feed_of(player: Any) -> str:
    token = calendar_links.make_calendar(by=player.actor)
    content = Client().get(reverse("desk:calendar_feed", args=[token])).content.decode()
    assert "BEGIN:VEVENT" in content
    return content.replace("\r\n ", "")


def telling(cast: Any) -> list[str]:
    """The person, staff, organisations, the house, what was written, and words for what this is about."""
    people = [part for user in User.objects.all() for part in user.display_name.split()]
    houses = list(Organisation.objects.values_list("name", flat=True))
    written = ["collapsed", "paid job", "Something was said", "Support for one person", "Linden", "Room 1"]
    about = ["traffick", "victim", "shelter", "alert", "mhpss", "police", "prosecut", "referral", "consent", "risk"]
    return [TOLD, *people, *houses, *written, *about]
