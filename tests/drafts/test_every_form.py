"""Every longer form of the service keeps its draft, is offered again, and knows which case it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

from django.test import Client

from nrm.drafts import selectors, slips
from tests.addresses import ADDRESSES, PLAYERS, TRANSITIONS, address, keywords
from tests.hostile.asking import undone
from tests.queries.test_every_page import PAGES
from tests.whole import Whole

#: A form with a field of several lines, or with more fields than these, is a longer one.
SHORT = 4
#: Pages with a longer form that keeps no draft, and why.
NONE_KEPT: Mapping[str, str] = {
    "identification:screening": "Each answer is saved into the record as it is given.",
    "desk:search": "Who is sought is not kept anywhere.",
    "accounts:password": "Passwords are never kept.",
    "notices:mail": "A few hours to choose from, and nothing typed.",
    "accounts:person": "Short forms side by side: a role, a lost device.",
}
#: Forms about no case.
OF_NO_CASE = {
    "accounts:add_organisation",
    "accounts:invite",
    "accounts:organisation",
    "cases:cover_absence",
    "cases:emergency",
    "directory:add",
    "directory:add_outside",
    "directory:change",
    "directory:step",
    "identification:open_case",
    "identification:open_case_page",
    "placements:add_unit",
    "placements:change_unit",
    "placements:shelter",
}
FORM = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
FIELD = re.compile(
    r'<(?:input type="(?!hidden)|select |textarea )[^>]*name="([^"]+)"|<(?:select|textarea) name="([^"]+)"'
)
SLIP = re.compile(r'name="draft" value="([^"]+)"')


def is_long(form: str) -> bool:
    return "<textarea" in form or len(set(FIELD.findall(form))) > SHORT


def test_every_longer_form_keeps_a_draft(whole: Whole, cast: Any, sign_in: Callable[[Any], Client]) -> None:
    clients = {player: sign_in(getattr(cast, player)) for player in PLAYERS} | {"nobody": Client()}
    without, of_another = set(), set()
    for name, (player, _count) in PAGES.items():
        url = address(name, whole, cast)
        with undone(clients[player]):
            page = clients[player].get(url).content.decode()
        without |= {name for form in FORM.findall(page) if is_long(form) and not SLIP.search(form)}
        for written in SLIP.findall(page):
            slip = slips.read(unescape(written))
            assert slip is not None, name
            if slip.case_code != ("" if name in OF_NO_CASE else whole.case.code):
                of_another.add(name)
    assert without == set(NONE_KEPT) & without
    assert of_another == set()


def test_every_reason_is_a_sentence() -> None:
    assert all(reason.endswith(".") for reason in NONE_KEPT.values())


def test_every_form_has_a_name_and_a_page(whole: Whole, cast: Any) -> None:
    known = selectors.forms()
    for name, kept in known.items():
        arguments = {**dict.fromkeys(keywords(name), "x"), "transition": TRANSITIONS.get(name, "")}
        assert kept.name(arguments), name
        assert {kept.posted_to or name, kept.opened_at or name} <= set(ADDRESSES)
        assert not kept.posted_to or known[kept.posted_to].opened_at == kept.opened_at
