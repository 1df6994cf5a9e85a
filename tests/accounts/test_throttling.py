"""A5: guessing is slowed per account and per network, and nobody can lock a colleague out for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.accounts.models import SessionRecord
from tests.accounts.walking import audited, give_password

WRONG = "not the right words at all"


def fail(player: Any, times: int, **extra: Any) -> Any:
    for _ in range(times):
        response = give_password(Client(), player, WRONG, **extra)
    return response


def wait_sixteen_minutes() -> None:
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))


def test_a5_the_fifth_failure_shuts_the_door_even_for_the_right_password(cast: Any) -> None:
    assert fail(cast.case_worker, 4).status_code == 422
    assert fail(cast.case_worker, 1).status_code == 429
    assert give_password(Client(), cast.case_worker, cast.password).status_code == 429
    assert give_password(Client(), cast.stranger, cast.password).status_code == 302
    assert audited()[4:6] == ["sign_in.locked", "sign_in.locked"]


def test_a5_the_door_opens_again_by_itself(cast: Any) -> None:
    fail(cast.case_worker, 6)
    wait_sixteen_minutes()
    assert give_password(Client(), cast.case_worker, cast.password).status_code == 302


def test_a5_knocking_during_the_lock_does_not_prolong_it(cast: Any) -> None:
    fail(cast.case_worker, 5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    fail(cast.case_worker, 3)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert give_password(Client(), cast.case_worker, cast.password).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_a5_an_unknown_address_is_locked_like_a_known_one(db: Any) -> None:
    data = {"email": "nobody@cast.example", "password": WRONG}
    answers = [Client().post(reverse("accounts:sign_in"), data).status_code for _ in range(6)]
    assert answers == [422, 422, 422, 422, 429, 429]
    assert audited()[-1] == "sign_in.locked"


def test_a5_many_addresses_against_one_account(cast: Any) -> None:
    for last in range(10):
        fail(cast.case_worker, 1, REMOTE_ADDR=f"198.51.100.{last}")
    answer = give_password(Client(), cast.case_worker, cast.password, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 429
    assert audited()[-1] == "sign_in.locked"


def test_a5_a_colleague_is_not_locked_out_where_they_always_work(cast: Any) -> None:
    now = timezone.now()
    SessionRecord.objects.create(
        user=cast.case_worker.user, started_at=now, last_seen_at=now, ended_at=now, network="192.0.2.0/24"
    )
    for last in range(12):
        fail(cast.case_worker, 1, REMOTE_ADDR=f"198.51.100.{last}")
    answer = give_password(Client(), cast.case_worker, cast.password, REMOTE_ADDR="192.0.2.7")
    assert answer.status_code == 302


def test_a5_one_address_against_many_accounts(cast: Any) -> None:
    for player in list(cast.everybody.values())[:13]:
        fail(player, 4)
    assert give_password(Client(), cast.stranger, cast.password).status_code == 429
    assert give_password(Client(), cast.stranger, cast.password, REMOTE_ADDR="203.0.113.9").status_code == 302


def test_b6_a_forged_forwarding_header_changes_nothing(cast: Any) -> None:
    for last in range(5):
        fail(cast.case_worker, 1, headers={"X-Forwarded-For": f"198.51.100.{last}"})
    answer = give_password(Client(), cast.case_worker, cast.password, headers={"X-Forwarded-For": "203.0.113.1"})
    assert answer.status_code == 429


def test_b6_behind_one_proxy_only_its_own_entry_counts(cast: Any, settings: Any) -> None:
    settings.NRM_PROXIES = 1
    for last in range(5):
        fail(cast.case_worker, 1, headers={"X-Forwarded-For": f"10.0.0.{last}, 198.51.100.1"})
    forwarded = {"X-Forwarded-For": "10.9.9.9, 198.51.100.1"}
    assert give_password(Client(), cast.case_worker, cast.password, headers=forwarded).status_code == 429
    elsewhere = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    assert give_password(Client(), cast.case_worker, cast.password, headers=elsewhere).status_code == 302


def test_counters_hold_no_address_and_no_password(cast: Any) -> None:
    fail(cast.case_worker, 2)
    kept = str(list(AccessAttempt.objects.values()))
    assert "@" not in kept
    assert WRONG not in kept


@pytest.mark.parametrize("failures", [3, 20])
def test_a5_wrong_codes_make_wait_but_never_much_longer_than_a_quarter_of_an_hour(cast: Any, failures: Any) -> None:
    from nrm.accounts.actions import use_code
    from nrm.accounts.models import TotpDevice

    device = TotpDevice.objects.get(user=cast.case_worker.user)
    for _ in range(failures):
        TotpDevice.objects.filter(pk=device.pk).update(throttling_failure_timestamp=timezone.now() - timedelta(days=1))
        assert use_code(cast.case_worker.user.pk, "000000") is None
    assert use_code(cast.case_worker.user.pk, cast.code_for(cast.case_worker)) is None
    TotpDevice.objects.filter(pk=device.pk).update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=18))
    assert use_code(cast.case_worker.user.pk, cast.code_for(cast.case_worker)) is not None
