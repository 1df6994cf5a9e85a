"""A case is found by its code and a person by name and birth; of a case that is not theirs people learn whom to ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nrm.access.refusals import NotPermitted, TooOften
from nrm.audit.models import Event
from nrm.cases import searching
from nrm.cases.actions import break_glass, choose_track, open_case, write_identity
from nrm.cases.models import Case, Participation
from nrm.cases.searching import MOST_SEARCHES, MOST_SHOWN, WITHIN, search_people
from nrm.lib import clock
from nrm.lib.codes import new_code
from nrm.lib.partial_date import PartialDate
from nrm.vault.actions import create_person
from nrm.vault.identity import Identity
from tests.vault.canaries import found as canaries_found

SignIn = Callable[[Any], Client]
ZORICA = Identity(given_names="Zorica", family_names="Kestenova", birth=PartialDate(1998, 3, 5))
SOUGHT = {
    "given_names": "Зорица",
    "family_names": "Кестенова",
    "birth_day": "",
    "birth_month": "",
    "birth_year": "1998",
}
UNKNOWN_CODE = "There is no case with this code that is shared with you."


def person_search(client: Client, **more: str) -> Any:
    return client.post(reverse("desk:search_person"), {**SOUGHT, **more})


def code_search(client: Client, code: str) -> Any:
    return client.post(reverse("desk:search_code"), {"code": code})


def named_case(cast: Any, player: Any, organisation: Any, identity: Identity = ZORICA) -> Case:
    case = open_case(by=player.actor, lead_organisation_id=organisation.pk, age_group="adult", sex="woman")
    case = choose_track(case, "agree_to_be_named", by=player.actor, expected_version=case.version)
    write_identity(case, identity, by=player.actor, expected_version=0)
    return case


@pytest.fixture
def own(cast: Any) -> Case:
    return named_case(cast, cast.case_worker, cast.organisations.open_hand)


@pytest.fixture
def elsewhere(cast: Any) -> Case:
    return named_case(cast, cast.stranger, cast.organisations.far_shore)


def searches(action: str = "search.by_person") -> list[Event]:
    return list(Event.objects.filter(action=action).order_by("sequence"))


# By code


@pytest.mark.parametrize("typing", [str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code} "])
def test_a_code_opens_the_case_however_it_is_typed(
    own: Case, cast: Any, sign_in: SignIn, typing: Callable[[str], str]
) -> None:
    answer = code_search(sign_in(cast.case_worker), typing(own.code))
    assert (answer.status_code, answer["Location"]) == (302, reverse("desk:case_page", args=[own.code]))


def test_z2_z4_a_case_that_is_not_shared_is_answered_like_none(own: Case, cast: Any, sign_in: SignIn) -> None:
    """Also to the number of queries, and to what a wrong check character is answered."""
    client = sign_in(cast.stranger)
    pages, counts = set(), set()
    wrong = own.code[:-1] + ("0" if own.code[-1] != "0" else "1")
    for code in (own.code, new_code(), wrong):
        with CaptureQueriesContext(connection) as queries:
            answer = code_search(client, code)
        assert (answer.status_code, UNKNOWN_CODE in answer.content.decode()) == (422, True)
        pages.add(without_token(answer).replace(code, "…"))
        counts.add(len(queries))
    assert len(pages) == len(counts) == 1


def found_in(html: str) -> str:
    return html.partition('id="found"')[2].partition("</section>")[0]


def without_token(answer: Any) -> str:
    lines = answer.content.decode().splitlines()
    return "\n".join(line for line in lines if "csrf" not in line.lower())


def test_a_search_by_code_is_audited_by_its_digest(own: Case, cast: Any, sign_in: SignIn) -> None:
    code_search(sign_in(cast.stranger), own.code)
    code_search(sign_in(cast.case_worker), own.code)
    hidden, seen = searches("search.by_code")
    assert (hidden.data["count"], seen.data["count"]) == (0, 1)
    assert hidden.data["digest"] == seen.data["digest"]
    assert (hidden.case_code, own.code in str(hidden.data)) == ("", False)


# By person


def test_a_case_of_ones_own_is_a_link_without_a_name(own: Case, cast: Any, sign_in: SignIn) -> None:
    answer = person_search(sign_in(cast.case_worker))
    html = answer.content.decode()
    found = found_in(html)
    assert answer.status_code == 200
    assert reverse("desk:case_page", args=[own.code]) in found
    assert "Kestenova" not in found
    assert "Ask" not in found


def test_z4_elsewhere_only_whom_to_ask_is_told(elsewhere: Case, cast: Any, sign_in: SignIn) -> None:
    html = person_search(sign_in(cast.case_worker)).content.decode()
    assert "Ask Far Shore" in html
    assert elsewhere.code not in html
    assert str(elsewhere.pk) not in html
    found = found_in(html)
    assert not [word for word in ("Identification", "potential", "Opened", "/cases/") if word in found]


def test_whom_to_ask_is_told_once_however_many_cases_they_have(elsewhere: Case, cast: Any) -> None:
    named_case(cast, cast.stranger, cast.organisations.far_shore)
    found = search_people(ZORICA, by=cast.case_worker.actor)
    assert (found.cases, found.to_ask) == ((), ("Far Shore",))


def test_who_may_not_open_the_identity_is_not_told_whose_case_it_is(own: Case, cast: Any) -> None:
    """Whoever only reported a case, or was asked to help in one, does not learn by a guess who it is about."""
    Participation.objects.create(
        case=own,
        organisation=cast.organisations.far_shore,
        relation="received_referral",
        because="test",
        opened_by=cast.stranger.actor.user_id,
    )
    found = search_people(ZORICA, by=cast.stranger.actor)
    assert (found.cases, found.to_ask) == ((), ("Open Hand",))


def test_emergency_access_to_a_case_does_not_show_it_to_a_search(own: Case, cast: Any) -> None:
    break_glass(by=cast.stranger.actor, code=own.code, reason="life", account="She called.")
    found = search_people(ZORICA, by=cast.stranger.actor)
    assert (found.cases, found.to_ask) == ((), ("Open Hand",))


def test_nobody_without_a_name_or_a_case_is_ever_found(case: Case, cast: Any, sign_in: SignIn) -> None:
    choose_track(case, "stay_nameless", by=cast.case_worker.actor, expected_version=case.version)
    create_person(ZORICA, by=cast.case_worker.actor)
    assert not search_people(ZORICA, by=cast.case_worker.actor)
    assert "Nobody like this is recorded." in person_search(sign_in(cast.case_worker)).content.decode()


@pytest.mark.parametrize(
    "less",
    [
        {"given_names": ""},
        {"family_names": ""},
        {"birth_year": ""},
        {"given_names": " - "},
        {"birth_day": "5", "birth_month": "3", "birth_year": ""},
    ],
)
def test_z12_less_than_two_names_and_a_year_is_no_search(
    own: Case, cast: Any, sign_in: SignIn, less: dict[str, str]
) -> None:
    answer = person_search(sign_in(cast.case_worker), **less)
    assert (answer.status_code, own.code in answer.content.decode()) == (422, False)
    assert searches() == []


def test_z12_what_was_found_is_cut(cast: Any, own: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_SHOWN == 10
    monkeypatch.setattr(searching, "MOST_SHOWN", 1)
    assert not search_people(ZORICA, by=cast.case_worker.actor).is_cut
    named_case(cast, cast.case_worker, cast.organisations.open_hand)
    found = search_people(ZORICA, by=cast.case_worker.actor)
    assert (len(found.cases), found.is_cut) == (1, True)


def test_a_search_takes_as_many_queries_wherever_the_case_is(own: Case, cast: Any) -> None:
    counts = []
    for player in (cast.case_worker, cast.stranger):
        with CaptureQueriesContext(connection) as queries:
            assert search_people(ZORICA, by=player.actor)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("player", ["shelter_worker", "clinician", "prosecution_officer", "coordinator", "auditor"])
def test_who_opens_no_cases_looks_for_no_person(own: Case, cast: Any, sign_in: SignIn, player: str) -> None:
    """Above all not who sees every case without a name."""
    client = sign_in(getattr(cast, player))
    assert "family_names" not in client.get(reverse("desk:search")).content.decode()
    assert person_search(client).status_code == 403
    with pytest.raises(NotPermitted):
        search_people(ZORICA, by=getattr(cast, player).actor)


def test_d1_nothing_can_be_searched_by_an_address(own: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    for view in ("search_person", "search_code"):
        assert client.get(reverse(f"desk:{view}"), SOUGHT).status_code == 405
    html = client.get(reverse("desk:search"), {**SOUGHT, "code": own.code}).content.decode()
    assert [sign for sign in ('value="Кестенова"', f'value="{own.code}"', 'id="found"') if sign in html] == []


# How often


def test_z12_after_so_many_searches_there_is_none_for_an_hour(
    own: Case, cast: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(MOST_SEARCHES):
        search_people(ZORICA, by=cast.case_worker.actor)
    answer = person_search(sign_in(cast.case_worker))
    html = answer.content.decode()
    assert (answer.status_code, own.code in html, "Кестенова" in html) == (429, False, True)
    assert searches()[-1].outcome == "refused"
    with pytest.raises(TooOften):
        search_people(ZORICA, by=cast.case_worker.actor)
    assert search_people(ZORICA, by=cast.second_case_worker.actor)
    later = clock.now() + WITHIN + timedelta(minutes=1)
    monkeypatch.setattr(searching, "now", lambda: later)
    assert search_people(ZORICA, by=cast.case_worker.actor)


# What the log keeps


def test_a_search_is_audited_by_its_digest_and_what_came_of_it(own: Case, elsewhere: Case, cast: Any) -> None:
    search_people(ZORICA, by=cast.case_worker.actor)
    folded = Identity(given_names="Зорица", family_names="KESTENOVA", birth=PartialDate(1998, 3, 5))
    search_people(folded, by=cast.stranger.actor)
    search_people(Identity(given_names="Zorica", family_names="Other", birth=PartialDate(1998)), by=cast.stranger.actor)
    first, second, third = searches()
    assert first.data == {"digest": first.data["digest"], "count": 2}
    assert first.data["digest"] == second.data["digest"] != third.data["digest"]
    assert third.data["count"] == 0
    assert len(first.data["digest"]) == 64
    assert first.user_id == cast.case_worker.actor.user_id


def test_what_was_typed_is_kept_nowhere(cast: Any, sign_in: SignIn, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        person_search(sign_in(cast.case_worker), given_names="Quillacanary", family_names="Querycanary")
        code_search(sign_in(cast.case_worker), "canarycode12")
    assert canaries_found(["Quillacanary", "Querycanary", "quilacanari", "canarycode12"]) == []
    assert "canary" not in caplog.text.lower()


# Before a second case is written


def test_writing_an_identity_says_who_may_know_the_person(
    own: Case, elsewhere: Case, cast: Any, sign_in: SignIn
) -> None:
    case = open_case(
        by=cast.case_worker.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
    )
    case = choose_track(case, "agree_to_be_named", by=cast.case_worker.actor, expected_version=case.version)
    answer = write(sign_in(cast.case_worker), case)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Possibly known" in html
    assert reverse("desk:case_page", args=[own.code]) in html
    assert "Ask Far Shore" in html
    assert (elsewhere.code in html, "Kestenova" in html) == (False, False)
    case.person.refresh_from_db()
    assert case.person.version == 1
    event = searches("search.before_writing")[-1]
    assert (event.case_code, event.data["count"]) == (case.code, 2)


def write(client: Client, case: Case, **more: str) -> Any:
    counts = {f"{rows}-{name}_FORMS": "0" for rows in ("documents", "contacts") for name in ("TOTAL", "INITIAL")}
    names = {"version": "0", "given_names": "Zorica", "family_names": "Kestenova", "birth_year": "1998"}
    blank = {"birth_day": "", "birth_month": ""}
    return client.post(reverse("cases:write_identity", args=[case.code]), {**counts, **names, **blank, **more})


def named_only(cast: Any) -> Case:
    case = open_case(
        by=cast.case_worker.actor, lead_organisation_id=cast.organisations.open_hand.pk, age_group="adult", sex="woman"
    )
    return choose_track(case, "agree_to_be_named", by=cast.case_worker.actor, expected_version=case.version)


def test_nobody_is_held_up_by_it(own: Case, cast: Any, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a year nobody is looked for; with too many searches behind one the identity is written all the same."""
    client = sign_in(cast.case_worker)
    assert write(client, named_only(cast), birth_year="").status_code == 302
    before = len(searches("search.before_writing"))
    monkeypatch.setattr(searching, "MOST_SEARCHES", 0)
    case = named_only(cast)
    assert write(client, case).status_code == 302
    case.person.refresh_from_db()
    assert case.person.version == 1
    refused = searches("search.before_writing")
    assert (len(refused), refused[-1].outcome) == (before + 1, "refused")
