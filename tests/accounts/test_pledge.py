"""The code of conduct: accepted before the first case, and again when its text changes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nrm.access.refusals import MovedOn
from nrm.accounts import actions, conduct
from nrm.accounts.models import PledgeAcceptance
from nrm.audit.actions import verify_chain
from nrm.audit.models import Event
from tests.accounts.walking import give_password, walk_in

PLEDGE = "/account/code-of-conduct/"
OPEN = ("/account/", "/account/password/", "/account/sessions/", "/membership/", PLEDGE)
SHUT = ("/", "/cases/", "/mechanism/", "/account/activity/", "/administration/people/", "/audit/")


@pytest.fixture
def newcomer(cast: Any) -> Any:
    """The case worker, who has promised nothing yet."""
    PledgeAcceptance.objects.filter(user=cast.case_worker.user)._raw_delete("default")
    return cast.case_worker


@pytest.fixture
def outside(newcomer: Any, sign_in: Callable[[Any], Client]) -> Client:
    return forgetful(sign_in(newcomer))


def forgetful(client: Client) -> Client:
    """A session that does not know yet that anything was accepted."""
    session = client.session
    del session["pledge"]
    session.save()
    return client


def accept(client: Client, **changes: str) -> Any:
    return client.post(PLEDGE, {"version": conduct.CURRENT.version, "promise": "on", **changes})


def test_there_are_between_eight_and_ten_short_promises() -> None:
    for pledge in conduct.PLEDGES:
        assert 8 <= len(pledge.promises) <= 10
        assert all(len(str(promise)) <= 140 for promise in pledge.promises)
    assert len(set(conduct.VERSIONS)) == len(conduct.PLEDGES)


def test_no_page_with_a_case_opens_before_the_promise(outside: Client, case: Any) -> None:
    for url in (*SHUT, f"/cases/{case.code}/", f"/cases/{case.code}/identity/"):
        response = outside.get(url)
        assert (response.status_code, response.headers.get("Location")) == (302, PLEDGE), url
    assert not Event.objects.filter(action="case.read").exists()


def test_one_s_own_account_language_and_the_way_out_stay_open(outside: Client) -> None:
    for url in OPEN:
        assert outside.get(url).status_code == 200, url
    assert outside.post(reverse("languages:set"), {"language": "sq", "next": "/account/"}).status_code == 302
    assert outside.post(reverse("accounts:sign_out")).headers["Location"] == reverse("accounts:sign_in")


def test_what_is_sent_before_the_promise_is_refused_with_the_reason(outside: Client, case: Any) -> None:
    response = outside.post(f"/cases/{case.code}/notes/new/", {"body": "She called.", "version": "1"})
    assert response.status_code == 403
    assert "accept the code of conduct first" in response.content.decode()
    assert not case.notes.exists()
    refused = Event.objects.get(action="request.refused")
    assert (refused.case_code, refused.data["refusal"], refused.outcome) == (case.code, "not_permitted", "refused")


def test_a_fragment_is_sent_there_as_a_whole_page(outside: Client) -> None:
    response = outside.get("/cases/", headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == PLEDGE


def test_administrators_promise_too(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    PledgeAcceptance.objects.all().delete()
    client = forgetful(sign_in(cast.administrator))
    assert client.get("/administration/people/").headers["Location"] == PLEDGE
    assert client.post("/administration/organisations/add/", {}).status_code == 403
    assert accept(client).status_code == 302
    assert client.get("/administration/people/").status_code == 200


def test_accepting_opens_the_page_that_was_wanted_and_is_recorded(outside: Client, newcomer: Any, case: Any) -> None:
    outside.get(f"/cases/{case.code}/")
    assert accept(outside).headers["Location"] == f"/cases/{case.code}/"
    assert outside.get(f"/cases/{case.code}/").status_code == 200
    acceptance = PledgeAcceptance.objects.get(user=newcomer.user)
    event = Event.objects.get(action="pledge.accepted")
    assert acceptance.version == conduct.CURRENT.version
    assert (event.user_id, event.data) == (newcomer.user.pk, {"version": acceptance.version})
    assert [row[0] for row in event.history] == ["accounts_historicalpledgeacceptance"]
    assert verify_chain(by=newcomer.actor).is_in_order


def test_without_the_tick_nothing_is_accepted(outside: Client, newcomer: Any) -> None:
    response = outside.post(PLEDGE, {"version": conduct.CURRENT.version})
    assert response.status_code == 422
    assert "Tick the box" in response.content.decode()
    assert not PledgeAcceptance.objects.filter(user=newcomer.user).exists()


def test_another_text_than_the_one_of_now_is_not_accepted(outside: Client, newcomer: Any) -> None:
    assert accept(outside, version="0").status_code == 409
    with pytest.raises(MovedOn):
        actions.accept_pledge(version="0", by=newcomer.actor)
    assert not PledgeAcceptance.objects.filter(user=newcomer.user).exists()


def test_accepting_twice_is_accepting_once(newcomer: Any) -> None:
    first = actions.accept_pledge(version=conduct.CURRENT.version, by=newcomer.actor)
    assert actions.accept_pledge(version=conduct.CURRENT.version, by=newcomer.actor) == first
    assert Event.objects.filter(action="pledge.accepted").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        PledgeAcceptance.objects.create(**{**vars_of(first), "version": conduct.CURRENT.version})


def vars_of(pk: Any) -> dict[str, Any]:
    return dict(PledgeAcceptance.objects.filter(pk=pk).values("user_id", "accepted_at").get())


def test_a_new_version_asks_everybody_again(
    cast: Any, sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(cast.case_worker)
    assert client.get("/cases/").status_code == 200
    monkeypatch.setattr(conduct, "CURRENT", dataclasses.replace(conduct.CURRENT, version="next"))
    assert client.get("/cases/").headers["Location"] == PLEDGE
    assert "has changed" in client.get(PLEDGE).content.decode()
    assert accept(client).headers["Location"] == "/cases/"
    assert client.get("/cases/").status_code == 200
    assert set(PledgeAcceptance.objects.filter(user=cast.case_worker.user).values_list("version", flat=True)) == {
        "1",
        "next",
    }


def test_the_session_remembers_so_that_pages_ask_once(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    client = forgetful(sign_in(cast.case_worker))
    counts = []
    for _time in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/mechanism/")
        counts.append(sum("pledgeacceptance" in query["sql"] for query in queries))
    assert counts == [1, 0]


def test_what_was_accepted_cannot_be_rewritten(newcomer: Any) -> None:
    actions.accept_pledge(version=conduct.CURRENT.version, by=newcomer.actor)
    with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
        PledgeAcceptance.history.all().delete()


def test_the_last_sign_in_is_told_at_the_next_one(cast: Any) -> None:
    assert "last sign-in before" not in walk_in(cast, cast.case_worker).get("/mechanism/").content.decode()
    page = walk_in(cast, cast.case_worker).get("/mechanism/").content.decode()
    assert "Your last sign-in before this one: " in page
    assert "If that was not you, tell an administrator at once." in page


def test_nothing_is_told_before_the_second_factor(cast: Any) -> None:
    walk_in(cast, cast.case_worker)
    client = Client()
    give_password(client, cast.case_worker, cast.password)
    assert "last sign-in before" not in client.get(reverse("accounts:sign_in_code")).content.decode()
