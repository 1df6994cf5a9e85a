"""S10: before what is grave, the second factor is asked for again; then everything goes on where it was."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.roles import Role
from nrm.accounts.models import BackupCode, Membership, Organisation, TotpDevice
from nrm.audit.models import Event
from tests.accounts.test_passkeys import add, question
from tests.accounts.walking import audited, session_cookie

SignIn = Callable[[Any], Client]


@pytest.fixture
def stale(sign_in: SignIn) -> SignIn:
    """Signed in, and the second factor was given six minutes ago."""

    def signed_in(player: Any) -> Client:
        client = sign_in(player)
        session = client.session
        session["proven_at"] = (timezone.now() - timedelta(minutes=6)).isoformat()
        session.save()
        return client

    return signed_in


def proof(cast: Any, player: Any, **other: str) -> dict[str, str]:
    return {"proof-password": cast.password, "proof-code": cast.code_for(player), **other}


def hidden(page: Any) -> dict[str, str]:
    """What waits on the page that asks."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.content.decode())
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


ADMINISTRATIVE = ("invite", "add_organisation", "organisation", "close_organisation", "reopen_organisation")
PERSONAL = ("enrol", "backup_codes", "password", "add_passkey", "ask_new_passkey")
ABOUT_A_PERSON = ("start_membership", "deactivate", "reactivate", "reissue_link", "request_reset")


@pytest.mark.parametrize("name", ADMINISTRATIVE + PERSONAL + ABOUT_A_PERSON)
def test_s10_what_is_grave_asks_again_and_says_in_the_log_that_it_did(cast: Any, stale: SignIn, name: str) -> None:
    route = f"accounts:{name}"
    args = [cast.stranger.user.pk] if name in ABOUT_A_PERSON else []
    args = [cast.organisations.far_shore.pk] if name.endswith("organisation") and name != "add_organisation" else args
    before = Organisation.objects.count(), Membership.objects.count(), TotpDevice.objects.count()
    asked = stale(cast.administrator).post(reverse(route, args=args), {"step": "start"})
    assert asked.status_code == 403
    assert "Confirm that it is you" in asked.content.decode()
    assert (Organisation.objects.count(), Membership.objects.count(), TotpDevice.objects.count()) == before
    event = Event.objects.get()
    assert (event.action, event.outcome, event.data["refusal"]) == ("request.refused", "refused", "not_fresh")
    assert event.data["route"] == route


def test_s1_s10_granting_a_role_goes_on_with_what_was_chosen(cast: Any, stale: SignIn) -> None:
    client, user = stale(cast.administrator), cast.stranger.user
    page = reverse("accounts:start_membership", args=[user.pk])
    chosen = {"organisation": str(cast.organisations.operator.pk), "role": "administrator"}
    asked = client.post(page, chosen)
    assert hidden(asked) == chosen
    assert f'action="{page}"' in asked.content.decode()
    before = session_cookie(client)
    assert client.post(page, {**hidden(asked), **proof(cast, cast.administrator)}).status_code == 302
    assert Membership.objects.get(user=user, role=Role.ADMINISTRATOR).organisation == cast.organisations.operator
    assert session_cookie(client) != before
    assert audited() == ["request.refused", "second_factor.given_again", "membership.started"]


def test_s10_a_page_that_was_opened_comes_after_the_answer(cast: Any, stale: SignIn) -> None:
    client, page = stale(cast.case_worker), reverse("accounts:password")
    asked = client.get(page)
    assert (asked.status_code, hidden(asked)) == (403, {"next": page})
    answer = client.post(reverse("accounts:confirm"), {**hidden(asked), **proof(cast, cast.case_worker)})
    assert answer.headers["Location"] == page
    assert client.get(page).status_code == 200


def test_s10_d9_another_site_is_no_place_to_go_on(cast: Any, stale: SignIn) -> None:
    answer = stale(cast.case_worker).post(
        reverse("accounts:confirm"), proof(cast, cast.case_worker, next="https://evil.example/")
    )
    assert answer.headers["Location"] == reverse("accounts:account")


@pytest.mark.parametrize("wrong", [{"proof-code": "000000"}, {"proof-password": "not it"}])
def test_s10_a_wrong_answer_loses_nothing_and_does_nothing(cast: Any, stale: SignIn, wrong: dict[str, str]) -> None:
    client, page = stale(cast.administrator), reverse("accounts:add_organisation")
    typed = {"name": "New Leaf", "kind": "ngo", "municipality": "Hill"}
    answer = client.post(page, {**typed, **proof(cast, cast.administrator), **wrong})
    assert (answer.status_code, hidden(answer)) == (422, typed)
    assert cast.password not in answer.content.decode()
    assert not Organisation.objects.filter(name="New Leaf").exists()
    assert audited() == ["second_factor.failed"]


def test_s10_passwords_never_wait_on_a_page(cast: Any, stale: SignIn) -> None:
    chosen = {"new_password": "four herons above a slow river", "new_password_again": "four herons above a slow river"}
    asked = stale(cast.case_worker).post(reverse("accounts:password"), {"password": cast.password, **chosen})
    assert asked.status_code == 403
    assert "herons" not in asked.content.decode()
    assert cast.password not in asked.content.decode()


def test_s10_a_passkey_answers_too(cast: Any, sign_in: SignIn, stale: SignIn) -> None:
    device = add(sign_in(cast.case_worker))
    client, page = stale(cast.case_worker), reverse("accounts:backup_codes")
    assert "Use your passkey" in client.get(page).content.decode()
    assert client.post(page, {"proof-passkey": "{}"}).status_code == 422
    assert not BackupCode.objects.exists()
    assert client.post(page, {"proof-passkey": device.get(question(client))}).status_code == 200
    assert BackupCode.objects.count() == 10
    assert audited()[-3:] == ["second_factor.failed", "second_factor.given_again", "second_factor.backup_codes_made"]


@pytest.mark.parametrize(("minutes", "fresh"), [(4, True), (5, False)])
def test_s10_a_second_factor_is_fresh_for_five_minutes(cast: Any, sign_in: SignIn, minutes: int, fresh: bool) -> None:
    client = sign_in(cast.case_worker)
    session = client.session
    session["proven_at"] = (timezone.now() - timedelta(minutes=minutes)).isoformat()
    session.save()
    assert client.get(reverse("accounts:enrol")).status_code == (200 if fresh else 403)


def test_s10_only_those_are_asked_who_may(cast: Any, stale: SignIn) -> None:
    answer = stale(cast.case_worker).post(reverse("accounts:invite"))
    assert (answer.status_code, "Confirm that it is you" in answer.content.decode()) == (403, False)
