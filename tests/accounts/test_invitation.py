"""An administrator starts an account; only the person chooses the password."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import NotVisible
from nrm.accounts import actions
from nrm.accounts.models import Invitation, TotpDevice, User
from nrm.audit.models import Event
from tests.accounts.walking import audited, give_password

CHOSEN = "seven quiet otters sing at noon"


def typed(cast: Any, **other: Any) -> Any:
    values = {
        "display_name": "Jana Cherry",
        "email": "Jana@New.example",
        "organisation": str(cast.organisations.open_hand.pk),
        "role": "case_worker",
        "language": "mk",
    }
    return {**values, **other}


@pytest.fixture
def invite(cast: Any, sign_in: Any) -> Any:
    """The path of a new one-time link, made through the pages."""

    def invited(**other: Any) -> str:
        answer = sign_in(cast.administrator).post(reverse("accounts:invite"), typed(cast, **other))
        assert answer.status_code == 200, answer.content.decode()
        link = re.search(r'value="http://testserver(/invitation/[^"]+)"', answer.content.decode())
        assert link
        return link[1]

    return invited


def choose(path: str, password: str = CHOSEN, client: Client | None = None) -> Any:
    """Open the link and type a password; the answer to the first of the two that is refused."""
    client = client or Client()
    opened = client.get(path)
    if opened.status_code != 302:
        return opened
    return client.post(
        opened.headers["Location"], {"new_password": password, "new_password_again": password, "language": "sq"}
    )


def test_the_whole_way_from_invitation_to_the_first_sign_in(cast: Any, invite: Any) -> None:
    path = invite()
    user = User.objects.get(email="jana@new.example")
    assert user.has_usable_password() is False
    assert Client().get(path, follow=True).status_code == 200
    assert choose(path).headers["Location"] == reverse("accounts:sign_in")
    user.refresh_from_db()
    assert user.language == "sq"
    client = Client()
    answer = client.post(reverse("accounts:sign_in"), {"email": user.email, "password": CHOSEN})
    assert answer.headers["Location"] == reverse("accounts:enrol")
    assert audited()[:2] == ["person.invited", "invitation.accepted"]


def test_the_audit_of_an_invitation_holds_ids_only(cast: Any, invite: Any) -> None:
    invite()
    event = Event.objects.get(action="person.invited")
    assert "Jana" not in str(event.data)
    assert "@" not in str(event.data)
    assert len(event.history) == 2


def test_c6_only_a_digest_of_a_long_token_is_kept(invite: Any) -> None:
    token = invite().split("/")[2]
    assert len(token) >= 43
    assert token.encode() not in bytes(Invitation.objects.get().token_digest)


def test_a_link_works_once(invite: Any) -> None:
    path = invite()
    choose(path)
    assert choose(path, "another long one for the river").status_code == 404
    assert Client().get(path).status_code == 404


def test_a_link_dies_after_72_hours(invite: Any) -> None:
    path = invite()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert choose(path).status_code == 404


def test_a_new_link_replaces_the_old(cast: Any, invite: Any) -> None:
    path = invite()
    actions.reissue_link(User.objects.get(email="jana@new.example").pk, by=cast.administrator.actor)
    assert choose(path).status_code == 404


def test_an_invented_link_looks_like_a_used_one(cast: Any, invite: Any) -> None:
    used = invite()
    choose(used)
    invented = Client().get(reverse("accounts:invitation", args=["A" * 43]))
    assert (invented.status_code, invented.content) == (404, Client().get(used).content)


def test_two_browsers_with_the_page_open_set_one_password(invite: Any) -> None:
    path = invite()
    first, second = Client(), Client()
    for client in (first, second):
        client.get(path)
    typed_in = {"new_password": CHOSEN, "new_password_again": CHOSEN, "language": "sq"}
    assert first.post(reverse("accounts:choose_password"), typed_in).status_code == 302
    assert second.post(reverse("accounts:choose_password"), typed_in).status_code == 404


def test_l4_the_token_is_in_no_log_and_no_later_address(invite: Any, caplog: Any, monkeypatch: Any) -> None:
    path = invite()
    client = Client()
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
    with caplog.at_level(logging.WARNING, logger="django.request"):
        assert choose(path, "short", client=client).status_code == 422
    assert reverse("accounts:choose_password") in caplog.text
    assert path.split("/")[2] not in caplog.text
    assert path.split("/")[2] not in str(dict(client.session))


def test_without_an_opened_link_there_is_no_page(db: None) -> None:
    assert Client().get(reverse("accounts:choose_password")).status_code == 404


def test_z9_reading_the_page_does_not_spend_the_link(invite: Any) -> None:
    path = invite()
    for _ in range(3):
        Client().get(path)
    assert choose(path).status_code == 302


def test_a_weak_password_is_refused_and_the_link_lives_on(invite: Any) -> None:
    path = invite()
    assert choose(path, "open hand open hand").status_code == 422
    assert choose(path, "short").status_code == 422
    assert choose(path).status_code == 302


def test_an_address_is_invited_once_whatever_its_capitals(cast: Any, sign_in: Any, invite: Any) -> None:
    invite()
    answer = sign_in(cast.administrator).post(reverse("accounts:invite"), typed(cast, email="JANA@new.EXAMPLE"))
    assert answer.status_code == 422
    assert "already has an account" in answer.content.decode()


def test_a11_an_administrator_cannot_choose_or_see_a_password(cast: Any, sign_in: Any, invite: Any) -> None:
    administrator = sign_in(cast.administrator)
    administrator.post(reverse("accounts:invite"), typed(cast, password="chosen by me for you", is_active="on"))
    user = User.objects.get(email="jana@new.example")
    assert not user.has_usable_password()
    for page in (reverse("accounts:invite"), reverse("accounts:person", args=[user.pk])):
        assert 'type="password"' not in administrator.get(page).content.decode()


def test_a6_a_new_password_neither_signs_in_nor_touches_the_second_factor(cast: Any, sign_in: Any) -> None:
    before = bytes(TotpDevice.objects.get(user=cast.case_worker.user).sealed_secret)
    old_session = sign_in(cast.case_worker)
    token = actions.reissue_link(cast.case_worker.user.pk, by=cast.administrator.actor).token
    client = Client()
    choose(reverse("accounts:invitation", args=[token]), client=client)
    assert "_auth_user_id" not in client.session
    assert give_password(client, cast.case_worker, CHOSEN).headers["Location"] == reverse("accounts:sign_in_code")
    assert bytes(TotpDevice.objects.get(user=cast.case_worker.user).sealed_secret) == before
    assert old_session.get(reverse("accounts:account")).status_code == 302
    assert "password.changed" in audited()


def test_a_closed_account_has_no_working_link(cast: Any) -> None:
    actions.reissue_link(cast.case_worker.user.pk, by=cast.administrator.actor)
    actions.deactivate(cast.case_worker.user.pk, by=cast.administrator.actor)
    with pytest.raises(NotVisible):
        actions.accept_invitation(Invitation.objects.get().pk, password=CHOSEN, language="en")


@pytest.mark.parametrize(
    "wrong", [{"email": "no address"}, {"role": "clock"}, {"organisation": "1"}, {"display_name": ""}]
)
def test_a_wrong_form_invites_nobody_and_keeps_what_was_typed(cast: Any, sign_in: Any, wrong: Any) -> None:
    answer = sign_in(cast.administrator).post(reverse("accounts:invite"), typed(cast, **wrong))
    assert answer.status_code == 422
    assert not User.objects.filter(email="jana@new.example").exists()
    if "display_name" not in wrong:
        assert "Jana Cherry" in answer.content.decode()
