"""A13: passkeys beside the app. Administrators and emergency access need one; each question is answered once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.accounts import actions
from nrm.accounts.factors import Passkey, PasskeyAct, PasskeyChallenge
from nrm.accounts.models import ResetReason, SessionRecord
from nrm.audit.models import Event
from tests.accounts.authenticator import Authenticator
from tests.accounts.walking import audited, give_code, give_password, session_cookie, walk_in

SignIn = Callable[[Any], Client]
ADD, CODE, LIST = "accounts:add_passkey", "accounts:sign_in_code", "accounts:passkeys"


def question(client: Client, name: str = "accounts:ask_passkey") -> dict[str, Any]:
    answer = client.post(reverse(name))
    assert answer.status_code == 200, answer.content
    asked: dict[str, Any] = json.loads(answer.content)
    return asked


def add(client: Client, device: Authenticator | None = None, name: str = "Blue key") -> Authenticator:
    device = device or Authenticator()
    answer = device.create(question(client, "accounts:ask_new_passkey"))
    assert client.post(reverse(ADD), {"name": name, "passkey": answer}).status_code == 302
    return device


def came_in(client: Client) -> bool:
    return client.get(reverse("accounts:account")).status_code == 200


@pytest.fixture
def passkey(cast: Any, sign_in: SignIn) -> Authenticator:
    """The case worker's."""
    return add(sign_in(cast.case_worker))


def before_the_second_factor(cast: Any, player: Any) -> Client:
    client = Client()
    assert give_password(client, player, cast.password).headers["Location"] == reverse(CODE)
    return client


def test_a13_a_passkey_is_set_up_and_signs_in(cast: Any, sign_in: SignIn) -> None:
    first, other = sign_in(cast.case_worker), sign_in(cast.case_worker)
    before = session_cookie(first)
    device = add(first)
    assert session_cookie(first) != before
    assert came_in(first)
    assert not came_in(other)
    kept = Passkey.objects.get(user=cast.case_worker.user)
    assert (kept.name, bytes(kept.public_key)) == ("Blue key", device.public_key)
    client = before_the_second_factor(cast, cast.case_worker)
    assert "Use your passkey" in client.get(reverse(CODE)).content.decode()
    assert client.post(reverse(CODE), {"passkey": device.get(question(client))}).status_code == 302
    assert came_in(client)
    kept.refresh_from_db()
    assert (kept.sign_count, kept.last_used_at is None) == (1, False)
    assert audited() == ["second_factor.passkey_added", "sign_in.password_accepted", "sign_in.succeeded"]
    assert Event.objects.get(action="sign_in.succeeded").data["factor"] == "passkey"


def test_a13_who_has_a_passkey_may_still_sign_in_by_code(cast: Any, passkey: Authenticator) -> None:
    assert came_in(walk_in(cast, cast.case_worker))


FALSE: dict[str, Callable[[Authenticator], object]] = {
    "another site": lambda device: setattr(device, "origin", "http://localhost.evil.example"),
    "another port": lambda device: setattr(device, "origin", "http://localhost:8001"),
    "another host": lambda device: setattr(device, "host", "evil.example"),
    "not unlocked": lambda device: setattr(device, "verified", False),
    "another key": lambda device: setattr(device, "key", Authenticator().key),
    "somebody else's": lambda device: setattr(device, "credential_id", b"unknown"),
    "a counter that stands still": lambda device: setattr(device, "count", 4),
}


@pytest.mark.parametrize("why", FALSE)
def test_a13_a_false_answer_is_refused_and_audited(cast: Any, passkey: Authenticator, why: str) -> None:
    Passkey.objects.update(sign_count=5)
    FALSE[why](passkey)
    if why != "a counter that stands still":
        passkey.count = 5
    client = before_the_second_factor(cast, cast.case_worker)
    assert client.post(reverse(CODE), {"passkey": passkey.get(question(client))}).status_code == 422
    assert not came_in(client)
    failed = Event.objects.get(action="second_factor.failed")
    assert (failed.outcome, failed.data) == ("failed", {"step": "sign_in"})


@pytest.mark.parametrize("why", ["another site", "another port", "another host", "not unlocked"])
def test_a13_a_false_new_passkey_is_refused_and_audited(cast: Any, sign_in: SignIn, why: str) -> None:
    client, device = sign_in(cast.case_worker), Authenticator()
    FALSE[why](device)
    answer = device.create(question(client, "accounts:ask_new_passkey"))
    assert client.post(reverse(ADD), {"name": "Key", "passkey": answer}).status_code == 422
    assert not Passkey.objects.exists()
    assert audited() == ["second_factor.failed"]


