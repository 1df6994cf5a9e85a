"""The same work where scripts are off: a locked-down computer of an authority, an old phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from tests.browser.desks import Desk, Watch

pytestmark = pytest.mark.browser


def test_signs_are_recorded_and_a_step_is_taken(desk: Callable[..., Desk], cast: Any) -> None:
    mara = desk(cast.responder, java_script_enabled=False)
    mara.follow("Record what was seen")
    mara.choose("Not sure")
    mara.press("Continue")
    mara.press("Continue")
    mara.choose("Child")
    mara.choose("Man or boy")
    mara.press("Continue")
    mara.tick("Labour exploitation")
    mara.press("Continue")
    mara.press("Continue")
    mara.choose("Open Hand")
    mara.press("Open the case")
    mara.choose("Seen", under="Shows fear or anxiety")
    mara.press("Save and continue")
    mara.follow("General signs")
    assert mara.group("Shows fear or anxiety").get_by_role("radio", name="Seen").is_checked()
    mara.follow("Complete the screening")
    mara.choose("Not clear yet")
    mara.write("Your professional judgement", "He looks at the driver before each answer.")
    mara.press("Complete the screening")
    mara.follow("Presume the status on professional judgement")
    mara.write("Your professional judgement", "A child who is told what to say.")
    mara.press("Presume the status on professional judgement")
    mara.reads("Recovery and reflection period")


def test_the_way_out_is_an_ordinary_button(desk: Callable[..., Desk], cast: Any, watch: Watch) -> None:
    mara = desk(cast.responder, java_script_enabled=False)
    mara.leaves_for(settings.NRM_EXIT_URL, watch)
    mara.press("Quick exit")
    mara.page.wait_for_url(settings.NRM_EXIT_URL)
    mara.open("/")
    mara.stands_at("Sign in")
