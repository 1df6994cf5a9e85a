"""Signing in: a password, then a second factor, and nothing before both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import UUIDConverter

from nrm.accounts import middleware
from nrm.accounts.doors import is_marked
from nrm.accounts.models import User
from nrm.accounts.passwords import PinnedArgon2
from nrm.audit.models import Event
from tests.accounts.walking import audited, give_code, give_password, walk_in, without_tokens

OPEN = {"accounts:sign_in", "accounts:sign_out", "accounts:choose_password"}
WITHOUT_SECOND_FACTOR = {
    "accounts:sign_in",
    "accounts:sign_out",
    "accounts:choose_password",
    "accounts:invitation",
    "accounts:ask_passkey",
    "accounts:enrol",
    "accounts:sign_in_backup_code",
    "accounts:sign_in_code",
    "languages:set",
    "web:health",
    "web:leave",
    # Their keys are in the address or in a cookie of their own, and no account stands behind them.
    "desk:calendar_feed",
    "referrals:outside_link",
    "referrals:outside_code",
    "referrals:outside_read",
    "referrals:outside_step",
    "referrals:outside_done",
}
ON_THE_WAY = {"accounts:ask_passkey", "accounts:sign_in_code", "accounts:sign_in_backup_code", "accounts:enrol"}


#: How a session begins.
BEGINS = ("auth.login(", "SessionRecord.objects.create(", "complete_sign_in(request, device, factor=")


def names_of_accounts() -> list[str]:
    room = next(
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and entry.app_name == "accounts"
    )
    return [
        f"accounts:{entry.name}"
        for entry in room.url_patterns
        if isinstance(entry, URLPattern) and not entry.pattern.converters
    ]


def test_l1_password_and_code_let_in_and_are_audited(cast: Any) -> None:
    client = walk_in(cast, cast.case_worker)
    assert client.get(reverse("accounts:account")).status_code == 200
    assert audited() == ["sign_in.password_accepted", "sign_in.succeeded"]
    last = Event.objects.get(action="sign_in.succeeded")
    assert last.user_id == cast.case_worker.user.pk
    assert last.membership_id == cast.case_worker.membership.pk


def patterns(found: list[Any], namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from patterns(one.url_patterns, f"{one.namespace}:" if one.namespace else namespace)
        else:
            yield f"{namespace}{one.name}", one


def made_up(converter: Any) -> Any:
    return uuid4() if isinstance(converter, UUIDConverter) else 1


def test_a1_a_password_alone_leads_to_the_second_factor_everywhere(cast: Any) -> None:
    client = Client()
    give_password(client, cast.case_worker, cast.password)
    closed = [(name, one) for name, one in patterns(get_resolver().url_patterns) if name not in WITHOUT_SECOND_FACTOR]
    assert len(closed) > 100
    for name, one in closed:
        page = reverse(name, kwargs={key: made_up(converter) for key, converter in one.pattern.converters.items()})
        for response in (client.get(page), client.post(page)):
            assert (response.status_code, response.headers.get("Location")) == (
                302,
                reverse("accounts:sign_in_code"),
            ), name


def test_a1_what_answers_without_a_second_factor_is_listed_here() -> None:
    marks = ("open_door", "before_second_factor")
    found = {
        name for name, one in patterns(get_resolver().url_patterns) if any(is_marked(one.callback, m) for m in marks)
    }
    assert found == WITHOUT_SECOND_FACTOR


def test_without_a_session_every_page_leads_to_sign_in(db: Any) -> None:
    for name in set(names_of_accounts()) - OPEN:
        response = Client().get(reverse(name))
        assert response.status_code == 302, name
        assert response.headers["Location"].startswith(reverse("accounts:sign_in")), name


def test_a1_with_a_second_factor_enrolment_is_no_way_around_it(cast: Any) -> None:
    client = Client()
    give_password(client, cast.case_worker, cast.password)
    for data in ({}, {"step": "start"}, {"code": "123456"}):
        response = client.post(reverse("accounts:enrol"), data)
        assert response.headers["Location"] == reverse("accounts:sign_in_code")


def test_a2_the_only_ways_in_are_the_two_that_ask_for_a_second_factor() -> None:
    from django.conf import settings

    assert settings.AUTHENTICATION_BACKENDS == [
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
    ]
    assert {name for name in names_of_accounts() if "sign_in" in name} == {
        "accounts:sign_in",
        "accounts:sign_in_code",
        "accounts:sign_in_backup_code",
    }


def test_a2_a_session_begins_in_one_place_and_with_one_of_three_factors() -> None:
    """Whoever begins one elsewhere, or signs somebody in without a factor, must come past this list."""
    room = Path(middleware.__file__).parent
    sources = {path.relative_to(room).as_posix(): path.read_text(encoding="utf-8") for path in room.rglob("*.py")}
    begins = [f"{name}: {word}" for name, text in sources.items() for word in BEGINS if word in text]
    assert sorted(begins) == [
        "actions/sessions.py: SessionRecord.objects.create(",
        "actions/sign_in.py: auth.login(",
        "actions/sign_in.py: complete_sign_in(request, device, factor=",
        "views/account.py: complete_sign_in(request, device, factor=",
    ]
    assert sources["actions/sign_in.py"].count("complete_sign_in(request, device, factor=") == 2


@pytest.mark.parametrize("kind", ["wrong password", "unknown", "closed", "invited"])
def test_a8_every_refusal_looks_and_costs_the_same(cast: Any, kind: Any) -> None:
    User.objects.filter(pk=cast.officer.user.pk).update(is_active=False)
    User.objects.filter(pk=cast.auditor.user.pk).update(password=make_password(None))
    email, password = {
        "wrong password": (cast.case_worker.user.email, "not the right words at all"),
        "unknown": ("nobody@cast.example", cast.password),
        "closed": (cast.officer.user.email, cast.password),
        "invited": (cast.auditor.user.email, cast.password),
    }[kind]
    with (
        patch.object(PinnedArgon2, "encode", autospec=True, side_effect=PinnedArgon2.encode) as hashed,
        patch.object(PinnedArgon2, "verify", autospec=True, side_effect=PinnedArgon2.verify) as verified,
    ):
        response = Client().post(reverse("accounts:sign_in"), {"email": email, "password": password})
    baseline = Client().post(reverse("accounts:sign_in"), {"email": "somebody@else.example", "password": "x" * 20})
    assert response.status_code == baseline.status_code == 422
    assert without_tokens(response) == without_tokens(baseline)
    assert hashed.call_count + verified.call_count == 1
    assert audited() == ["sign_in.failed", "sign_in.failed"]


def test_l1_l4_a_failed_sign_in_leaves_no_address_in_the_audit(cast: Any) -> None:
    give_password(Client(), cast.stranger, "not the right words at all")
    Client().post(reverse("accounts:sign_in"), {"email": "Unknown@Person.example", "password": "x" * 20})
    known, unknown = Event.objects.filter(action="sign_in.failed").order_by("sequence")
    assert known.subject == f"accounts.user:{cast.stranger.user.pk}"
    assert unknown.subject == ""
    assert "@" not in str([known.data, unknown.data])


def test_the_address_may_be_typed_in_capitals(cast: Any) -> None:
    client = Client()
    response = client.post(
        reverse("accounts:sign_in"), {"email": f" {cast.case_worker.user.email.upper()} ", "password": cast.password}
    )
    assert response.headers["Location"] == reverse("accounts:sign_in_code")


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_d9_next_never_leads_to_another_site(cast: Any, wanted: Any) -> None:
    client = Client()
    client.post(
        reverse("accounts:sign_in"), {"email": cast.case_worker.user.email, "password": cast.password, "next": wanted}
    )
    assert give_code(client, cast.code_for(cast.case_worker)).headers["Location"] == "/"


def test_the_page_that_was_wanted_is_reached(cast: Any) -> None:
    client = Client()
    wanted = reverse("accounts:sessions")
    shown = client.get(wanted, follow=True)
    assert f'name="next" value="{wanted}"' in shown.content.decode()
    client.post(
        reverse("accounts:sign_in"), {"email": cast.case_worker.user.email, "password": cast.password, "next": wanted}
    )
    assert give_code(client, cast.code_for(cast.case_worker)).headers["Location"] == wanted


def test_htmx_moves_the_whole_page_to_sign_in(db: Any) -> None:
    response = Client().get(reverse("accounts:account"), headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, reverse("accounts:sign_in"))


def test_a14_there_is_no_account_after_installation(db: Any) -> None:
    assert not User.objects.exists()


def test_a14_the_invented_people_are_refused_outside_the_training_copy(db: Any, settings: Any) -> None:
    """Their password is printed; production refuses the training copy at its start (test_production.py)."""
    settings.NRM_DEMO = False
    with pytest.raises(CommandError):
        call_command("demo")
    assert not User.objects.exists()


def test_a15_passwords_are_hashed_with_pinned_argon2id_and_upgraded_at_sign_in(cast: Any, pinned_argon2: Any) -> None:
    assert pinned_argon2 == {"time_cost": 3, "memory_cost": 64 * 1024, "parallelism": 4}
    with patch.object(PinnedArgon2, "time_cost", 2):
        User.objects.filter(pk=cast.case_worker.user.pk).update(password=make_password(cast.password))
    give_password(Client(), cast.case_worker, cast.password)
    stored = User.objects.get(pk=cast.case_worker.user.pk).password
    assert stored.startswith("argon2$argon2id$")
    assert ",t=1," in stored


@pytest.mark.parametrize("typed", ["", "\x00", "\u202edrow", "<script>alert(1)</script>", "x" * 100_000, "' OR 1=1 --"])
def test_hostile_input_is_refused_in_peace(cast: Any, typed: Any) -> None:
    response = Client().post(reverse("accounts:sign_in"), {"email": typed, "password": typed})
    assert response.status_code == 422
    assert b"<script>alert" not in response.content


def test_what_was_said_stays_on_the_server(cast: Any, sign_in: Any) -> None:
    """A message would otherwise lie in a cookie, where it outlives the session."""
    client = sign_in(cast.case_worker)
    client.post(reverse("accounts:end_other_sessions"))
    assert "messages" not in client.cookies
    assert "All other sessions were ended" in client.get(reverse("accounts:sessions")).content.decode()
