"""Mail that comes back: recognised by what we put into it, believed in nothing else, seen by whoever can help."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.access.refusals import NotPermitted
from nrm.audit.models import Event
from nrm.notices import actions, returned, selectors
from nrm.notices.delivery import deliver_due
from nrm.notices.models import BouncingAddress, Notice

pytestmark = pytest.mark.django_db
CODE = "K7Q2-M4RT-9XCY"
REPORT = """\
From: MAILER-DAEMON@other.example
To: <{to}>
Subject: Undelivered
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"
MIME-Version: 1.0

--cut
Content-Type: text/plain

Somebody is not here.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; other.example

Final-Recipient: rfc822; somebody@cast.example
Action: {action}
Status: {status}

--cut
Content-Type: {kind}

From: news@desk.example
Message-ID: {message_id}
Subject: News for you

--cut--
"""


@pytest.fixture
def sent(cast: Any, settings: Any) -> Any:
    """One mail to the case worker, as it went out."""
    settings.NRM_MAIL_BOUNCES = "bounces@desk.example"
    queue(cast)
    assert deliver_due() == 1
    return mail.outbox[0]


def queue(cast: Any) -> None:
    house = cast.organisations.open_hand.pk
    actions.queue("referral_received", case_code=CODE, organisation_id=house, recipients=[cast.case_worker.user.pk])


def report(sent: Any, **changes: str) -> bytes:
    """By the header of our mail, unless said otherwise."""
    said = {"to": "bounces@desk.example", "action": "failed", "status": "5.1.1", "kind": "text/rfc822-headers"}
    return REPORT.format(**{**said, "message_id": sent.message()["Message-ID"], **changes}).encode()


def bounced(monkeypatch: pytest.MonkeyPatch, content: bytes, *arguments: str) -> str:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=BytesIO(content)))
    out = StringIO()
    call_command("bounced", *arguments, stdout=out)
    return out.getvalue().strip()


def marks() -> tuple[bool, bool]:
    return Notice.objects.filter(bounced_at__isnull=False).exists(), BouncingAddress.objects.exists()


def test_a_report_marks_the_mail_and_its_address(cast: Any, sent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bounced(monkeypatch, report(sent)) == "marked"
    assert bounced(monkeypatch, report(sent)) == "marked", "to hear it twice changes nothing"
    assert marks() == (True, True)
    assert [event.data for event in Event.objects.filter(action="account.mail_came_back")] == [{"reason": "came_back"}]
    queue(cast)
    assert deliver_due() == 0, "nothing more goes there"
    assert Notice.objects.get(sent_at=None).last_error_code == "address_bounces"


@pytest.mark.parametrize("where", ["envelope", "to", "whole mail"])
def test_it_is_recognised_wherever_the_token_stands(sent: Any, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    content = report(sent, message_id="<x@y>")
    if where == "to":
        content = report(sent, message_id="<x@y>", to=sent.from_email.upper())
    elif where == "whole mail":
        content = report(sent, kind="message/rfc822")
    assert bounced(monkeypatch, content, *(["--to", sent.from_email] if where == "envelope" else [])) == "marked"


@pytest.mark.parametrize(
    ("changes", "answer", "marked"),
    [
        ({"action": "delayed"}, "refused: no failure", (False, False)),
        ({"status": "4.4.7"}, "marked", (True, False)),
        ({"status": "5.7.1"}, "marked", (True, False)),
        ({"message_id": "<x@y>"}, "refused: no token", (False, False)),
        ({"message_id": f"<{'a' * 42}@desk.example>"}, "refused: not ours", (False, False)),
    ],
)
def test_only_what_failed_and_is_ours_counts(
    sent: Any, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], answer: str, marked: tuple[bool, bool]
) -> None:
    assert bounced(monkeypatch, report(sent, **changes)) == answer
    assert marks() == marked


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no report"),
        (b"\xff\xfe\x00" * 50, "no report"),
        (b"Subject: hello\n\nI am away.", "no report"),
        (b"A" * (returned.LONGEST + 1), "too long"),
        (b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n\nb\n" * 40 + b"--x--", "too many parts"),
    ],
)
def test_what_is_no_report_is_refused_in_a_word(sent: Any, monkeypatch: Any, content: bytes, why: str) -> None:
    assert bounced(monkeypatch, content) == f"refused: {why}"
    assert marks() == (False, False)


@settings(max_examples=150, deadline=None)
@given(
    cut=st.integers(0, 900),
    noise=st.binary(max_size=60),
    status=st.text(st.characters(codec="utf-8"), max_size=12),
)
def test_a_broken_report_breaks_nothing(cut: int, noise: bytes, status: str) -> None:
    whole = REPORT.format(to="x", action="failed", status=status, kind="message/rfc822", message_id="<x@y>").encode()
    try:
        returned.read(BytesIO(whole[:cut] + noise + whole[cut:]))
    except returned.NoReport:
        return


def test_the_person_hears_of_it_at_sign_in_and_says_when_it_works(
    cast: Any, sent: Any, sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    bounced(monkeypatch, report(sent))
    queue(cast)
    deliver_due()
    door = Client()
    door.post(reverse("accounts:sign_in"), {"email": cast.case_worker.user.email, "password": cast.password})
    door.post(reverse("accounts:sign_in_code"), {"code": cast.code_for(cast.case_worker)})
    assert "Mails to you come back" in door.get(reverse("accounts:account")).content.decode()
    assert "Mails to you come back" in door.get(reverse("notices:mail")).content.decode()
    assert door.post(reverse("notices:works_again")).status_code == 302
    assert selectors.bouncing(cast.case_worker.user.pk) is None
    mail.outbox.clear()
    assert deliver_due() == 1, "what came back and what was held, in one mail"
    assert "2 pieces of news" in mail.outbox[0].body
    assert bounced(monkeypatch, report(sent)) == "refused: not ours", "the old report has no say any more"


def test_nobody_else_says_that_a_mailbox_works(cast: Any) -> None:
    with pytest.raises(NotPermitted):
        actions.try_again(cast.case_worker.user.pk, by=cast.stranger.actor)


def test_another_address_of_the_account_is_not_the_one_that_bounces(cast: Any, sent: Any, monkeypatch: Any) -> None:
    bounced(monkeypatch, report(sent))
    type(cast.case_worker.user).objects.filter(pk=cast.case_worker.user.pk).update(email="new@cast.example")
    queue(cast)
    assert deliver_due() == 1


def test_the_administrator_sees_how_mail_fares_and_no_case(
    cast: Any, sent: Any, sign_in: Callable[[Any], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    bounced(monkeypatch, report(sent))
    page = sign_in(cast.administrator).get(reverse("notices:outgoing")).content.decode()
    assert cast.case_worker.user.display_name in page
    assert "Mails come back" in page
    assert CODE not in page
    assert "referral" not in page.lower().replace("referral desk", "")
    again = reverse("notices:try_again", args=[cast.case_worker.user.pk])
    assert sign_in(cast.administrator).post(again).status_code == 302
    assert deliver_due() == 1
