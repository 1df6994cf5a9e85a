"""Writing an identity on its page: names alone are enough; rows that nobody filled are no entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.cases.actions import choose_track
from nrm.cases.models import Case
from nrm.vault.actions import reveal
from nrm.vault.reasons import RevealReason

SignIn = Callable[[Any], Client]
ROWS = {"documents": {"kind": "passport", "number": "", "country": ""}, "contacts": {"kind": "phone", "value": ""}}


def sent(case: Case, **more: str) -> dict[str, str]:
    """What the page sends when only names were typed."""
    counts = {f"{rows}-{name}_FORMS": value for rows in ROWS for name, value in (("TOTAL", "1"), ("INITIAL", "0"))}
    untouched = {f"{rows}-0-{name}": value for rows, row in ROWS.items() for name, value in row.items()}
    untouched["contacts-0-safe"] = "unknown"
    names = {"version": str(case.person.version), "given_names": "Zorica", "family_names": "Kestenova"}
    return {**counts, **untouched, **names, **more}


@pytest.fixture
def named(case: Case, cast: Any) -> Case:
    """The person agreed to be named."""
    return choose_track(case, "agree_to_be_named", by=cast.case_worker.actor, expected_version=case.version)


def write(client: Client, case: Case, **more: str) -> Any:
    return client.post(reverse("cases:write_identity", args=[case.code]), sent(case, **more))


def test_names_alone_are_enough(named: Case, cast: Any, sign_in: SignIn) -> None:
    assert write(sign_in(cast.case_worker), named).status_code == 302
    named.person.refresh_from_db()
    known = reveal(named.person, by=cast.case_worker.actor, case_code=named.code, reason_code=RevealReason.CONTACT)
    assert (known.given_names, known.documents, known.contacts) == ("Zorica", (), ())


def test_a_half_filled_row_is_sent_back_with_its_reason(named: Case, cast: Any, sign_in: SignIn) -> None:
    answer = write(sign_in(cast.case_worker), named, **{"documents-0-country": "AL"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_documents-0-number">' in html
    assert "Kestenova" in html


def test_a_stranger_writes_nothing(named: Case, cast: Any, sign_in: SignIn) -> None:
    assert write(sign_in(cast.stranger), named).status_code == 404
