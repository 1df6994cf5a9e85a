"""Dates that are none, numbers beyond any column, words for numbers: a sentence beside the field, never a fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.addresses import address
from tests.hostile.asking import read, undone
from tests.hostile.test_typed_text import (
    CASE,
    FORMS,
    IDENTITY_ROWS,
    TODAY,
    Typed,
    back_at_work,
    filled_in,
    first_indicator,
    url_of,
)
from tests.whole import Whole

NO_DATES = (
    "0/0/0",
    "01/01/0000",
    "01/01/0",
    "1/1/1",
    "00/01/2026",
    "05/03/10000",
    "31/02/2026",
    "29/02/2025",
    "12/31/2025",
    "2026-99-99",
    "-5/-3/-2026",
    "tomorrow",
    "5/3/2026 <b>",
    "5/3/2026\x00",
    "9" * 5000,
)
NO_VERSIONS = ("", "abc", "-1", "0", "2147483648", "9" * 30, "9" * 5000, "1e5", "1\x00")

CONSENT = {"purpose": "assistance", "given_how": "signed"}
FORMS_WITH_DATES = {
    "risk": Typed("cases:assess_risk", "case_worker", (), rest={"level": "low", "accommodation": "needed"}, of="case"),
    "consent": Typed("cases:record_consent", "case_worker", (), rest={**CONSENT, "given_on": "5/3/2026"}),
    "place": Typed("placements:request", "case_worker", ()),
    "appointment": Typed(
        "support:add_appointment", "clinician", (), rest={"on": "5/3/2026", "at": "10:00", "minutes": "50"}
    ),
    "goal": Typed("reintegration:add_goal", "case_worker", (), rest={"area": "work", "description": "A job."}),
    "review": Typed("reintegration:review", "case_worker", (), rest={"outcome": "achieved"}),
    "plan": Typed("reintegration:step", "case_worker", (), step="agree"),
    "contact": Typed("reintegration:follow_up", "case_worker", (), rest={"how": "phone", "on": "5/3/2026"}),
    "conference": Typed(
        "conferences:call", "case_worker", (), rest={"at": "10:00", "minutes": "60", "how": "phone", "agenda": ["risk"]}
    ),
    "decided": Typed("conferences:decide", "case_worker", ("sentence",), rest={"topic": "risk", "who": "quiet_room"}),
    "court": Typed(
        "identification:record_court_view", "case_worker", (), rest={"authority": "court", "opinion": "pending"}
    ),
    "extend": Typed("cases:extend_clock", "case_worker", ("reason",), rest={"authority": "court"}),
    "told": Typed("cases:basis_step", "case_worker", ("told",), step="tell"),
    "absence": Typed(
        "cases:cover_absence",
        "case_worker",
        ("reason",),
        (CASE,),
        rest={"until": TODAY, "absent": "case_worker", "colleague": "second_case_worker"},
        short=("reason",),
        before=back_at_work,
    ),
    "organisation": Typed("accounts:add_organisation", "administrator", (), rest={"kind": "ngo", "name": "New House"}),
}
#: Form, the field with the date, and whether it has to be filled in.
DATES = (
    ("risk", "review_on", False),
    ("consent", "given_on", True),
    ("consent", "ends_on", False),
    ("place", "needed_from", True),
    ("appointment", "on", True),
    ("goal", "target_on", False),
    ("review", "reviewed_on", True),
    ("plan", "agreed_on", True),
    ("contact", "on", True),
    ("contact", "next_on", False),
    ("conference", "on", True),
    ("decided", "due_on", True),
    ("court", "dated_on", True),
    ("extend", "due_on", True),
    ("told", "told_on", True),
    ("absence", "until", True),
    ("organisation", "licence_valid_until", False),
)


@pytest.fixture
def clients(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, Client]:
    players = {form.player for form in FORMS} | {"officer", "auditor", "coordinator"}
    return {player: sign_in(getattr(cast, player)) for player in players}


def some_of(values: Sequence[str], place: int) -> Sequence[str]:
    """Every third, another third at the next place: one kind of field reads them all, so that each value is tried at
    several places and each place with several values."""
    return values[place % 3 :: 3]


def sent(clients: dict[str, Client], form: Typed, whole: Whole, cast: Any, values: dict[str, Any]) -> Any:
    with undone(clients[form.player]):
        if form.before:
            form.before(whole, cast)
        data = {**dict.fromkeys(form.texts, "Something."), **filled_in(form, whole, cast), **values}
        return clients[form.player].post(url_of(form, whole, cast), data)


def test_a_date_that_is_none_is_sent_back_as_it_was_typed(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    wrong = {}
    for place, (key, name, is_required) in enumerate(DATES):
        form = FORMS_WITH_DATES[key]
        for typed in (*some_of(NO_DATES, place), *([""] if is_required else [])):
            response = sent(clients, form, whole, cast, {name: typed})
            reader = read(response)
            found = (response.status_code, "field-wrong" in response.content.decode(), reader.dangers)
            is_kept = " ".join(typed.replace("\x00", "").split()) in reader.text.replace("\x00", "")
            if found[:2] != (422, True) or not is_kept:
                wrong[str(form), name, typed[:20]] = (*found, is_kept)
    assert wrong == {}


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_five_three_is_the_fifth_of_march(language: str, whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    """Albanian and Bosnian of Django itself would read the third of May."""
    type(cast.case_worker.user).objects.update(language=language)
    client, march = clients["case_worker"], date(2026, 3, 5)
    for typed in ("05/03/2026", "5/3/2026", "05.03.2026", "5.3.2026.", "2026-03-05"):
        with undone(client):
            facts = {"on": typed, "how": "phone", "next_on": "1/1/2027"}
            client.post(address("reintegration:follow_up", whole, cast), facts)
            assert whole.case.follow_ups.get().on == march, typed
    with undone(client):
        consent = {"purpose": "assistance", "given_how": "signed", "given_on": "05/03/2026", "ends_on": "12/11/2030"}
        client.post(address("cases:record_consent", whole, cast), consent)
        newest = whole.case.consents.get(ends_on__isnull=False)
        assert (newest.given_on, newest.ends_on) == (march, date(2030, 11, 12))
    house = {"name": "New House", "kind": "ngo", "licence_valid_until": "05/03/2030"}
    clients["administrator"].post(address("accounts:add_organisation", whole, cast), house)
    until = type(cast.organisations.far_shore).objects.get(name="New House").licence_valid_until
    assert until == date(2030, 3, 5)
    american = clients["administrator"].post(
        address("accounts:add_organisation", whole, cast),
        {**house, "name": "Newer", "licence_valid_until": "12/31/2030"},
    )
    assert american.status_code == 422


PARTS = ("birth_day", "birth_month", "birth_year")
BIRTHS = (
    ("31", "2", "2000"),
    ("29", "2", "2025"),
    ("", "", "0"),
    ("", "", "0000"),
    ("", "", "1"),
    ("", "", "10000"),
    ("5", "", "1998"),
    ("5", "3", ""),
    ("x", "1", "1990"),
    ("-1", "1", "1990"),
    ("12", "31", "1990"),
    ("²", "1", "1990"),
    ("", "", "2999"),
    ("1\x00", "1", "1990"),
    ("9" * 5000, "9" * 5000, "9" * 5000),
)


def test_a_birth_that_cannot_be_is_sent_back(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    form = next(form for form in FORMS if form.view == "cases:write_identity")
    wrong = {}
    for birth in BIRTHS:
        response = sent(clients, form, whole, cast, dict(zip(PARTS, birth, strict=True)))
        if response.status_code != 422 or "Something." not in read(response).text:
            wrong[birth] = response.status_code
    assert wrong == {}


@pytest.mark.parametrize("count", ["", "-1", "abc", "1000000", "9" * 5000, "\x00"])
def test_a_forged_number_of_rows_is_no_fault(count: str, whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    form = next(form for form in FORMS if form.view == "cases:write_identity")
    for name in (name for name in IDENTITY_ROWS if "TOTAL" in name or "INITIAL" in name):
        assert sent(clients, form, whole, cast, {name: count}).status_code in {302, 422}


def test_a_forged_version_is_told_and_writes_nothing(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    wrong = {}
    with_version = [form for form in FORMS if "version" in filled_in(form, whole, cast)]
    for place, form in enumerate(with_version):
        now = str(filled_in(form, whole, cast)["version"])
        for version in (typed for typed in some_of(NO_VERSIONS, place) if typed != now):
            response = sent(clients, form, whole, cast, {"version": version})
            if response.status_code not in {409, 422} or read(response).dangers:
                wrong[str(form), version[:20]] = response.status_code
    assert wrong == {}


NUMBERS = (
    ("support:add_appointment", "", "minutes", ("-5", "0", "4", "481", "abc", "", "1.5", "9" * 30, "9" * 5000)),
    ("support:add_appointment", "", "at", ("25:00", "24:60", "abc", "", "-1:00", "10:00\x00")),
    ("placements:step", "offer", "hours", ("-1", "0", "25", "abc", "", "9" * 30)),
)


def test_a_number_that_is_none_is_sent_back(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    wrong = {}
    for view, step, name, numbers in NUMBERS:
        form = next((form for form in FORMS if (form.view, form.step) == (view, step)), FORMS_WITH_DATES["appointment"])
        for typed in numbers:
            response = sent(clients, form, whole, cast, {name: typed})
            if response.status_code != 422 or "field-wrong" not in response.content.decode():
                wrong[name, typed[:20]] = response.status_code
    assert wrong == {}


def test_an_answer_with_a_forged_version_keeps_its_note(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    code, url = first_indicator(whole), reverse("identification:save_answers", args=[whole.screening.pk])
    for version in NO_VERSIONS:
        if version == "0":
            continue
        with undone(clients["case_worker"]):
            answer = {f"{code}-version": version, f"{code}-value": "observed", f"{code}-note": "She said so."}
            response = clients["case_worker"].post(url, answer)
        assert response.status_code in {409, 422}, version[:20]
        assert "She said so." in read(response).text, version[:20]


PLACES = (
    "x",
    "\x00",
    "~",
    "0001-01-01T00:00:00+00:00~00000000-0000-0000-0000-000000000000",
    "0001-01-01T00:00:00+14:00~00000000-0000-0000-0000-000000000000",
    "9999-12-31T23:59:59-14:00~00000000-0000-0000-0000-000000000000",
    "2026-01-01T00:00:00~00000000-0000-0000-0000-000000000000",
    "9" * 5000,
)
OTHERS = (
    "\x00",
    "9" * 5000,
    "31/02/2026",
    "12/31/2025",
    "01/01/0000",
    "01/01/10000",
    "-1",
    "9" * 30,
    "1e5",
    "<script>alert(1)</script>",
)
#: Who, which page, and what it reads from its address.
IN_ADDRESSES = (
    ("case_worker", "desk:my_work", ("after",)),
    ("case_worker", "desk:case_list", ("after", "code", "stage", "status", "risk_level")),
    (
        "case_worker",
        "referrals:choose",
        ("service", "previous", "sex", "age_group", "language", "region", "nationality", "with_children", "step_free"),
    ),
    ("case_worker", "referrals:prepare", ("service", "previous", "to")),
    ("case_worker", "referrals:interpreter", ("previous",)),
    ("case_worker", "referrals:inbox", ("after", "box", "service", "urgency", "state")),
    ("clinician", "support:appointments", ("after",)),
    ("officer", "identification:docket", ("after",)),
    ("administrator", "accounts:people", ("after", "organisation", "role")),
    ("auditor", "audit:events", ("case", "group", "outcome", "user", "since", "until", "before")),
    ("case_worker", "accounts:activity", ("before",)),
    ("case_worker", "desk:readers", ("before",)),
    ("case_worker", "identification:screening", ("section",)),
)


def test_what_is_made_up_in_an_address_is_no_fault(whole: Whole, cast: Any, clients: dict[str, Client]) -> None:
    wrong = {}
    said = [(player, view, name) for player, view, names in IN_ADDRESSES for name in names]
    for place, (player, view, name) in enumerate(said):
        for typed in PLACES if name == "after" else some_of(OTHERS, place):
            with undone(clients[player]):
                response = clients[player].get(address(view, whole, cast), {name: typed})
            if response.status_code not in {200, 404, 422} or read(response).dangers:
                wrong[view, name, typed[:20]] = (response.status_code, read(response).dangers)
    assert wrong == {}
