"""When mail leaves, as its recipient wishes: at once or together, outside of quiet hours, on their own wall clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from nrm.audit.models import Event
from nrm.notices import actions, delivery, moments
from nrm.notices.kinds import URGENT
from nrm.notices.models import MailPreference, Notice
from nrm.notices.moments import Wishes, leaving, next_digest
from nrm.referrals import actions as referrals

CODE, OTHER = "K7Q2-M4RT-9XCY", "B3D5-F7H9-K2M4"
SKOPJE, ISTANBUL, NEW_YORK = ZoneInfo("Europe/Skopje"), ZoneInfo("Europe/Istanbul"), ZoneInfo("America/New_York")
NIGHT = (time(20), time(7))


def wishes(zone: ZoneInfo = SKOPJE, **changes: Any) -> Wishes:
    usual = {"is_digest": False, "digest_at": time(8), "on_days_off": False, "quiet": NIGHT, "zone": zone}
    return Wishes(**{**usual, **changes})


def local(text: str, zone: ZoneInfo = SKOPJE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-11-18 12:00", "2026-11-18 12:00"),
        ("2026-11-18 19:59", "2026-11-18 19:59"),
        ("2026-11-18 20:00", "2026-11-19 07:00"),
        ("2026-11-19 03:30", "2026-11-19 07:00"),
        ("2026-11-19 07:00", "2026-11-19 07:00"),
    ],
)
@pytest.mark.parametrize("zone", [SKOPJE, ISTANBUL, NEW_YORK])
def test_nothing_leaves_in_quiet_hours_of_the_recipient(at: str, leaves: str, zone: ZoneInfo) -> None:
    assert leaving(wishes(zone), local(at, zone)).at == local(leaves, zone)


def test_the_same_moment_is_night_for_one_and_day_for_another() -> None:
    at = local("2026-11-18 20:30")
    assert leaving(wishes(), at).is_gathered
    assert leaving(wishes(NEW_YORK), at).at == at


def test_what_is_urgent_leaves_at_any_hour() -> None:
    at = local("2026-11-19 03:30")
    assert leaving(wishes(is_digest=True), at, is_urgent=True).at == at
    assert {"alert_raised", "emergency_used", "child_to_protect", "account_changed"} == URGENT


def digests(first: str, days: int, zone: ZoneInfo = SKOPJE, **changes: Any) -> list[str]:
    """The moments of a digest in so many days, as its recipient's clock shows them."""
    at, until = local(first, zone), local(first, zone) + timedelta(days=days)
    found = []
    while (at := next_digest(wishes(zone, is_digest=True, **changes), at)) < until:
        found.append(f"{at.astimezone(zone):%a %d %H:%M}")
    return found


def test_a_digest_comes_on_working_days_unless_wished_otherwise(settings: Any) -> None:
    settings.NRM_COUNTRY = "mk"
    assert digests("2026-04-30 00:00", 6) == ["Thu 30 08:00", "Mon 04 08:00", "Tue 05 08:00"], "1 May is a holiday"
    assert len(digests("2026-04-30 00:00", 6, on_days_off=True)) == 6


@pytest.mark.parametrize(
    ("night", "shown"),
    [
        ("2026-03-28 12:00", ["Sun 29 03:30", "Mon 30 02:30"]),
        ("2026-10-24 12:00", ["Sun 25 02:30", "Mon 26 02:30"]),
    ],
)
def test_on_the_nights_when_the_clocks_change_a_digest_at_half_past_two_comes_once(
    night: str, shown: list[str]
) -> None:
    """On the one half past two does not happen and the digest comes an hour later by the wall; on the other it
    happens twice and counts the first time."""
    assert digests(night, 2, digest_at=time(2, 30), on_days_off=True) == shown


def test_the_end_of_quiet_hours_follows_the_wall_when_the_clocks_change() -> None:
    for night in ("2026-03-29", "2026-10-25"):
        assert leaving(wishes(), local(f"{night} 00:30")).at == local(f"{night} 07:00")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    shown = [local("2026-11-18 12:00")]
    for module in (actions, delivery):
        monkeypatch.setattr(module, "now", lambda: shown[0])
    return shown


CHOICES = {
    "rhythm": "digest",
    "digest_at": time(8),
    "on_days_off": False,
    "quiet_from": None,
    "quiet_until": None,
    "time_zone": "",
}


def queue(cast: Any, kind: str = "referral_received", code: str = CODE) -> None:
    actions.queue(kind, case_code=code, user_id=cast.case_worker.user.pk)


def test_a_digest_is_one_mail_with_the_number_and_the_codes(cast: Any, clock: list[datetime], settings: Any) -> None:
    settings.NRM_BASE_URL = "https://desk.example"
    actions.write_wishes(CHOICES, by=cast.case_worker.actor)
    for code in (CODE, OTHER, CODE):
        queue(cast, code=code)
    assert delivery.deliver_due() == 0
    clock[0] = local("2026-11-19 08:00")
    assert (delivery.deliver_due(), delivery.deliver_due()) == (1, 0)
    told = "There are 3 pieces of news. Sign in to read them: https://desk.example/"
    assert mail.outbox[0].body == f"{told}\n\n{OTHER}\n{CODE}\n"
    assert Notice.objects.exclude(sent_at=None).values("letter").distinct().count() == 1