@pytest.mark.parametrize(
    "answer",
    ["x", "[]", "{}", "null", '{"id": 1}', "\x00", "9" * 50_000, '{"id":"YQ","rawId":"YQ","type":"public-key"}'],
)
def test_a13_what_is_no_answer_is_refused(cast: Any, passkey: Authenticator, sign_in: SignIn, answer: str) -> None:
    client = before_the_second_factor(cast, cast.case_worker)
    question(client)
    assert client.post(reverse(CODE), {"passkey": answer}).status_code == 422
    signed_in = sign_in(cast.clinician)
    question(signed_in, "accounts:ask_new_passkey")
    assert signed_in.post(reverse(ADD), {"name": "Key", "passkey": answer}).status_code == 422
    assert Passkey.objects.count() == 1


def test_a13_a_question_is_answered_once(cast: Any, passkey: Authenticator) -> None:
    """Also after a wrong answer, and in no other session."""
    client, other = before_the_second_factor(cast, cast.case_worker), before_the_second_factor(cast, cast.case_worker)
    asked = question(client)
    assert other.post(reverse(CODE), {"passkey": passkey.get(asked)}).status_code == 422
    assert client.post(reverse(CODE), {"passkey": "{}"}).status_code == 422
    assert client.post(reverse(CODE), {"passkey": passkey.get(asked)}).status_code == 422
    assert not PasskeyChallenge.objects.exists()
    assert audited()[-3:] == ["second_factor.failed"] * 3


def test_a13_a_question_waits_five_minutes(cast: Any, passkey: Authenticator) -> None:
    client = before_the_second_factor(cast, cast.case_worker)
    answer = passkey.get(question(client))
    PasskeyChallenge.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    assert client.post(reverse(CODE), {"passkey": answer}).status_code == 422


def test_a13_an_answer_for_one_act_does_no_other(cast: Any, passkey: Authenticator) -> None:
    asked = actions.ask_passkey(cast.case_worker.user.pk, PasskeyAct.SIGN_IN)
    given = passkey.get(json.loads(asked.options))
    used = actions.use_passkey(
        cast.case_worker.user.pk, challenge_id=asked.challenge_id, answer=given, act=PasskeyAct.PROOF
    )
    assert used is None


@pytest.mark.concurrency
def test_a13_the_same_answer_twice_at_once_gives_one_success(committed_db: None, cast: Any) -> None:
    user_id, device, start = cast.case_worker.user.pk, Authenticator(), threading.Barrier(2)
    Passkey.objects.create(user_id=user_id, credential_id=device.credential_id, public_key=device.public_key)
    asked = actions.ask_passkey(user_id, PasskeyAct.SIGN_IN)
    answer = device.get(json.loads(asked.options))

    def spend(_: Any) -> bool:
        start.wait(10)
        try:
            act = PasskeyAct.SIGN_IN
            return actions.use_passkey(user_id, challenge_id=asked.challenge_id, answer=answer, act=act) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(spend, range(2))) == 1
    assert audited() == ["second_factor.failed"]


def test_a_passkey_belongs_to_one_person(cast: Any, sign_in: SignIn, passkey: Authenticator) -> None:
    mine, stranger = Passkey.objects.get(), sign_in(cast.stranger)
    for name in ("accounts:rename_passkey", "accounts:remove_passkey"):
        assert stranger.post(reverse(name, args=[mine.pk]), {"name": "Mine"}).status_code == 404
    answer = passkey.create(question(stranger, "accounts:ask_new_passkey"))
    assert stranger.post(reverse(ADD), {"name": "Mine", "passkey": answer}).status_code == 422
    assert Passkey.objects.get().user_id == cast.case_worker.user.pk


def test_a_passkey_is_renamed_and_removed(cast: Any, sign_in: SignIn, passkey: Authenticator) -> None:
    client, mine = sign_in(cast.case_worker), Passkey.objects.get()
    assert "Blue key" in client.get(reverse(LIST)).content.decode()
    client.post(reverse("accounts:rename_passkey", args=[mine.pk]), {"name": "Key at work"})
    assert "Key at work" in client.get(reverse(LIST)).content.decode()
    client.post(reverse("accounts:remove_passkey", args=[mine.pk]))
    assert not Passkey.objects.exists()
    assert came_in(client)
    assert audited()[-2:] == ["second_factor.passkey_renamed", "second_factor.passkey_removed"]


@pytest.mark.parametrize("typed", ["", "x" * 65, "\x00"])
def test_a_name_that_is_none_is_refused(cast: Any, sign_in: SignIn, passkey: Authenticator, typed: str) -> None:
    page = reverse("accounts:rename_passkey", args=[Passkey.objects.get().pk])
    assert sign_in(cast.case_worker).post(page, {"name": typed}).status_code == 422
    assert Passkey.objects.get().name == "Blue key"


def test_d7_a_name_stays_text(cast: Any, sign_in: SignIn, passkey: Authenticator) -> None:
    client, typed = sign_in(cast.case_worker), "<script>alert(1)</script>"
    client.post(reverse("accounts:rename_passkey", args=[Passkey.objects.get().pk]), {"name": typed})
    assert typed not in client.get(reverse(LIST)).content.decode()


