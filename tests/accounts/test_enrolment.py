"""Setting up the phone: at the first sign-in, and later in place of another one."""

from __future__ import annotations

import base64
import re
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.accounts.actions import confirm_enrolment, start_enrolment
from nrm.accounts.models import BackupCode, TotpDevice
from tests.accounts.walking import audited, give_password, session_cookie
from tests.conftest import code_at

ENROL = "accounts:enrol"


@pytest.fixture
def newcomer(cast: Any) -> Any:
    """Somebody with a password and no phone yet."""
    TotpDevice.objects.filter(user=cast.clinician.user).delete()
    return cast.clinician


def secret_shown(page: Any) -> bytes:
    text = re.search(r'secret-key">([A-Z2-7 ]+)<', page.content.decode())
    assert text, "the secret is not on the page"
    plain = text[1].replace(" ", "")
    return base64.b32decode(plain + "=" * (-len(plain) % 8))


def test_the_first_sign_in_leads_to_enrolment_and_shows_picture_secret_and_codes(cast: Any, newcomer: Any) -> None:
    client = Client()
    assert give_password(client, newcomer, cast.password).headers["Location"] == reverse(ENROL)
    assert client.get(reverse("accounts:account")).headers["Location"] == reverse(ENROL)
    page = client.get(reverse(ENROL))
    assert "<svg" in page.content.decode()
    assert "style=" not in page.content.decode()
    before = session_cookie(client)
    done = client.post(reverse(ENROL), {"code": code_at(secret_shown(page), time.time())})
    assert done.status_code == 200
    assert BackupCode.objects.filter(user=newcomer.user).count() == 10
    assert session_cookie(client) != before
    assert client.get(reverse("accounts:account")).status_code == 200
    assert audited() == ["sign_in.password_accepted", "second_factor.enrolled", "sign_in.succeeded"]


def test_a_wrong_code_enrols_nothing(cast: Any, newcomer: Any) -> None:
    client = Client()
    give_password(client, newcomer, cast.password)
    assert client.post(reverse(ENROL), {"code": "000000"}).status_code == 422
    assert not TotpDevice.objects.filter(user=newcomer.user, confirmed=True).exists()
    assert client.get(reverse("accounts:account")).headers["Location"] == reverse(ENROL)


def test_a_secret_that_waited_too_long_is_made_anew(cast: Any, newcomer: Any) -> None:
    client = Client()
    give_password(client, newcomer, cast.password)
    old = secret_shown(client.get(reverse(ENROL)))
    TotpDevice.objects.update(created_at=timezone.now() - timedelta(minutes=16))
    assert "secret-key" not in client.get(reverse(ENROL)).content.decode()
    client.post(reverse(ENROL), {"step": "start"})
    assert secret_shown(client.get(reverse(ENROL))) != old


def test_z9_reading_the_page_changes_nothing(cast: Any, newcomer: Any) -> None:
    client = Client()
    give_password(client, newcomer, cast.password)
    assert secret_shown(client.get(reverse(ENROL))) == secret_shown(client.get(reverse(ENROL)))


def test_s7_another_phone_ends_other_sessions_and_replaces_the_old(cast: Any, sign_in: Any) -> None:
    client, other = sign_in(cast.case_worker), sign_in(cast.case_worker)
    assert client.post(reverse(ENROL), {"step": "start"}).status_code == 302
    before = session_cookie(client)
    secret = secret_shown(client.get(reverse(ENROL)))
    assert client.post(reverse(ENROL), {"code": code_at(secret, time.time())}).status_code == 200
    assert session_cookie(client) != before
    assert client.get(reverse("accounts:account")).status_code == 200
    assert other.get(reverse("accounts:account")).headers["Location"].startswith(reverse("accounts:sign_in"))
    assert TotpDevice.objects.get(user=cast.case_worker.user).secret == secret


def test_a_secret_that_waits_belongs_to_the_session_that_asked(cast: Any, sign_in: Any) -> None:
    """An open screen elsewhere neither reads a secret that was started with proof, nor confirms it."""
    client, other = sign_in(cast.case_worker), sign_in(cast.case_worker)
    assert client.post(reverse(ENROL), {"step": "start"}).status_code == 302
    secret = secret_shown(client.get(reverse(ENROL)))
    assert "secret-key" not in other.get(reverse(ENROL)).content.decode()
    other.post(reverse(ENROL), {"code": code_at(secret, time.time())})
    assert TotpDevice.objects.get(user=cast.case_worker.user, confirmed=True).secret != secret


def test_a_password_alone_never_shows_the_secret_another_browser_sets_up(cast: Any, newcomer: Any) -> None:
    """Whoever knows the password too sees no secret but their own, and cannot confirm it once there is a device."""
    client, other = Client(), Client()
    give_password(other, newcomer, cast.password)
    theirs = secret_shown(other.get(reverse(ENROL)))
    give_password(client, newcomer, cast.password)
    mine = secret_shown(client.get(reverse(ENROL)))
    assert mine != theirs
    assert "secret-key" not in other.get(reverse(ENROL)).content.decode()
    assert client.post(reverse(ENROL), {"code": code_at(mine, time.time())}).status_code == 200
    assert other.post(reverse(ENROL), {"code": code_at(theirs, time.time())}).status_code == 302
    assert TotpDevice.objects.get(user=newcomer.user).secret == mine


def test_a_first_device_is_not_confirmed_when_there_is_one_by_then(cast: Any) -> None:
    """The page was asked before somebody else's device was confirmed; under the lock it counts no more."""
    user = cast.clinician.user
    late = TotpDevice.objects.get(pk=start_enrolment(user.pk))
    code = code_at(late.secret, time.time())
    assert confirm_enrolment(user.pk, device_id=late.pk, code=code) is None
    assert TotpDevice.objects.get(user=user, confirmed=True).pk != late.pk
