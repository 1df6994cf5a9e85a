"""Codes of the app and backup codes: right once, wrong for ever after, unreadable in the database."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from nrm.accounts.actions import make_backup_codes, second_factor, use_backup_code, use_code
from nrm.accounts.models import BackupCode, TotpDevice
from nrm.accounts.sealing import CannotUnseal
from tests.accounts.walking import audited, give_code, give_password
from tests.conftest import TOTP_SECRET, code_at


def test_a3_a_code_works_once(cast: Any) -> None:
    code = cast.code_for(cast.case_worker)
    first, second = Client(), Client()
    for client in (first, second):
        give_password(client, cast.case_worker, cast.password)
    assert give_code(first, code).status_code == 302
    assert give_code(second, code).status_code == 422
    assert audited()[-1] == "second_factor.failed"


def use_twice_at_once(cast: Any) -> int:
    """Two connections spend the same code at the same moment; how many got through."""
    user_id, code = cast.case_worker.user.pk, cast.code_for(cast.case_worker)
    start = threading.Barrier(2)
    allowed = TotpDevice.verify_is_allowed

    def slowly(device: Any) -> Any:
        time.sleep(0.3)  # longer than the other needs to read the row
        return allowed(device)

    def spend(_: Any) -> Any:
        start.wait(10)
        try:
            return use_code(user_id, code) is not None
        finally:
            connections.close_all()

    with patch.object(TotpDevice, "verify_is_allowed", slowly), ThreadPoolExecutor(2) as pool:
        return sum(pool.map(spend, range(2)))


@pytest.mark.concurrency
def test_a3_the_same_code_twice_at_once_gives_one_success(committed_db: Any, cast: Any) -> None:
    assert use_twice_at_once(cast) == 1
    assert audited() == ["second_factor.failed"]


@pytest.mark.concurrency
def test_a3_without_the_row_lock_both_would_get_in(committed_db: Any, cast: Any) -> None:
    def unlocked(user_id: Any) -> Any:
        return TotpDevice.objects.filter(user=user_id, confirmed=True).first()

    with patch.object(second_factor, "locked_device", unlocked):
        assert use_twice_at_once(cast) == 2


@pytest.mark.parametrize(("step", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a4_one_step_either_way_is_accepted_and_no_more(cast: Any, step: Any, accepted: Any) -> None:
    now = 1_800_000_015.0
    with patch("nrm.accounts.factors.time.time", return_value=now):
        used = use_code(cast.case_worker.user.pk, code_at(TOTP_SECRET, now + 30 * step))
    assert (used is not None) is accepted
    assert audited() == ([] if accepted else ["second_factor.failed"])


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "-12345", "١٢٣٤٥٦", "12345a", "1e5000"])
def test_what_is_no_code_is_refused(cast: Any, typed: Any) -> None:
    assert use_code(cast.case_worker.user.pk, typed) is None


def test_a_code_may_be_typed_with_a_space(cast: Any) -> None:
    code = cast.code_for(cast.case_worker)
    assert use_code(cast.case_worker.user.pk, f"{code[:3]} {code[3:]}") is not None


def test_a_code_of_somebody_else_is_refused(cast: Any) -> None:
    TotpDevice.objects.filter(user=cast.stranger.user).delete()
    assert use_code(cast.stranger.user.pk, cast.code_for(cast.case_worker)) is None


def test_a7_a_backup_code_lets_in_once_and_is_stored_hashed(cast: Any) -> None:
    codes = make_backup_codes(cast.case_worker.user.pk)
    assert len(set(codes)) == 10
    assert all(len(code.replace("-", "")) == 12 for code in codes)
    stored = b"".join(bytes(row.digest) for row in BackupCode.objects.all())
    assert not any(code.encode() in stored or code.replace("-", "").encode() in stored for code in codes)

    client = Client()
    give_password(client, cast.case_worker, cast.password)
    assert client.post(reverse("accounts:sign_in_backup_code"), {"backup_code": codes[3].upper()}).status_code == 302
    assert client.get(reverse("accounts:account")).status_code == 200
    again = Client()
    give_password(again, cast.case_worker, cast.password)
    assert again.post(reverse("accounts:sign_in_backup_code"), {"backup_code": codes[3]}).status_code == 422
    assert "second_factor.backup_code_used" in audited()
    assert audited()[-1] == "second_factor.failed"


def test_a7_a_backup_code_belongs_to_one_person(cast: Any) -> None:
    code = make_backup_codes(cast.case_worker.user.pk)[0]
    assert use_backup_code(cast.stranger.user.pk, code) is None
    assert use_backup_code(cast.case_worker.user.pk, code) is not None


def test_guessing_backup_codes_is_slowed_like_guessing_codes(cast: Any) -> None:
    code = make_backup_codes(cast.case_worker.user.pk)[0]
    assert use_backup_code(cast.case_worker.user.pk, "0000-0000-0000") is None
    assert use_backup_code(cast.case_worker.user.pk, code) is None


def test_new_backup_codes_are_shown_once_and_replace_the_old(cast: Any, sign_in: Any) -> None:
    old = make_backup_codes(cast.case_worker.user.pk)[0]
    client, page = sign_in(cast.case_worker), reverse("accounts:backup_codes")
    assert old not in client.get(page).content.decode()
    shown = client.post(page)
    assert shown.status_code == 200
    assert shown.content.decode().count("<li>") >= 10
    assert "no-store" in shown.headers["Cache-Control"]
    assert use_backup_code(cast.case_worker.user.pk, old) is None


def test_c9_a_dump_holds_no_shared_secret(cast: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(encode(sealed_secret, 'hex'), '') FROM accounts_totpdevice")
        dumped = cursor.fetchone()[0]
    assert TOTP_SECRET.hex() not in dumped


def test_c2_a_secret_moved_to_another_account_cannot_be_opened(cast: Any) -> None:
    sealed = TotpDevice.objects.get(user=cast.case_worker.user).sealed_secret
    device = TotpDevice.objects.get(user=cast.stranger.user)
    device.sealed_secret = sealed
    with pytest.raises(CannotUnseal):
        _ = device.secret


@pytest.mark.parametrize("place", [0, 1, 3, 20, -1])
def test_c1_an_altered_secret_cannot_be_opened(cast: Any, place: Any) -> None:
    device = TotpDevice.objects.get(user=cast.case_worker.user)
    sealed = bytearray(device.sealed_secret)
    sealed[place] ^= 1
    device.sealed_secret = bytes(sealed)
    with pytest.raises(CannotUnseal):
        _ = device.secret
