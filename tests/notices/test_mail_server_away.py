"""B8: the mail server is away or slow. Work goes on, no page waits, nothing is lost and nothing doubled."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from nrm.notices import actions, delivery, selectors

pytestmark = pytest.mark.django_db
CODE = "K7Q2-M4RT-9XCY"


def test_b8_a_mail_server_away_for_an_hour_and_then_slow_loses_and_doubles_nothing(
    cast: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four hours of a worker that comes every five minutes; a turn ends when an answer takes too long."""
    working, start = settings.EMAIL_BACKEND, timezone.now()
    clock = [start]

    def seconds() -> float:
        return (clock[0] - start).total_seconds()

    monkeypatch.setattr(delivery, "now", lambda: clock[0])
    monkeypatch.setattr(delivery, "monotonic", seconds)
    send = EmailBackend.send_messages

    def in_twenty_seconds(self: EmailBackend, messages: Any) -> int:
        clock[0] += timedelta(seconds=20)
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", in_twenty_seconds)
    settings.EMAIL_BACKEND = "tests.notices.test_delivery.BrokenServer"
    for _ in range(10):
        actions.queue("referral_received", case_code=CODE, organisation_id=cast.organisations.open_hand.pk)
    while clock[0] < start + timedelta(hours=4):
        if clock[0] >= start + timedelta(hours=1):
            settings.EMAIL_BACKEND = working
        before = clock[0]
        delivery.deliver_due()
        assert clock[0] - before <= timedelta(seconds=80), "time limits are looked at in between"
        clock[0] += timedelta(minutes=5)
    assert (len(mail.outbox), selectors.outbox().waiting) == (20, 0)
    assert len({message.message()["Message-ID"] for message in mail.outbox}) == 20


def test_b8_no_page_sends_mail() -> None:
    """Only the worker knows how: whatever the mail server does, a page waits for the database alone."""
    room = Path(configured.BASE_DIR) / "nrm"
    knows: dict[str, set[str]] = {"django.core.mail": set(), "nrm.notices.delivery": set()}
    for file in room.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for module, files in knows.items():
                if any(f"{name}.".startswith(f"{module}.") for name in names):
                    files.add(file.relative_to(room).as_posix())
    assert knows["django.core.mail"] == {"notices/letters.py"}
    assert knows["nrm.notices.delivery"] == {"notices/management/commands/worker.py"}


def test_b8_work_goes_on_while_the_mail_server_is_away(cast: Any, settings: Any, sign_in: Any, case: Any) -> None:
    settings.EMAIL_BACKEND = "tests.notices.test_delivery.BrokenServer"
    answer = sign_in(cast.case_worker).post(
        reverse("cases:step", args=[case.code, "hold"]), {"reason": "Away.", "version": 1}
    )
    assert answer.status_code == 302
    call_command("worker", "--once")
    case.refresh_from_db()
    assert case.stage == "on_hold"
