"""The identity is masked until somebody opens it, says why, and only on that answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from nrm.audit.models import Event
from nrm.cases.actions import choose_track, write_identity
from nrm.cases.models import Case
from nrm.vault.identity import Identity
from tests.permissions.test_urls import MATRIX

SignIn = Callable[[Any], Client]
NAME = "Kestenova"


@pytest.fixture
def named(case: Case, cast: Any) -> Case:
    by = cast.case_worker.actor
    case = choose_track(case, "agree_to_be_named", by=by, expected_version=case.version)
    write_identity(case, Identity(given_names="Zorica", family_names=NAME), by=by, expected_version=0)
    return case


def pages_of(case: Case) -> list[str]:
    """Everything about this case that is read by its code, and the lists."""
    by_code = [name for name in MATRIX if name.startswith(("desk:", "cases:", "identification:", "support:"))]
    return [*of_code(by_code, case), reverse("desk:case_list"), reverse("desk:my_work"), reverse("desk:search")]


def of_code(names: list[str], case: Case) -> list[str]:
    found = []
    for name in names:
        try:
            found.append(reverse(name, args=[case.code]))
        except NoReverseMatch:
            continue
    return found


def test_d6_no_page_shows_it_by_being_opened(named: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    answers = {page: client.get(page) for page in pages_of(named)}
    assert sum(answer.status_code == 200 for answer in answers.values()) > 20
    assert [page for page, answer in answers.items() if NAME in answer.content.decode(errors="replace")] == []
    assert not Event.objects.filter(action="identity.revealed").exists()


def test_d6_it_is_shown_once_to_who_says_why(named: Case, cast: Any, sign_in: SignIn) -> None:
    client, page = sign_in(cast.case_worker), reverse("cases:identity", args=[named.code])
    for reason in ({}, {"reason": ""}, {"reason": "curious"}):
        refused = client.post(page, reason)
        assert (refused.status_code, NAME in refused.content.decode()) == (422, False)
    assert NAME not in client.get(page, {"reason": "care"}).content.decode()
    assert not Event.objects.filter(action="identity.revealed").exists()
    assert NAME in client.post(page, {"reason": "care"}).content.decode()
    assert Event.objects.filter(action="identity.revealed", case_code=named.code).count() == 1
    assert NAME not in client.get(page).content.decode()


def test_d6_who_may_not_open_it_gets_nothing_by_asking(named: Case, cast: Any, sign_in: SignIn) -> None:
    for player, status in (("responder", 403), ("coordinator", 403), ("auditor", 403), ("stranger", 404)):
        refused = sign_in(getattr(cast, player)).post(reverse("cases:identity", args=[named.code]), {"reason": "care"})
        assert (refused.status_code, NAME in refused.content.decode()) == (status, False)
        assert Event.objects.latest("sequence").outcome == "refused"
