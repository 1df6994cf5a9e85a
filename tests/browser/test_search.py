"""A person is looked for, found, and two cases are linked, on a desk and on a phone, with nothing in an address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nrm.cases.actions import choose_track, open_case, write_identity
from nrm.lib.partial_date import PartialDate
from nrm.vault.identity import Identity
from tests.browser.desks import Desk, Watch
from tests.browser.test_accessible import DESKTOP, PHONE, barriers

pytestmark = pytest.mark.browser

ZORICA = Identity(given_names="Zorica", family_names="Kestenova", birth=PartialDate(1998))


def named(cast: Any, player: Any, organisation: Any) -> Any:
    case = open_case(by=player.actor, lead_organisation_id=organisation.pk, age_group="adult", sex="woman")
    case = choose_track(case, "agree_to_be_named", by=player.actor, expected_version=case.version)
    write_identity(case, ZORICA, by=player.actor, expected_version=0)
    return case


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_searching_and_linking(
    desk: Callable[..., Desk], cast: Any, case: Any, watch: Watch, size: dict[str, int]
) -> None:
    watch.secrets |= {"Zorica", "Kestenova", "Зорица"}
    own = named(cast, cast.case_worker, cast.organisations.open_hand)
    named(cast, cast.stranger, cast.organisations.far_shore)
    ana = desk(cast.case_worker, viewport=size)
    ana.open("/search/")
    assert barriers(ana) == []
    search = ana.page.get_by_role("button", name="Search", exact=True)
    search.click()
    ana.reads("Check what you entered")
    assert barriers(ana) == []
    ana.write("Given names", "Зорица")
    ana.write("Family names", "Kestenowa")
    ana.write("Year", "1998")
    search.click()
    ana.reads("Ask Far Shore")
    ana.reads(own.code)
    assert barriers(ana) == []
    ana.open(f"/cases/{case.code}/links/new/")
    ana.write("Code of the other case", own.code.lower())
    ana.page.get_by_label("The person says so").check()
    assert barriers(ana) == []
    ana.press("Save")
    ana.reads("Other cases of this person")
    assert barriers(ana) == []
    ana.press(f"Remove the link to {own.code}")
    ana.reads("The link is removed.")
