"""Main pages measured against WCAG 2.2 AA, and work by keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import expect

from nrm.accounts.models import PledgeAcceptance
from nrm.cases.actions import break_glass
from tests.browser.conftest import Work
from tests.browser.desks import Desk, Watch

pytestmark = pytest.mark.browser

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_the_doors(door: Callable[..., Desk], cast: Any, size: Any) -> None:
    ana = door(viewport=size)
    ana.open("/sign-in/")
    assert barriers(ana) == []
    ana.press("Continue")
    ana.reads("Check what you entered")
    assert barriers(ana) == []


def test_the_desk_of_a_case_worker(desk: Callable[..., Desk], cast: Any, work: Work, size: Any) -> None:
    ana = desk(cast.case_worker, viewport=size)
    for address in ("/", "/cases/", work.case_page, work.screening, work.plan, "/referrals/?box=sent", "/mechanism/"):
        ana.open(address)
        assert barriers(ana) == [], address
    ana.open(f"{work.case_page}steps/hold/")
    ana.press("Put on hold")
    ana.reads("Check what you entered")
    assert barriers(ana) == []


def test_the_pages_that_protect_a_child(desk: Callable[..., Desk], cast: Any, case: Any, size: Any) -> None:
    from nrm.cases.actions import record_age

    centre, by = cast.organisations.centre_for_children, cast.case_worker.actor
    record_age(case, by=by, expected_version=1, age_group="unknown", reason="Seems young.", child_protection=centre)
    irena, page = desk(cast.child_protection_worker, viewport=size), f"/cases/{case.code}/"
    for address in (page, f"{page}age/", f"{page}guardian/new/", f"{page}best-interests/new/"):
        irena.open(address)
        assert barriers(irena) == [], address
    irena.press("Save")
    irena.reads("Check what you entered")
    assert barriers(irena) == []


def test_the_desks_of_those_who_help(desk: Callable[..., Desk], cast: Any, work: Work, size: Any) -> None:
    teuta, lira = desk(cast.clinician, viewport=size), desk(cast.shelter_worker, viewport=size)
    for one, address in ((teuta, "/referrals/"), (teuta, work.referral), (lira, "/places/"), (lira, work.placement)):
        one.open(address)
        assert barriers(one) == [], address


def test_the_directory_and_its_gaps(desk: Callable[..., Desk], cast: Any, size: Any) -> None:
    from tests.whole import listed

    page = f"/directory/{listed(cast).pk}/"
    ana, sanja = desk(cast.case_worker, viewport=size), desk(cast.coordinator, viewport=size)
    for address in ("/directory/?service=legal&language=ar", "/directory/ours/", "/directory/new/", page):
        ana.open(address)
        assert barriers(ana) == [], address
    for address in ("/directory/waiting/", "/directory/gaps/", page):
        sanja.open(address)
        assert barriers(sanja) == [], address
        assert sanja.page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


def test_the_pages_of_an_emergency(desk: Callable[..., Desk], cast: Any, case: Any, size: Any) -> None:
    nela, ana = desk(cast.stranger, viewport=size), desk(cast.case_worker, viewport=size)
    nela.open("/emergency/")
    assert barriers(nela) == []
    nela.press("Open the case")
    nela.reads("Check what you entered")
    assert barriers(nela) == []
    access = break_glass(by=cast.stranger.actor, code=case.code, reason="life", account="She called.")
    for address in ("/emergency/", f"/cases/{case.code}/", f"/cases/{case.code}/identity/"):
        nela.open(address)
        assert barriers(nela) == [], address
    nela.press("End now")
    nela.reads("Emergency access has ended.")
    assert barriers(nela) == []
    for address in (f"/cases/{case.code}/", f"/emergency/{access.pk}/review/"):
        ana.open(address)
        assert barriers(ana) == [], address
    ilir = desk(cast.auditor, viewport=size)
    ilir.open("/emergency/register/")
    assert barriers(ilir) == []


def test_the_code_of_conduct_and_who_looked_at_what(desk: Callable[..., Desk], cast: Any, case: Any, size: Any) -> None:
    PledgeAcceptance.objects.filter(user=cast.case_worker.user)._raw_delete("default")
    ana = desk(cast.case_worker, viewport=size)
    ana.open(f"/cases/{case.code}/")
    ana.reads("Code of conduct")
    ana.press("Accept and go on")
    ana.reads("Check what you entered")
    assert barriers(ana) == []
    ana.page.get_by_label("I have read this and promise to keep it.").check()
    ana.press("Accept and go on")
    ana.follow("Who has seen this case")
    assert barriers(ana) == []
    ana.open("/cases/")
    for address in (
        f"/cases/{case.code}/readers/",
        "/account/",
        "/account/activity/",
        "/account/mail/",
        "/account/code-of-conduct/",
    ):
        ana.open(address)
        assert barriers(ana) == [], address
        assert ana.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), address


def test_the_desk_of_an_administrator(desk: Callable[..., Desk], cast: Any, size: Any, settings: Any) -> None:
    settings.NRM_COUNTRY = "ba"
    dana = desk(cast.administrator, viewport=size)
    for address in ("/country/", "/administration/mail/"):
        dana.open(address)
        assert barriers(dana) == [], address


def test_the_desk_of_the_identifying_body(
    desk: Callable[..., Desk], cast: Any, case: Any, size: Any, settings: Any
) -> None:
    """Three signatures are needed: one officer proposed, the other reads and signs."""
    settings.NRM_COUNTRY = "rs"
    body = brought_before_the_body(case, cast)
    vesna = desk(cast.second_officer, viewport=size)
    for address in body:
        vesna.open(address)
        assert barriers(vesna) == [], address
    vesna.open(body[0])
    vesna.reads("Signed 1 of 3")
    assert vesna.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def brought_before_the_body(case: Any, cast: Any) -> list[str]:
    """A presumed status with a proposal, and another without; the pages on them."""
    from nrm.cases.actions import open_case, take_status_step
    from tests.deciding import propose

    lead, by = cast.organisations.open_hand.pk, cast.case_worker.actor
    other = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="child", sex="man")
    for one in (case, other):
        take_status_step(one, "presume_on_judgement", by=by, expected_version=one.version, reason="Seen.")
    decision = propose(case, cast.officer, reasons="He was locked in, and his papers were taken.")
    pages = [f"/docket/{case.code}/", f"/docket/{other.code}/", f"/cases/{other.code}/decisions/new/"]
    signing = [f"/decisions/{decision.pk}/sign/", f"/decisions/{decision.pk}/take-back/"]
    return ["/docket/", *pages, *signing, f"/cases/{case.code}/court-views/new/"]


def barriers(one: Desk) -> list[str]:
    found = Axe().run(one.page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def test_a_step_by_keyboard_alone(desk: Callable[..., Desk], cast: Any, work: Work) -> None:
    ana = desk(cast.case_worker)
    ana.open(f"{work.case_page}steps/hold/")
    keys = ana.page.keyboard
    keys.press("Tab")
    expect(ana.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    keys.press("Enter")
    reach(ana, "Reason")
    keys.type("Nobody answers the phone.")
    reach(ana, "Put on hold")
    keys.press("Enter")
    ana.reads("On hold")


def reach(ana: Desk, name: str) -> None:
    """Tab until the focus is on what has this name; it may not take long on a page with one idea."""
    for _press in range(6):
        ana.page.keyboard.press("Tab")
        here = ana.page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()")
        if here == name:
            return
    pytest.fail(f"The keyboard does not reach {name!r}.")


def test_escape_three_times_leaves(desk: Callable[..., Desk], cast: Any, work: Work, watch: Watch) -> None:
    ana = desk(cast.case_worker)
    ana.leaves_for(settings.NRM_EXIT_URL, watch)
    ana.open(work.case_page)
    for _press in range(3):
        ana.page.keyboard.press("Escape")
    ana.page.wait_for_url(settings.NRM_EXIT_URL)
    ana.page.go_back()
    ana.stands_at("Sign in")
