"""A calendar for programs: what its owner would see, by code and time only, behind a secret that ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from nrm.access.refusals import NotPermitted
from nrm.accounts.models import Membership, Organisation, User
from nrm.audit.models import Event
from nrm.desk import calendar, feed
from nrm.lib.clock import now
from nrm.notices import calendar_links
from nrm.notices.models import CalendarLink
from nrm.tasks.models import Clock, Task

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def fetched(token: str) -> Any:
    """By a program that knows nothing but the address."""
    return Client().get(reverse("desk:calendar_feed", args=[token]))


def events(player: Any) -> list[Any]:
    answer = fetched(calendar_links.make_calendar(by=player.actor))
    assert answer.status_code == 200
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def test_it_holds_the_appointments_of_ones_work(cast: Any, whole: Any) -> None:
    event = next(event for event in events(cast.clinician) if str(event["uid"]) == str(whole.appointment.pk))
    assert event["summary"] == f"Appointment: {whole.case.code}"
    assert event.decoded("dtstart") == whole.appointment.starts_at.astimezone(UTC).replace(microsecond=0)
    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(minutes=50)
    assert event["dtstart"].to_ical().endswith(b"Z")


def test_it_holds_the_due_dates_of_ones_work(cast: Any, whole: Any) -> None:
    found = {str(event["uid"]): event for event in events(cast.case_worker)}
    due = Task.objects.open().filter(
        organisation=cast.organisations.open_hand, due_at__isnull=False, role="case_worker"
    )
    ours = [task for task in due if task.due_at and now() - calendar.BEHIND <= task.due_at <= now() + calendar.AHEAD]
    assert ours
    assert all(str(task.pk) in found for task in ours)
    assert found[str(whole.clock.pk)]["summary"] == f"A time limit ends: {whole.case.code}"


def test_an_entry_keeps_its_name_when_it_is_moved(cast: Any, whole: Any) -> None:
    Clock.objects.filter(pk=whole.clock.pk).update(due_at=whole.clock.due_at + timedelta(days=5))
    moved = next(event for event in events(cast.case_worker) if str(event["uid"]) == str(whole.clock.pk))
    assert moved.decoded("dtstart").date() == (whole.clock.due_at + timedelta(days=5)).astimezone(UTC).date()


def test_what_a_colleague_has_taken_is_not_in_it(cast: Any, whole: Any) -> None:
    task = Task.objects.open().filter(organisation=cast.organisations.open_hand, due_at__isnull=False).first()
    assert task is not None
    Task.objects.filter(pk=task.pk).update(claimed_by=cast.second_case_worker.user, role="case_worker")
    assert str(task.pk) not in {str(event["uid"]) for event in events(cast.case_worker)}


def test_a_stranger_gets_a_calendar_of_their_own(cast: Any, whole: Any) -> None:
    assert events(cast.stranger) == []


def test_who_is_kept_away_from_a_case_has_nothing_of_it(cast: Any, whole: Any) -> None:
    from nrm.cases import actions as cases

    assert events(cast.clinician)
    cases.keep_away(
        whole.case, by=cast.case_worker.actor, user_id=cast.clinician.user.pk, reason="relative", note="A cousin."
    )
    assert events(cast.clinician) == []


ALLOWED = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "TRANSP"}


@pytest.mark.parametrize("language", ["en", "sr", "mk"])
def test_there_is_nothing_in_it_but_times_codes_and_plain_words(cast: Any, whole: Any, language: str) -> None:
    User.objects.filter(pk=cast.clinician.user.pk).update(language=language)
    answer = fetched(calendar_links.make_calendar(by=cast.clinician.actor))
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n")), "folded as programs expect"
    for event in Calendar.from_ical(answer.content).walk("VEVENT"):
        assert set(event.keys()) <= ALLOWED
        assert event["class"] == "PRIVATE"
    text = answer.content.decode().replace("\r\n ", "")
    for name in ("Quiet Room", "Open Hand", "Linden", "Fig", "mhpss", "alert", "Desk", "desk"):
        assert name not in text


def test_nobody_keeps_or_finds_it(cast: Any, whole: Any) -> None:
    answer = fetched(calendar_links.make_calendar(by=cast.clinician.actor))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    assert answer.cookies == {}


def test_the_link_is_shown_once_and_only_its_digest_is_kept(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    client = sign_in(cast.clinician)
    shown = client.post(reverse("notices:make_calendar")).content.decode()
    address = shown.partition('value="http://testserver/calendar/')[2].partition('"')[0]
    token = address.removesuffix(".ics")
    assert len(token) == 43
    assert fetched(token).status_code == 200
    assert token not in client.get(reverse("notices:mail")).content.decode()
    assert bytes(CalendarLink.objects.get().token_digest) == calendar_links.digest_of(token)


def test_a_new_link_ends_the_one_before_and_one_can_end_it(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    first, second = (calendar_links.make_calendar(by=cast.clinician.actor) for _ in range(2))
    assert [fetched(token).status_code for token in (first, second)] == [404, 200]
    sign_in(cast.clinician).post(reverse("notices:end_calendar"))
    assert fetched(second).status_code == 404
    told = Event.objects.filter(action__startswith="account.calendar").order_by("sequence")
    assert list(told.values_list("action", flat=True)) == [
        "account.calendar_made",
        "account.calendar_made",
        "account.calendar_read",
        "account.calendar_ended",
    ]


@pytest.mark.parametrize("leaves", ["account", "membership", "organisation"])
def test_it_ends_with_the_account_the_role_and_the_organisation_for_good(cast: Any, leaves: str) -> None:
    token = calendar_links.make_calendar(by=cast.clinician.actor)
    user, role, house = cast.clinician.user.pk, cast.clinician.membership.pk, cast.organisations.quiet_room.pk
    gone: dict[str, Callable[[], object]] = {
        "account": lambda: User.objects.filter(pk=user).update(is_active=False),
        "membership": lambda: Membership.objects.filter(pk=role).update(ended_at=now()),
        "organisation": lambda: Organisation.objects.filter(pk=house).update(is_active=False),
    }
    gone[leaves]()
    assert fetched(token).status_code == 404
    assert calendar_links.end_calendars_of_leavers(now()) == 1
    User.objects.update(is_active=True)
    Organisation.objects.update(is_active=True)
    assert fetched(token).status_code == 404


def test_it_sees_in_the_role_it_was_made_in(cast: Any, whole: Any) -> None:
    """The same person has another role elsewhere: its work is not in this calendar."""
    Membership.objects.create(
        user=cast.stranger.user, organisation=cast.organisations.quiet_room, role="clinician", started_at=now()
    )
    assert events(cast.stranger) == []


@pytest.mark.parametrize("player", ["administrator", "auditor"])
def test_whose_work_has_no_due_dates_gets_no_link(cast: Any, sign_in: Callable[[Any], Client], player: str) -> None:
    with pytest.raises(NotPermitted):
        calendar_links.make_calendar(by=getattr(cast, player).actor)
    assert "calendar/make" not in sign_in(getattr(cast, player)).get(reverse("notices:mail")).content.decode()


def test_it_is_not_fetched_without_end(cast: Any) -> None:
    token = calendar_links.make_calendar(by=cast.clinician.actor)
    CalendarLink.objects.update(count=calendar_links.FETCHES, counted_since=now())
    answer = fetched(token)
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    CalendarLink.objects.update(counted_since=now() - calendar_links.PER)
    assert fetched(token).status_code == 200


def test_who_tries_addresses_is_sent_away(cast: Any) -> None:
    token = calendar_links.make_calendar(by=cast.clinician.actor)
    assert {fetched(f"guess-{number}").status_code for number in range(feed.WRONG)} == {404}
    assert fetched("guess").status_code == 429
    assert fetched(token).status_code == 429, "nothing is told by the answer"


def test_a_day_of_fetching_is_one_event(cast: Any) -> None:
    token = calendar_links.make_calendar(by=cast.clinician.actor)
    for _ in range(3):
        fetched(token)
    assert Event.objects.filter(action="account.calendar_read").count() == 1
