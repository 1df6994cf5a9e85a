"""The doors as a browser meets them: a passkey in Chromium's own authenticator, and what is left behind afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from nrm.accounts.models import Passkey, SessionRecord
from nrm.cases.models import EmergencyAccess
from tests.browser.desks import Desk, Watch
from tests.browser.test_accessible import DESKTOP, PHONE, barriers

pytestmark = pytest.mark.browser

#: A phone that is unlocked with a finger.
UNLOCKED_PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
#: What a browser can keep of a page, cookies that scripts do not see apart.
KEPT = """async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie,
  ...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys()),
  ...(await navigator.serviceWorker.getRegistrations()).map((one) => one.scope),
].filter(Boolean)"""


def give_phone(one: Desk, *, is_unlocked: bool = True) -> Callable[[], None]:
    """From now on this browser has somewhere to keep a passkey, and somebody who unlocks it. Gives what unlocks it."""
    chrome = one.page.context.new_cdp_session(one.page)
    chrome.send("WebAuthn.enable")
    options = {**UNLOCKED_PHONE, "isUserVerified": is_unlocked}
    phone = chrome.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def unlock() -> None:
        chrome.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": True})

    return unlock


@pytest.fixture
def at_home(settings: Any, watch: Watch) -> None:
    """Passkeys are bound to the address under which the service is reached; as strict as in production."""
    settings.NRM_BASE_URL = watch.origin
    settings.NRM_PASSKEY_FOR_ADMINISTRATORS = settings.NRM_PASSKEY_FOR_EMERGENCY = True


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a13_an_administrator_sets_up_a_passkey_and_comes_in_with_it(
    desk: Callable[..., Desk], cast: Any, at_home: None, size: Any
) -> None:
    dana = desk(cast.administrator, viewport=size)
    dana.stands_at("Set up a passkey")
    assert barriers(dana) == []
    unlock = give_phone(dana, is_unlocked=False)
    dana.write("Name", "Blue phone")
    dana.press("Set up a passkey")
    expect(dana.page.get_by_role("alert")).to_be_visible()
    unlock()
    dana.press("Set up a passkey")
    dana.stands_at("People")
    dana.open("/account/passkeys/")
    dana.reads("Blue phone")
    assert barriers(dana) == []
    dana.page.context.clear_cookies()
    dana.open("/administration/people/")
    dana.write("E-mail address", cast.administrator.user.email)
    dana.write("Password", cast.password)
    dana.press("Continue")
    dana.stands_at("Use your passkey")
    assert barriers(dana) == []
    dana.press("Sign in with a passkey")
    dana.stands_at("People")
    assert Passkey.objects.get().sign_count > 0
    assert SessionRecord.objects.count() == 2


def test_a13_s10_a_passkey_is_asked_again_and_opens_a_case_in_an_emergency(
    desk: Callable[..., Desk], cast: Any, case: Any, at_home: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    from nrm.accounts import fresh

    nela = desk(cast.stranger, viewport=PHONE)
    give_phone(nela)
    nela.open("/emergency/")
    nela.follow("Set up a passkey")
    nela.press("Set up a passkey")
    nela.stands_at("Your passkeys")
    monkeypatch.setattr(fresh, "FRESH_FOR", timedelta(0))
    nela.open("/second-factor/backup-codes/")
    nela.stands_at("Confirm that it is you")
    assert barriers(nela) == []
    monkeypatch.undo()
    nela.press("Use your passkey")
    nela.stands_at("New backup codes")
    nela.open("/emergency/")
    nela.write("Case code", case.code)
    nela.page.get_by_role("radio").first.check()
    nela.write("What happens, and why it cannot wait", "She called for help.")
    nela.press("Open the case")
    nela.stands_at(case.code)
    assert EmergencyAccess.objects.get().user_id == cast.stranger.user.pk


def test_s13_s14_after_signing_out_going_back_shows_nothing_and_nothing_is_kept(
    desk: Callable[..., Desk], cast: Any, case: Any
) -> None:
    ana = desk(cast.case_worker)
    for address in ("/account/", "/cases/", f"/cases/{case.code}/"):
        ana.open(address)
        assert ana.page.evaluate(KEPT) == [], address
    ana.page.locator("details.menu summary", has_text=cast.case_worker.user.display_name).click()
    ana.press("Sign out")
    ana.stands_at("Sign in")
    assert ana.page.evaluate(KEPT) == []
    ana.page.go_back()
    ana.stands_at("Sign in")
    ana.page.go_back()
    ana.stands_at("Sign in")
    assert not ana.page.get_by_text(case.code).count()
