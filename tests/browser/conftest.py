"""Chromium before the running service, and people at their desks who read and press what stands on the page.

    def test_something(desk, cast):
        mara = desk(cast.responder)           # a browser of her own, signed in through the pages
        mara.follow("Record what was seen")
        mara.choose("Adult")
        mara.press("Continue")

After every test, everything its browsers met is held to the rules of the house: no error on the console (a refused
script or style is one), no request to another origin, nothing secret in an address or a title.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desks import Desk, Watch
from tests.browser.speaking import PHONE, Leaks, Speaker, listening
from tests.ready import GROUND

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIETLY = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium(django_db_setup: None, django_db_blocker: Any) -> Iterator[Browser]:
    """One browser for all; closed before the database goes, as its connections keep the server's threads alive."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"No browser: none of {', '.join(PROGRAMS)} is on the PATH.")
    # Playwright keeps an event loop in this thread; Django takes that for asynchronous code, refuses its queries, and
    # has another connection for it: what stands on the one is taken back before the other is used.
    with django_db_blocker.unblock():
        GROUND.leave()
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIETLY)
        yield browser
        browser.close()
        with django_db_blocker.unblock():
            GROUND.leave()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


@pytest.fixture
def watch(live_server: Any) -> Iterator[Watch]:
    """Collects what the browsers met. A test adds to `secrets` what must show in no address and no title."""
    watch = Watch(origin=live_server.url)
    yield watch
    watch.judge()


@pytest.fixture
def door(chromium: Browser, watch: Watch) -> Iterator[Callable[..., Desk]]:
    """Opens a browser of one's own, before signing in; options are those of a Playwright context."""
    contexts = []

    def open_browser(**options: Any) -> Desk:
        context = chromium.new_context(base_url=watch.origin, locale="en-GB", **options)
        context.set_default_timeout(6_000)
        contexts.append(context)
        return Desk(watch.over(context).new_page())

    yield open_browser
    for context in contexts:
        context.close()


@pytest.fixture
def desk(door: Callable[..., Desk], cast: Any) -> Callable[..., Desk]:
    """Signs a player of the cast in through the pages, with password and code."""

    def signed_in(player: Any, **options: Any) -> Desk:
        return door(**options).sign_in(player, cast)

    return signed_in


@dataclass(frozen=True)
class Work:
    """Addresses of a case in the middle of its way."""

    case_page: str
    screening: str
    referral: str
    placement: str
    plan: str


@pytest.fixture
def work(cast: Any, case: Any) -> Work:
    """A case with a draft screening, a referral that waits, a requested place and a plan with one goal."""
    from nrm.cases.actions import assess_risk, record_consent
    from nrm.identification.actions import begin_screening
    from nrm.lib.clock import today
    from nrm.placements.actions import add_unit, request_placement, write_shelter
    from nrm.referrals.actions import prepare_referral, take_step
    from nrm.reintegration.actions import add_goal, start_plan

    ana, shelter_worker, quiet_room = cast.case_worker.actor, cast.shelter_worker.actor, cast.organisations.quiet_room
    cast.organisations.house_of_lindens.licence_valid_until = today() + timedelta(days=365)
    cast.organisations.house_of_lindens.save()
    screening = begin_screening(case, by=ana, suspicions=["labour"], safe_to_talk="yes")
    record_consent(
        case,
        by=ana,
        purpose="referral",
        given_how="signed",
        given_on=today(),
        recipient_id=quiet_room.pk,
        categories=["identity"],
    )
    case.refresh_from_db()
    assess_risk(case, by=ana, expected_version=case.version, level="high", accommodation="needed", account="He waits.")
    referral = prepare_referral(
        case,
        by=ana,
        receiver_id=quiet_room.pk,
        service="mhpss",
        urgency="urgent",
        basis="consent",
        categories=["identity"],
        summary="A woman who needs calm talks.",
    )
    take_step(referral, "send", by=ana, expected_version=referral.version)
    shelter = write_shelter(by=shelter_worker, code_name="Linden", address="Behind the mill")
    add_unit(by=shelter_worker, name="Room 1", sexes=["woman"], age_groups=["adult"])
    placement = request_placement(case, by=ana, shelter_id=shelter.pk, needed_from=today(), needs="A quiet room.")
    plan = start_plan(case, by=ana)
    add_goal(plan, by=ana, area="housing", description="A kitchen of my own.")
    return Work(
        case_page=f"/cases/{case.code}/",
        screening=f"/screenings/{screening.pk}/",
        referral=f"/referrals/{referral.pk}/",
        placement=f"/placements/{placement.pk}/",
        plan=f"/plans/{plan.pk}/",
    )


@pytest.fixture
def leaks(watch: Watch) -> Iterator[Leaks]:
    """A test adds to `typed` what must show in no address, title, mail, calendar, log or record of acts."""
    leaks = Leaks()
    with listening(leaks):
        yield leaks
        watch.secrets |= leaks.typed
        leaks.judge()


@pytest.fixture
def speaker(chromium: Browser, watch: Watch, leaks: Leaks, sign_in: Any) -> Iterator[Callable[..., Speaker]]:
    """Somebody at a phone who reads the service in this language; without a player, somebody without a session."""
    contexts = []

    def opened(player: Any, language: str, **options: Any) -> Speaker:
        options = {"viewport": PHONE, "locale": language} | options
        context = watch.over(chromium.new_context(base_url=watch.origin, **options))
        context.set_default_timeout(6_000)
        contexts.append(context)
        if player is not None:
            type(player.user).objects.filter(pk=player.user.pk).update(language=language)
            [(name, cookie)] = sign_in(player).cookies.items()
            context.add_cookies([{"name": name, "value": cookie.value, "url": watch.origin}])
        return Speaker(context.new_page(), language)

    yield opened
    for context in contexts:
        context.close()
