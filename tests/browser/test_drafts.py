"""A session that ends in the middle of a long form takes nothing that was typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from nrm.accounts.models import SessionRecord
from nrm.cases.models import Note
from nrm.drafts.models import Draft
from nrm.lib import clock
from tests.browser.desks import Desk, Watch
from tests.browser.test_accessible import PHONE, barriers

pytestmark = pytest.mark.browser
SAID = "What the child says and wants"
TYPED = "She came back late and was afraid to say why."


def time_passes(player: Any) -> None:
    SessionRecord.objects.filter(user=player.user).update(last_seen_at=clock.now() - timedelta(minutes=21))


def kept(desk: Desk) -> None:
    expect(desk.page.locator("[data-draft-says]")).to_contain_text(re.compile("Kept at"), timeout=15_000)


def test_session_ended_in_the_middle_of_a_long_form(desk: Callable[..., Desk], cast: Any, case: Any) -> None:
    address = f"/cases/{case.code}/best-interests/new/"
    ana = desk(cast.case_worker, viewport=PHONE)
    type_into(ana, address)
    kept(ana)
    assert barriers(ana) == []
    time_passes(cast.case_worker)
    text = ana.labelled(SAID)
    text.press_sequentially(" And more.")
    ana.page.wait_for_url("**/sign-in/**")
    ana.sign_in(cast.case_worker, cast)
    ana.open("/")
    ana.reads("What you began", "Assess the best interests", case.code)
    ana.does_not_read(TYPED)
    assert barriers(ana) == []
    ana.open(address)
    ana.reads("You began this on")
    ana.does_not_read(TYPED)
    assert barriers(ana) == []
    ana.follow("Go on with it")
    expect(ana.labelled(SAID)).to_have_value(f"{TYPED} And more.")
    assert barriers(ana) == []
    stranger = desk(cast.second_case_worker)
    stranger.open(ana.page.url)
    stranger.does_not_read("You began this on")
    assert TYPED not in stranger.page.content()


def type_into(ana: Desk, address: str) -> None:
    ana.open(address)
    ana.labelled(SAID).fill(TYPED)


def test_without_a_script_it_is_kept_by_a_button_and_behind_a_session_that_ran_out(
    desk: Callable[..., Desk], cast: Any, case: Any
) -> None:
    address = f"/cases/{case.code}/notes/new/"
    ana = desk(cast.case_worker, java_script_enabled=False)
    ana.open(address)
    ana.write("Note", TYPED)
    ana.press("Keep for later")
    ana.reads("You began this on")
    ana.follow("Go on with it")
    ana.write("Note", f"{TYPED} More.")
    time_passes(cast.case_worker)
    ana.press("Save")
    ana.stands_at("Sign in")
    assert not Note.objects.exists()
    ana.sign_in(cast.case_worker, cast)
    ana.open(address)
    ana.follow("Go on with it")
    expect(ana.labelled("Note")).to_have_value(f"{TYPED} More.")
    ana.press("Save")
    ana.reads("The note is saved.")
    assert not Draft.objects.waiting().exists()


def test_the_service_is_away_for_a_while(desk: Callable[..., Desk], cast: Any, case: Any, watch: Watch) -> None:
    ana = desk(cast.case_worker)
    ana.open(f"/cases/{case.code}/notes/new/")
    ana.page.route("**/drafts/keep/", lambda route: route.fulfill(status=503, body=""), times=1)
    ana.write("Note", TYPED)
    expect(ana.page.locator("[data-draft-says]")).to_contain_text("Nothing is lost on this page.")
    kept(ana)
    watch.errors.clear()  # The browser's own line about the answer that did not come.
    assert Draft.objects.waiting().count() == 1
    other = ana.page.context.new_page()
    other.goto(f"/cases/{case.code}/notes/new/")
    expect(other.locator("main")).to_contain_text("You began this on")
    other.get_by_label("Note", exact=True).fill("Something else")
    other.get_by_role("button", name="Save", exact=True).click()
    expect(other.locator("main")).to_contain_text("The note is saved.")
    assert Draft.objects.waiting().count() == 1
    ana.press("Save")
    ana.reads("The note is saved.")
    assert not Draft.objects.waiting().exists()
