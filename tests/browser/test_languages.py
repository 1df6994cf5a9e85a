"""Every language from the sign-in page to the case page, on a desk and on a phone.

With `NRM_SHOTS` set to a folder, pictures of the pages are kept there for people who want to look.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import ViewportSize, expect

from tests.browser.desks import Desk

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
#: The language tag that a browser and a screen reader want.
TAGS = {"sr": "sr-Cyrl", "sr-latn": "sr-Latn"}
#: Buttons, marks and due times that lie on one another: long words find such places.
OVERLAPS = """(() => {
  const things = [...document.querySelectorAll('.brand, .btn, .due, .badge, .case-code, summary')];
  const seen = things.filter((one) => one.checkVisibility() && one.getClientRects().length);
  const boxes = seen.map((one) => [one, one.getBoundingClientRect()]);
  const apart = (a, b) =>
    a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  return boxes.flatMap(([one, box], at) =>
    boxes.slice(at + 1)
      .filter(([other, its]) => !one.contains(other) && !other.contains(one) && !apart(box, its))
      .map(([other]) => `${one.textContent.trim()} / ${other.textContent.trim()}`));
})()"""


@pytest.mark.parametrize(("language", "autonym"), settings.LANGUAGES)
def test_a_person_works_in_their_language(
    door: Callable[..., Desk], cast: Any, case: Any, language: str, autonym: str
) -> None:
    ana = door(viewport=PHONE)
    ana.open("/sign-in/")
    ana.press(autonym)
    fits(ana, language, "sign-in")
    give_password(ana, cast)
    ana.page.wait_for_url("**/code/")
    ana.press(autonym)  # From here on the account's own language counts; this keeps the choice in the account.
    fits(ana, language, "code")
    give_code(ana, cast)
    fits(ana, language, "my-work")
    ana.page.get_by_role("main").get_by_role("link").filter(has_not_text="+").last.click()
    ana.page.wait_for_url("**/tasks/**")
    fits(ana, language, "task")
    ana.follow(case.code)
    ana.stands_at(case.code)
    fits(ana, language, "case")


def give_password(ana: Desk, cast: Any) -> None:
    """By what the fields are for, which is the same in every language."""
    ana.page.locator("[autocomplete=username]").fill(cast.case_worker.user.email)
    ana.page.locator("[autocomplete=current-password]").fill(cast.password)
    ana.page.keyboard.press("Enter")


def give_code(ana: Desk, cast: Any) -> None:
    code = ana.page.locator("[autocomplete=one-time-code]")
    code.fill(cast.code_for(cast.case_worker))
    code.press("Enter")
    ana.page.wait_for_url("**/")


def fits(ana: Desk, language: str, name: str) -> None:
    """The page says its language, and nothing sticks out on a phone."""
    expect(ana.page.locator("html")).to_have_attribute("lang", TAGS.get(language, language))
    for size in (DESKTOP, PHONE):
        ana.page.set_viewport_size(size)
        if folder := os.environ.get("NRM_SHOTS"):
            path = Path(folder) / f"{language}-{name}-{size['width']}.png"
            ana.page.screenshot(path=path, full_page=True, caret="initial")
    assert ana.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert ana.page.evaluate(OVERLAPS) == []
