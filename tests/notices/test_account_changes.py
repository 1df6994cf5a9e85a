"""A12: whoever's way of signing in was changed is told by mail, and the mail says nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail

from nrm.accounts import actions
from nrm.accounts.models import Membership, Passkey, ResetReason, TotpDevice
from nrm.notices.delivery import deliver_due
from nrm.notices.models import Notice
from tests.accounts.authenticator import Authenticator
from tests.conftest import code_at

NEW = "four herons above a slow river"


def another_app(cast: Any) -> None:
    user_id = cast.case_worker.user.pk
    device = TotpDevice.objects.get(pk=actions.start_enrolment(user_id))
    assert actions.confirm_enrolment(
        user_id, device_id=device.pk, code=code_at(device.secret, time.time()), spare=cast.stranger.user.pk
    )


def a_new_passkey(cast: Any) -> None:

    user_id = cast.case_worker.user.pk
    asked = actions.ask_new_passkey(user_id)
    answer = Authenticator("https://desk.example", "desk.example").create(json.loads(asked.options))
    assert actions.add_passkey(user_id, challenge_id=asked.challenge_id, answer=answer, name="Key")


def a_removed_passkey(cast: Any) -> None:
    passkey = Passkey.objects.create(user=cast.case_worker.user, credential_id=b"key", public_key=b"key")
    actions.remove_passkey(passkey.pk, user_id=cast.case_worker.user.pk, spare=cast.stranger.user.pk)


def backup_codes(cast: Any) -> None:
    actions.make_backup_codes(cast.case_worker.user.pk)


def a_new_password(cast: Any) -> None:
    actions.change_password(
        cast.case_worker.user.pk, password=NEW, spare=cast.stranger.user.pk, by=cast.case_worker.actor
    )


def a_password_by_link(cast: Any) -> None:
    actions.reissue_link(cast.case_worker.user.pk, by=cast.administrator.actor)
    link = cast.case_worker.user.invitations.get(used_at=None)
    actions.accept_invitation(link.pk, password=NEW, language="en")


def a_reset_by_two_administrators(cast: Any) -> None:
    reset = actions.request_reset(cast.case_worker.user.pk, reason=ResetReason.LOST, by=cast.administrator.actor)
    by = cast.second_administrator
    actions.confirm_reset(reset.pk, code=cast.code_for(by), by=by.actor)


CHANGES: tuple[Callable[[Any], None], ...] = (
    another_app,
    a_new_passkey,
    a_removed_passkey,
    backup_codes,
    a_new_password,
    a_password_by_link,
    a_reset_by_two_administrators,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a12_every_change_is_told_to_whom_it_concerns(cast: Any, settings: Any, change: Callable[[Any], None]) -> None:
    settings.NRM_BASE_URL = "https://desk.example"
    change(cast)
    deliver_due()
    told = "The way you sign in was changed. If that was not you, tell an administrator at once: https://desk.example/"
    assert [(one.subject, one.body, one.to) for one in mail.outbox] == [
        ("News for you", f"{told}\n", [cast.case_worker.user.email])
    ]
    notice = Notice.objects.get()
    assert (notice.kind, notice.case_code) == ("account_changed", "")


def test_a12_also_whoever_has_no_role_left_is_told(cast: Any) -> None:
    Membership.objects.filter(user=cast.case_worker.user).update(ended_at=cast.case_worker.membership.started_at)
    a_new_password(cast)
    assert deliver_due() == 1


def test_a12_what_failed_tells_nobody(cast: Any) -> None:
    assert actions.confirm_enrolment(cast.case_worker.user.pk, device_id=0, code="000000") is None
    assert not Notice.objects.exists()
