"""The same form sent twice, with the version its page was made from: one effect, and the second is told so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.hostile.asking import undone
from tests.hostile.tables import acts_after, digests, last_event
from tests.hostile.test_typed_text import FORMS, Typed, filled_in, url_of
from tests.whole import Whole
from workflows.registry import MACHINES

#: Where a step that was taken already leads to its page with a sentence, also where its taker stands outside since.
CALM = {"referrals:step"}


@pytest.fixture
def clients(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, Client]:
    return {player: sign_in(getattr(cast, player)) for player in {form.player for form in FORMS}}


def twice(clients: dict[str, Client], form: Typed, whole: Whole, cast: Any) -> tuple[int, int, bool, set[str]]:
    """Both answers, whether the second changed anything, and the outcomes it left in the log."""
    if form.before:
        form.before(whole, cast)
    data = {**dict.fromkeys(form.texts, "Something."), **filled_in(form, whole, cast)}
    url, client = url_of(form, whole, cast), clients[form.player]
    first = client.post(url, data)
    before, since = digests(), last_event()
    second = client.post(url, data)
    return first.status_code, second.status_code, digests() != before, acts_after(since)


def test_the_second_of_two_equal_forms_has_no_effect(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    wrong, tried = {}, set()
    for form in FORMS:
        if "version" not in filled_in(form, whole, cast) and not form.step:
            continue
        with undone(clients[form.player]):
            first, second, changed, outcomes = twice(clients, form, whole, cast)
        refused = {302} if form.view in CALM else {409, 422}
        if first != form.status or second not in refused or changed or outcomes - {"refused"}:
            wrong[str(form)] = (first, second, changed, outcomes)
        tried.add(form.view)
    assert wrong == {}
    assert len(tried & STEPS) == len(set(MACHINES) - TRIED_APART)


#: Sent with a version that has passed in tests/cases/test_team.py, test_transfer_lead.py and test_merge_cases.py.
TRIED_APART = {"team", "transfer", "merge"}
#: The view that takes the steps of each machine.
STEPS = {
    "cases:step",
    "cases:track_step",
    "cases:consent_step",
    "cases:basis_step",
    "cases:bar_step",
    "cases:review_emergency",
    "cases:retention_step",
    "identification:screening_step",
    "identification:status_step",
    "identification:take_back_decision",
    "referrals:step",
    "placements:step",
    "support:step",
    "support:alert_step",
    "reintegration:step",
    "conferences:step",
    "conferences:answer",
    "directory:step",
}
