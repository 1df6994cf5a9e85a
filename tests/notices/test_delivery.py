"""Notices: written with the act, delivered after it, to those who may still be told, saying next to nothing."""

from __future__ import annotations

import time
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from threading import Barrier
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone, translation

from nrm.notices import actions, delivery, letters, selectors
from nrm.notices.kinds import NoticeKind
from nrm.notices.models import Notice
from tests.concurrency.test_two_steps_at_once import at_once
from workflows.effects import Notify
from workflows.registry import MACHINES, all_edges

pytestmark = pytest.mark.django_db
CODE = "K7Q2-M4RT-9XCY"


class BrokenServer(EmailBackend):
    """A mail server that is away; its error would tell the address."""

    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError(f"cannot reach {messages[0].to[0]}")


def test_every_notice_a_machine_sends_has_a_kind() -> None:
    beginnings = [effect for flow in MACHINES.values() for effect in flow.beginning.effects]
    everything = beginnings + [effect for edge in all_edges() for effect in edge.effects]
    assert {effect.kind for effect in everything if isinstance(effect, Notify)} <= set(NoticeKind.values)


def test_everybody_in_the_organisation_is_told_but_who_did_it(cast: Any) -> None:
    queue(cast, except_user_id=cast.case_worker.user.pk)
    assert delivery.deliver_due() == 1
    assert [message.to for message in mail.outbox] == [[cast.second_case_worker.user.email]]


def test_one_person_is_told(cast: Any) -> None:
    actions.queue("account_changed", user_id=cast.clinician.user.pk)
    assert delivery.deliver_due() == 1
    assert "way you sign in was changed" in mail.outbox[0].body


def test_only_the_role_meant_is_told(cast: Any) -> None:
    assert queue(cast, role="shelter_worker") == []
    assert len(queue(cast, role="case_worker")) == 2


def test_a_notice_is_for_an_organisation_or_a_user() -> None:
    with pytest.raises(ValueError, match="an organisation or for a user"):
        actions.queue("alert_raised", case_code=CODE)


def test_z3_a_mail_holds_the_case_code_and_the_link_and_nothing_else(cast: Any, settings: Any) -> None:
    settings.NRM_BASE_URL = "https://desk.example"
    for kind in NoticeKind.values:
        queue(cast, kind=kind)
    delivery.deliver_due(200)
    expected = f"There is news on {CODE}. Sign in to read it: https://desk.example/\n"
    assert {(message.subject, message.body) for message in mail.outbox} == {("News for you", expected)}
    assert {type(message) for message in mail.outbox} == {mail.EmailMessage}, "plain text only"