def test_a_digest_that_failed_goes_out_as_the_same_letter(cast: Any, clock: list[datetime], settings: Any) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.notices.test_wishes.Away"
    actions.write_wishes(CHOICES, by=cast.case_worker.actor)
    for code in (CODE, OTHER):
        queue(cast, code=code)
    clock[0] = local("2026-11-19 08:00")
    assert delivery.deliver_due() == 0
    queue(cast)  # for the next day's
    settings.EMAIL_BACKEND = working
    clock[0] += timedelta(hours=1)
    assert delivery.deliver_due() == 1
    assert "2 pieces of news" in mail.outbox[0].body


class Away:
    """A mail server that is not there."""

    def __init__(self, **_: Any) -> None: ...

    def send_messages(self, _messages: Any) -> int:
        raise ConnectionRefusedError


def test_urgent_news_breaks_the_digest_and_the_night(cast: Any, clock: list[datetime]) -> None:
    actions.write_wishes({**CHOICES, "quiet_from": time(20), "quiet_until": time(7)}, by=cast.case_worker.actor)
    clock[0] = local("2026-11-18 23:00")
    queue(cast)
    queue(cast, "alert_raised")
    actions.queue("referral_received", case_code=OTHER, user_id=cast.case_worker.user.pk, is_urgent=True)
    assert delivery.deliver_due() == 2


def test_what_the_night_held_back_comes_in_one_mail(cast: Any, clock: list[datetime], settings: Any) -> None:
    settings.NRM_QUIET_HOURS = "20:00-07:00"
    clock[0] = local("2026-11-18 23:00")
    for code in (CODE, OTHER):
        queue(cast, code=code)
    assert delivery.deliver_due() == 0
    clock[0] = local("2026-11-19 07:00")
    assert delivery.deliver_due() == 1


def test_other_wishes_hold_for_what_waits_as_well(cast: Any, clock: list[datetime]) -> None:
    actions.write_wishes(CHOICES, by=cast.case_worker.actor)
    queue(cast)
    actions.write_wishes({**CHOICES, "rhythm": "at_once"}, by=cast.case_worker.actor)
    assert delivery.deliver_due() == 1
    assert MailPreference.objects.count() == 1
    assert Event.objects.filter(action="account.mail_wishes_changed").count() == 2


def test_whoever_left_is_in_no_digest(cast: Any, clock: list[datetime]) -> None:
    actions.write_wishes(CHOICES, by=cast.case_worker.actor)
    house = cast.organisations.open_hand.pk
    for recipients in ([cast.case_worker.user.pk],):
        actions.queue("referral_received", case_code=CODE, organisation_id=house, recipients=recipients)
    queue(cast, code=OTHER)
    type(cast.case_worker.user).objects.filter(pk=cast.case_worker.user.pk).update(is_active=False)
    clock[0] = local("2026-11-19 08:00")
    assert delivery.deliver_due() == 0
    assert set(Notice.objects.values_list("last_error_code", flat=True)) == {"recipient_left"}


def test_an_immediate_referral_is_told_of_at_any_hour(cast: Any, whole: Any) -> None:
    referral = whole.referral
    assert not Notice.objects.filter(kind="referral_received", is_urgent=True).exists()
    type(referral).objects.filter(pk=referral.pk).update(urgency="immediate", state="draft")
    referral = type(referral).objects.get(pk=referral.pk)
    referrals.take_step(referral, "send", by=cast.case_worker.actor, expected_version=referral.version)
    urgent = Notice.objects.filter(kind="referral_received", is_urgent=True)
    assert set(urgent.values_list("recipient", flat=True)) == {cast.clinician.user.pk}


TYPED = {"rhythm": "digest", "digest_at": "07:30", "quiet_from": "21:00", "quiet_until": "06:30"}


def test_the_page_keeps_what_is_chosen(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    client = sign_in(cast.case_worker)
    typed = {**TYPED, "time_zone": "Europe/Istanbul"}
    assert client.post(reverse("notices:mail"), typed).status_code == 302
    kept = MailPreference.objects.get(user=cast.case_worker.user)
    assert moments.wishes_in(kept) == Wishes(
        is_digest=True,
        digest_at=time(7, 30),
        on_days_off=False,
        quiet=(time(21), time(6, 30)),
        zone=ISTANBUL,
    )
    page = client.get(reverse("notices:mail")).content.decode()
    assert re.findall(r'value="([^"]*)"[^>]*selected', page) == ["07:30", "21:00", "06:30", "Europe/Istanbul"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_until": ""},
        {"quiet_until": "21:00"},
        {"digest_at": ""},
        {"time_zone": "Mars/Olympus"},
        {"rhythm": "never"},
    ],
)
def test_what_makes_no_sense_is_sent_back(cast: Any, sign_in: Callable[[Any], Client], wrong: dict[str, str]) -> None:
    assert sign_in(cast.case_worker).post(reverse("notices:mail"), {**TYPED, **wrong}).status_code == 422
    assert not MailPreference.objects.exists()
