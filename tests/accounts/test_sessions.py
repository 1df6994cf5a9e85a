"""A session ends when it should: by time, by sign-out, by its owner, by an administrator, by a right that went."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from nrm.accounts import actions
from nrm.accounts.models import SessionRecord, TotpDevice
from tests.accounts.test_sign_in import made_up, patterns
from tests.accounts.walking import audited, give_code, give_password, session_cookie, walk_in

ACCOUNT = "accounts:account"


def is_in(client: Client) -> bool:
    return client.get(reverse(ACCOUNT)).status_code == 200


def sees_sign_in(client: Client) -> bool:
    return client.get(reverse(ACCOUNT)).headers.get("Location", "").startswith(reverse("accounts:sign_in"))


def test_s1_the_key_changes_at_password_and_at_second_factor(cast: Any) -> None:
    client = Client()
    client.get(reverse("accounts:sign_in"))
    give_password(client, cast.case_worker, cast.password)
    half = session_cookie(client)
    give_code(client, cast.code_for(cast.case_worker))
    whole = session_cookie(client)
    assert half != whole
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = half
    assert sees_sign_in(stolen)


@pytest.mark.parametrize(("minutes", "stays"), [(18, True), (21, False)])
def test_s2_idle_limit_is_kept_by_the_server(cast: Any, sign_in: Any, minutes: Any, stays: Any) -> None:
    client = sign_in(cast.case_worker)
    SessionRecord.objects.update(last_seen_at=timezone.now() - timedelta(minutes=minutes))
    assert is_in(client) is stays
    assert is_in(client) is stays


def test_s3_absolute_limit_holds_however_busy_one_is(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    SessionRecord.objects.update(started_at=timezone.now() - timedelta(hours=12), last_seen_at=timezone.now())
    assert sees_sign_in(client)


def test_a_password_without_second_factor_waits_ten_minutes(cast: Any) -> None:
    client = Client()
    give_password(client, cast.case_worker, cast.password)
    session = client.session
    session["password_at"] = (timezone.now() - timedelta(minutes=11)).isoformat()
    session.save()
    assert (
        give_code(client, cast.code_for(cast.case_worker)).headers["Location"].startswith(reverse("accounts:sign_in"))
    )


def test_s4_sign_out_is_a_post_and_kills_the_cookie(cast: Any) -> None:
    client = walk_in(cast, cast.case_worker)
    key = session_cookie(client)
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert is_in(client)
    client.post(reverse("accounts:sign_out"))
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert sees_sign_in(client)
    assert audited()[-1] == "sign_out"


def test_s4_a_session_that_ran_out_does_not_come_back(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    key = client.session.session_key
    SessionRecord.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    assert sees_sign_in(client)
    SessionRecord.objects.update(last_seen_at=timezone.now(), ended_at=None)
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    assert sees_sign_in(client)


def test_s5_a_closed_account_is_out_at_the_next_request(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    actions.deactivate(cast.case_worker.user.pk, by=cast.administrator.actor)
    assert sees_sign_in(client)
    assert audited() == ["account.deactivated"]
    assert give_password(Client(), cast.case_worker, cast.password).status_code == 422
    assert audited()[-1] == "sign_in.failed"


def test_s6_an_ended_role_is_gone_at_the_next_request(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.administrator)
    actions.end_membership(
        cast.administrator.membership.pk, user_id=cast.administrator.user.pk, by=cast.second_administrator.actor
    )
    assert client.get(reverse("accounts:people")).headers["Location"] == reverse("accounts:memberships")


def test_s6_a_closed_organisation_takes_its_roles_along(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.administrator)
    actions.set_organisation_active(cast.organisations.operator.pk, active=False, by=cast.second_administrator.actor)
    assert client.get(reverse("accounts:people")).headers["Location"] == reverse("accounts:memberships")


def test_s8_everybody_sees_and_ends_their_own_sessions_only(cast: Any, sign_in: Any) -> None:
    client, other, stranger = sign_in(cast.case_worker), sign_in(cast.case_worker), sign_in(cast.stranger)
    assert client.get(reverse("accounts:sessions")).content.decode().count("127.0.0.0/24") == 2
    record = SessionRecord.objects.get(pk=other.session["record"])
    refused = stranger.post(reverse("accounts:end_session", args=[record.pk]))
    assert refused.status_code == 404
    assert audited()[-1] == "request.refused"
    assert is_in(other)
    client.post(reverse("accounts:end_session", args=[record.pk]))
    assert sees_sign_in(other)
    assert is_in(client)
    assert audited()[-1] == "session.ended"


def test_s8_all_others_at_once(cast: Any, sign_in: Any) -> None:
    client, other = sign_in(cast.case_worker), sign_in(cast.case_worker)
    client.post(reverse("accounts:end_other_sessions"))
    assert is_in(client)
    assert sees_sign_in(other)


def test_s9_an_administrator_ends_the_sessions_of_anybody(cast: Any, sign_in: Any) -> None:
    client, administrator = sign_in(cast.case_worker), sign_in(cast.administrator)
    administrator.post(reverse("accounts:end_sessions", args=[cast.case_worker.user.pk]))
    assert sees_sign_in(client)
    assert is_in(administrator)
    assert audited() == ["session.ended"]
    assert sign_in(cast.stranger).post(reverse("accounts:end_sessions", args=[cast.officer.user.pk])).status_code == 403
    assert audited()[-1] == "request.refused"


def test_s7_a_new_password_ends_the_other_sessions(cast: Any, sign_in: Any) -> None:
    client, other = sign_in(cast.case_worker), sign_in(cast.case_worker)
    new = "seven quiet otters sing at noon"
    typed = {"new_password": new, "new_password_again": new}
    assert client.post(reverse("accounts:password"), {**typed, "password": "not the present one"}).status_code == 422
    assert audited()[-1] == "second_factor.failed"
    TotpDevice.objects.update(throttling_failure_count=0)
    answer = client.post(reverse("accounts:password"), {**typed, "password": cast.password})
    assert answer.status_code == 302
    assert is_in(client)
    assert sees_sign_in(other)
    assert audited()[-1] == "password.changed"


def made_up_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def test_s11_cookies_are_strict_in_production() -> None:
    program = (
        "import json, nrm.settings as s; "
        "print(json.dumps({n: getattr(s, n) for n in dir(s) if '_COOKIE_' in n and n.isupper()}))"
    )
    environment = {
        **os.environ,
        "NRM_MODE": "production",
        "NRM_SECRET_KEY": secrets.token_urlsafe(60),
        "NRM_VAULT_KEYS": f"v1:{made_up_key()}",
        "NRM_INDEX_KEY": made_up_key(),
        "NRM_CHECKPOINT_KEY": made_up_key(),
        "DATABASE_URL": "postgres://nobody@localhost/none",
        "NRM_BASE_URL": "https://desk.example",
        "NRM_MAIL_URL": "consolemail://",
        "NRM_DEMO": "0",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    cookies = json.loads(done.stdout)
    assert cookies["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert cookies["CSRF_COOKIE_NAME"].startswith("__Host-")
    for name in ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY"):
        assert cookies[name] is True, name
    assert cookies["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_s11_the_session_cookie_as_it_is_sent(cast: Any) -> None:
    cookie = walk_in(cast, cast.case_worker).cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_s12_sign_out_clears_what_the_browser_kept(cast: Any, sign_in: Any) -> None:
    response = sign_in(cast.case_worker).post(reverse("accounts:sign_out"))
    assert response.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'


@pytest.mark.parametrize("name", [ACCOUNT, "accounts:sessions", "accounts:memberships", "accounts:people"])
def test_s13_signed_in_pages_are_never_stored(cast: Any, sign_in: Any, name: Any) -> None:
    assert "no-store" in sign_in(cast.administrator).get(reverse(name)).headers["Cache-Control"]


def test_s13_no_answer_to_somebody_signed_in_is_stored_whatever_it_is(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.administrator)
    out = {"accounts:sign_out", "web:leave"}
    for name, one in patterns(get_resolver().url_patterns):
        page = reverse(name, kwargs={key: made_up(converter) for key, converter in one.pattern.converters.items()})
        for answer in (client.get(page), *([] if name in out else [client.post(page)])):
            assert "no-store" in answer.headers["Cache-Control"], name


def test_the_last_sign_in_before_this_one_is_shown(cast: Any, sign_in: Any) -> None:
    first = sign_in(cast.case_worker)
    assert "This is your first sign-in" in first.get(reverse(ACCOUNT)).content.decode()
    assert "This is your first sign-in" not in sign_in(cast.case_worker).get(reverse(ACCOUNT)).content.decode()


def test_a_signed_in_request_costs_four_queries_before_the_view(
    cast: Any, sign_in: Any, django_assert_num_queries: Any
) -> None:
    client = sign_in(cast.case_worker)
    client.get(reverse("accounts:memberships"))
    with django_assert_num_queries(5):  # session, user, device, record with membership; then the view's own one
        client.get(reverse("accounts:memberships"))