def test_a_mail_is_in_the_language_of_who_gets_it(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for player, language in ((cast.case_worker, "sq"), (cast.second_case_worker, "mk")):
        player.user.language = language
        player.user.save()
    monkeypatch.setattr(letters, "_", lambda text: f"{translation.get_language()}: {text}")
    queue(cast)
    delivery.deliver_due()
    assert {message.subject[:3] for message in mail.outbox} == {"sq:", "mk:"}


@pytest.mark.parametrize("leaves", ["account", "membership", "organisation"])
def test_z8_who_has_left_by_then_is_not_told(cast: Any, leaves: str) -> None:
    queue(cast, except_user_id=cast.second_case_worker.user.pk)
    user, membership, organisation = (
        type(cast.case_worker.user).objects.filter(pk=cast.case_worker.user.pk),
        type(cast.case_worker.membership).objects.filter(pk=cast.case_worker.membership.pk),
        type(cast.organisations.open_hand).objects.filter(pk=cast.organisations.open_hand.pk),
    )
    if leaves == "account":
        user.update(is_active=False)
    elif leaves == "membership":
        membership.update(ended_at=timezone.now())
    else:
        organisation.update(is_active=False)
    assert delivery.deliver_due() == 0
    assert mail.outbox == []
    assert Notice.objects.get().last_error_code == "recipient_left"


def test_what_is_rolled_back_is_told_to_nobody(cast: Any) -> None:
    with pytest.raises(RuntimeError, match="act failed"):
        queue_and_fail(cast)
    assert delivery.deliver_due() == 0


def queue_and_fail(cast: Any) -> None:
    with transaction.atomic():
        queue(cast)
        raise RuntimeError("act failed")


def test_b8_a_failure_waits_longer_each_time_and_keeps_no_address(cast: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.BrokenServer"
    (notice,) = queue(cast, except_user_id=cast.case_worker.user.pk)
    waits = []
    for _ in range(delivery.ATTEMPTS):
        Notice.objects.update(next_try_at=timezone.now())
        assert delivery.deliver_due() == 0
        notice.refresh_from_db()
        waits.append(round((notice.next_try_at - timezone.now()) / timedelta(minutes=1)))
    assert notice.last_error_code == "ConnectionRefusedError"
    assert waits == sorted(waits)
    assert (waits[0], waits[1], waits[-1]) == (2, 4, 6 * 60)
    assert notice.dropped_at is not None
    assert selectors.outbox().waiting == 0


def test_b8_a_failing_notice_is_not_tried_again_at_once_and_goes_out_later(cast: Any, settings: Any) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.BrokenServer"
    queue(cast, except_user_id=cast.case_worker.user.pk)
    delivery.deliver_due()
    settings.EMAIL_BACKEND = working
    assert delivery.deliver_due() == 0
    assert selectors.outbox().failing == 1
    Notice.objects.update(next_try_at=timezone.now())
    assert delivery.deliver_due() == 1
    assert Notice.objects.get().last_error_code == ""


def test_the_worker_delivers(cast: Any) -> None:
    queue(cast)
    call_command("worker", "--once")
    assert len(mail.outbox) == 2


@pytest.fixture
def slow_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    send = EmailBackend.send_messages

    def slowly(self: EmailBackend, messages: Any) -> int:
        time.sleep(0.05)
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", slowly)


@pytest.mark.concurrency
def test_two_workers_deliver_each_notice_once(committed_db: None, cast: Any, slow_mail: None) -> None:
    for _ in range(4):
        queue(cast)
    at_once(delivery.deliver_due, delivery.deliver_due)
    assert len(mail.outbox) == 8


@pytest.mark.concurrency
def test_without_the_lock_two_workers_tell_somebody_twice(
    committed_db: None, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: both have read before one of them writes."""
    queue(cast, except_user_id=cast.case_worker.user.pk)
    both_have_read = Barrier(2)

    def take(first: Notice, at: Any) -> Any:
        both_have_read.wait(timeout=10)
        return taken(first, at)

    taken = delivery._take
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_: self)
    monkeypatch.setattr(delivery, "_take", take)
    at_once(delivery.deliver_due, delivery.deliver_due)
    assert len(mail.outbox) == 2


def test_a_worker_that_died_after_sending_leaves_a_letter_that_goes_out_as_the_same(
    cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once, and what goes out twice can be told by its Message-ID."""
    queue(cast, except_user_id=cast.case_worker.user.pk)
    with monkeypatch.context() as killed:
        killed.setattr(delivery, "settle", dies)
        with pytest.raises(SystemExit):
            delivery.deliver_due()
    assert delivery.deliver_due() == 0, "nobody takes it while it may still be under way"
    Notice.objects.update(next_try_at=timezone.now())
    assert delivery.deliver_due() == 1
    first, again = (message.message()["Message-ID"] for message in mail.outbox)
    assert first == again
    assert delivery.deliver_due() == 0


def dies(*_: Any) -> None:
    raise SystemExit


def test_a_fault_with_one_letter_holds_up_no_other_and_is_logged_without_its_text(
    cast: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    queue(cast)
    write = letters.written

    def faulty(letter: Any, recipient: Any, notices: Any) -> Any:
        if recipient == cast.case_worker.user:
            raise ValueError(f"nothing for {recipient.email}")
        return write(letter, recipient, notices)

    monkeypatch.setattr(delivery, "written", faulty)
    assert delivery.deliver_due() == 1
    assert "ValueError" in caplog.text
    assert cast.case_worker.user.email not in caplog.text
    assert Notice.objects.get(sent_at=None).last_error_code == "ValueError"


REFUSALS = {
    "no such mailbox": (SMTPRecipientsRefused({"a": (550, b"5.1.1 unknown")}), "refused_550", True, True),
    "full for now": (SMTPRecipientsRefused({"a": (452, b"4.2.2 full")}), "refused_452", False, False),
    "nothing from us": (SMTPRecipientsRefused({"a": (550, b"5.7.1 blocked")}), "refused_550", False, False),
    "not this text": (SMTPDataError(554, b"5.6.0 no"), "refused_554", True, False),
    "not this sender": (SMTPSenderRefused(553, b"no", "x"), "SMTPSenderRefused", False, False),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_is_refused_for_good_is_not_tried_for_ever(
    cast: Any, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    error, code, is_final, is_of_address = REFUSALS[refusal]

    def refuse(self: EmailBackend, messages: Any) -> int:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    (notice,) = queue(cast, except_user_id=cast.case_worker.user.pk)
    assert delivery.deliver_due() == 0
    notice.refresh_from_db()
    assert (notice.last_error_code, notice.dropped_at is not None) == (code, is_final)
    assert (selectors.bouncing(notice.recipient_id) is not None) is is_of_address


def queue(cast: Any, *, kind: str = "alert_raised", **options: Any) -> list[Notice]:
    return actions.queue(kind, case_code=CODE, organisation_id=cast.organisations.open_hand.pk, **options)