def test_whoever_came_in_with_the_removed_passkey_stays(cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    add(client)
    client.post(reverse("accounts:remove_passkey", args=[Passkey.objects.get().pk]))
    assert came_in(client)


# Administrators


@pytest.fixture
def strict(settings: Any) -> Any:
    """As in production."""
    settings.NRM_PASSKEY_FOR_ADMINISTRATORS = settings.NRM_PASSKEY_FOR_EMERGENCY = True
    return settings


def test_a13_an_administrator_without_passkey_sets_one_up_before_anything_else(strict: Any, cast: Any) -> None:
    client = walk_in(cast, cast.administrator)
    for name in ("accounts:people", "accounts:lost_devices", "desk:country", "desk:mechanism"):
        led = client.get(reverse(name), follow=True)
        assert led.redirect_chain[-1][0] == reverse(ADD), name
        assert "Administrators work with a passkey" in led.content.decode()
    add(client)
    assert client.get(reverse("accounts:people")).status_code == 200
    refused = Event.objects.filter(action="request.refused", data__refusal="passkey_needed")
    assert refused.count() == 4


def test_a13_by_code_alone_an_administrator_gets_no_further(strict: Any, cast: Any, sign_in: SignIn) -> None:
    device = add(sign_in(cast.administrator))
    client = walk_in(cast, cast.administrator)
    page = client.get(reverse("accounts:people"), follow=True)
    assert page.status_code == 403
    assert "Administrators work with a passkey" in page.content.decode()
    assert "proof-code" not in page.content.decode()
    refused = client.post(reverse("accounts:invite"))
    assert refused.status_code == 403
    assert Event.objects.get(action="request.refused", data__route="accounts:invite").outcome == "refused"
    before = session_cookie(client)
    given = {"proof-passkey": device.get(question(client)), "next": reverse("accounts:passkey_first")}
    assert client.post(reverse("accounts:confirm"), given, follow=True).redirect_chain[-1][0] == reverse(
        "accounts:people"
    )
    assert session_cookie(client) != before
    assert client.get(reverse("accounts:people")).status_code == 200


def test_a13_a_code_adds_no_passkey_to_an_administrator_who_has_one(strict: Any, cast: Any, sign_in: SignIn) -> None:
    """Password and code can be talked out of somebody; a passkey of one's own would then be a way in."""
    add(sign_in(cast.administrator))
    thief = walk_in(cast, cast.administrator)
    proof = {"proof-password": cast.password, "proof-code": cast.code_for(cast.administrator)}
    for name in (ADD, "accounts:ask_new_passkey", "accounts:enrol", "accounts:backup_codes", "accounts:password"):
        assert thief.post(reverse(name)).status_code == 403, name
        assert thief.post(reverse(name), proof).status_code == 422, name
    mine = reverse("accounts:remove_passkey", args=[Passkey.objects.get().pk])
    assert thief.post(mine, proof).status_code == 422
    assert Passkey.objects.count() == 1
    assert Event.objects.filter(action="request.refused", data__refusal="not_fresh").count() == 5


def test_a13_an_administrator_keeps_a_last_passkey(strict: Any, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.administrator)
    add(client)
    first = Passkey.objects.get()
    refused = client.post(reverse("accounts:remove_passkey", args=[first.pk]))
    assert (refused.status_code, "at least one passkey" in refused.content.decode()) == (422, True)
    assert audited()[-1] == "request.refused"
    add(client, name="Second key")
    assert client.post(reverse("accounts:remove_passkey", args=[first.pk])).status_code == 302
    assert Passkey.objects.get().name == "Second key"


def test_a13_in_the_training_copy_a_code_is_enough_and_the_page_says_so(cast: Any, settings: Any) -> None:
    settings.NRM_DEMO = True
    client = before_the_second_factor(cast, cast.administrator)
    assert "The real service asks administrators for a passkey" in client.get(reverse(CODE)).content.decode()
    give_code(client, cast.code_for(cast.administrator))
    assert client.get(reverse("accounts:people")).status_code == 200


def test_a16_two_administrators_remove_lost_passkeys_too(strict: Any, cast: Any, sign_in: SignIn) -> None:
    add(sign_in(cast.administrator))
    by, second = cast.second_administrator, cast.stranger
    reset = actions.request_reset(cast.administrator.user.pk, reason=ResetReason.LOST, by=by.actor)
    actions.confirm_reset(reset.pk, code=cast.code_for(second), by=second.actor)
    assert not Passkey.objects.exists()
    assert not SessionRecord.objects.filter(user=cast.administrator.user, ended_at=None).exists()
    assert audited()[-2:] == ["second_factor.reset_requested", "second_factor.reset_confirmed"]
