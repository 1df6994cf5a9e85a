"""Consent on a phone: one idea a page, signed with a finger, taken back; and without a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from nrm.cases.models import Consent
from nrm.cases.signature import strokes_of
from nrm.vault.fields import opened
from tests.browser.desks import Desk
from tests.browser.test_accessible import PHONE, barriers

pytestmark = pytest.mark.browser


def up_to_the_signature(ana: Desk, *, check: bool = False) -> None:
    for answer in ("Assistance and protection", "", "", "Signed"):
        if answer:
            ana.choose(answer)
        assert not check or barriers(ana) == []
        ana.press("Continue")


def draw(ana: Desk) -> None:
    pad = ana.page.get_by_role("img", name="Field to sign in with a finger, a pen or the mouse")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    mouse = ana.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 40)
    mouse.down()
    for step in range(1, 12):
        mouse.move(box["x"] + 30 + 22 * step, box["y"] + 40 + (25 if step % 2 else -15))
    mouse.up()


def test_the_person_signs_on_the_phone(desk: Callable[..., Desk], cast: Any, case: Any) -> None:
    ana = desk(cast.case_worker, viewport=PHONE)
    ana.open(f"/cases/{case.code}/consents/new/")
    up_to_the_signature(ana, check=True)
    draw(ana)
    assert barriers(ana) == []
    ana.press("Back")
    ana.press("Continue")
    expect(ana.page.get_by_role("button", name="Clear the signature")).to_be_visible()
    ana.press("Record consent")
    ana.stands_at("What is shared, with whom, and on what it rests")
    expect(ana.page.get_by_role("img", name="Signature")).to_be_visible()
    assert barriers(ana) == []
    consent = Consent.objects.get()
    assert len(strokes_of(opened(consent.case.person, consent, "signature"))[0]) > 8
    ana.follow("Withdraw consent")
    ana.reads("The help that the person gets does not depend on it.")
    assert barriers(ana) == []
    ana.open(f"/consents/{consent.pk}/sheet/")
    assert barriers(ana) == []
    ana.press("Make the sheet")
    ana.reads("The sheet is ready.")


def test_only_what_an_answer_needs_is_asked(desk: Callable[..., Desk], cast: Any, case: Any) -> None:
    ana = desk(cast.case_worker, viewport=PHONE)
    ana.open(f"/cases/{case.code}/consents/new/")
    ana.choose("Assistance and protection")
    for _page in range(3):
        ana.press("Continue")
    ana.choose("Signed")
    expect(ana.labelled("Name of the witness or guardian")).to_be_hidden()
    ana.choose("Spoken, with a witness")
    expect(ana.labelled("Name of the witness or guardian")).to_be_visible()
    expect(ana.labelled("What the child said to it")).to_be_hidden()
    ana.press("Continue")
    ana.reads("Write who was the witness.")
    assert barriers(ana) == []
    ana.open(f"/cases/{case.code}/bases/new/")
    assert barriers(ana) == []


def test_without_a_script_the_signed_paper_takes_its_place(door: Callable[..., Desk], cast: Any, case: Any) -> None:
    ana = door(java_script_enabled=False, viewport=PHONE).sign_in(cast.case_worker, cast)
    ana.open(f"/cases/{case.code}/consents/new/")
    up_to_the_signature(ana)
    ana.reads("attach the signed paper as a document of the case")
    expect(ana.page.locator("[data-pad]")).to_be_hidden()
    ana.press("Record consent")
    ana.stands_at("What is shared, with whom, and on what it rests")
