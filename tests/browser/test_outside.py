"""A referral to an organisation without an account: the lead makes a link, somebody there opens and answers it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from nrm.referrals.models import Referral
from tests.browser.desks import Desk
from tests.browser.test_accessible import barriers, size
from tests.outside import sent_outside

__all__ = ["size"]

pytestmark = pytest.mark.browser


def test_the_whole_way_by_link_and_code(
    desk: Callable[..., Desk], door: Callable[..., Desk], cast: Any, case: Any, size: Any
) -> None:
    referral = sent_outside(case, cast)
    ana = desk(cast.case_worker, viewport=size)
    ana.open(f"/referrals/{referral.pk}/")
    assert barriers(ana) == []
    ana.follow("Make a link and a code")
    assert barriers(ana) == []
    ana.press("Make a link and a code")
    assert barriers(ana) == []
    link = ana.page.get_by_label("Link, to pass on").input_value()
    code = ana.page.get_by_label("Code, to tell by telephone only").input_value()

    nurse = door(viewport=size)
    nurse.open(urlsplit(link).path)
    assert urlsplit(nurse.page.url).path == "/reply/"
    assert nurse.page.locator("a[href='/']").count() == 0
    nurse.page.get_by_label("Code").fill("1111 1111")
    nurse.press("Open")
    nurse.reads("This link and this code open nothing.")
    assert barriers(nurse) == []
    nurse.page.get_by_label("Code").fill(code)
    nurse.press("Open")
    nurse.reads("She speaks Romani.")
    assert barriers(nurse) == []
    nurse.press("shqip")
    nurse.reads("She speaks Romani.")
    nurse.press("English")
    nurse.follow("We have a question")
    assert barriers(nurse) == []
    nurse.page.get_by_label("Question").fill("Which day?")
    nurse.press("Send the answer")
    nurse.reads("Which day?")
    nurse.follow("We can help")
    nurse.press("Send the answer")
    nurse.reads("You accepted.")
    nurse.press("Close for good")
    nurse.reads("This is closed now")
    assert barriers(nurse) == []
    nurse.open("/reply/read/")
    nurse.reads("Nothing is open here")
    assert barriers(nurse) == []
    assert Referral.objects.get().state == "accepted"

    ana.open(f"/referrals/{referral.pk}/")
    ana.reads("Opened")
    ana.follow("Start the service")
    assert barriers(ana) == []


def test_a_letter_is_made_and_its_password_shown_once(
    desk: Callable[..., Desk], cast: Any, case: Any, size: Any
) -> None:
    referral = sent_outside(case, cast, channel="letter")
    ana = desk(cast.case_worker, viewport=size)
    ana.open(f"/referrals/{referral.pk}/letter/")
    assert barriers(ana) == []
    ana.page.get_by_label("Telephone for the answer").fill("+389 2 555 0100")
    ana.page.get_by_label("Print a link for the answer as well").check()
    ana.press("Make the letter")
    ana.reads("The password is shown only now")
    assert barriers(ana) == []
