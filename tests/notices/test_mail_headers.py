"""What people typed never becomes a header of a mail, or a second recipient."""

from __future__ import annotations

from email import message_from_bytes
from email.utils import getaddresses
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail.utils import DNS_NAME
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import example, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from nrm.accounts.forms import InviteForm
from nrm.accounts.models import User
from nrm.notices.apps import refuse_what_no_mail_can_leave_by
from nrm.notices.checks import neutral_sender
from nrm.notices.letters import token_of, written
from nrm.notices.models import Notice

FORGED = ("a@x.example\nBcc: b@x.example", "a@x.example\r\n\r\nRead this", "a@x.example\x0bBcc: b@x.example")
HEADERS = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID"}
HEADERS |= {"Auto-Submitted", "X-Auto-Response-Suppress"}


@pytest.mark.parametrize("typed", [*FORGED, "a@x.example,b@x.example", '"\x0bBcc:b"@x.example'])
def test_d8_nobody_is_invited_by_an_address_with_a_header_in_it(cast: Any, sign_in: Any, typed: str) -> None:
    form = {"organisation": cast.organisations.far_shore.pk, "role": "case_worker", "language": "en"}
    form |= {"display_name": "Somebody\nBcc: b@x.example", "email": typed}
    before = User.objects.count()
    answer = sign_in(cast.administrator).post(reverse("accounts:invite"), form)
    assert (answer.status_code, User.objects.count()) == (422, before)


@pytest.mark.parametrize("address", FORGED)
def test_d8_the_database_takes_no_such_address_either(cast: Any, address: str) -> None:
    with pytest.raises(IntegrityError, match="user_email_is_one_word"), transaction.atomic():
        User.objects.filter(pk=cast.case_worker.user.pk).update(email=address.lower())


@tried(max_examples=100, deadline=None)
@given(code=st.text(max_size=20), name=st.text(max_size=20), local=st.text(max_size=20))
@example(code="K7Q2\nBcc: b@x.example", name="N\r\nBcc: b@x.example", local='"a,b"')
def test_d8_a_mail_has_our_headers_and_one_recipient(code: str, name: str, local: str) -> None:
    """Read again as a mail server would, for every address that the form takes."""
    address = f"{local}@x.example"
    field = InviteForm.base_fields["email"]
    try:
        email = field.clean(address)
    except ValidationError:
        email = "a@x.example"
    recipient = User(email=email, display_name=name, language="en")
    sent = written(uuid4(), recipient, [Notice(kind="alert_raised", case_code=code)]).message()
    read = message_from_bytes(sent.as_bytes())
    assert set(read.keys()) == HEADERS
    assert read["Subject"] == "News for you"
    assert [found for _name, found in getaddresses([read["To"]])] == [email]


def test_the_sender_is_neutral_and_no_machine_is_named(
    cast: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DNS_NAME, "_fqdn", "machine-in-the-cellar.example", raising=False)
    settings.DEFAULT_FROM_EMAIL = "News <news@desk.example>"
    settings.NRM_MAIL_BOUNCES = "bounces@desk.example"
    letter = uuid4()
    mail = written(letter, cast.case_worker.user, [Notice(kind="alert_raised", case_code="K7Q2-M4RT-9XCY")])
    head = mail.message()
    assert head["From"] == "News <news@desk.example>"
    assert head["Message-ID"] == f"<{token_of(letter)}@desk.example>"
    assert head["Auto-Submitted"] == "auto-generated"
    assert "machine-in-the-cellar" not in str(head)
    assert mail.from_email == f"bounces+{token_of(letter)}@desk.example"
    assert len(mail.from_email.partition("@")[0]) <= 64, "no longer than a mail server takes"


def test_without_an_address_for_bounces_they_come_back_to_the_sender(cast: Any, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "News <news@desk.example>"
    mail = written(uuid4(), cast.case_worker.user, [Notice(kind="alert_raised")])
    assert mail.from_email == "news@desk.example"


def test_a_repeat_has_the_same_identity(cast: Any) -> None:
    letter, notices = uuid4(), [Notice(kind="alert_raised")]
    first, again = (written(letter, cast.case_worker.user, notices).message() for _ in range(2))
    assert first["Message-ID"] == again["Message-ID"]
    assert written(uuid4(), cast.case_worker.user, notices).message()["Message-ID"] != first["Message-ID"]


@pytest.mark.parametrize(
    ("sender", "warnings"),
    [("News <news@desk.example>", 0), ("NRM <news@desk.example>", 1), ("Pomoć žrtvama <a@desk.example>", 1)],
)
def test_a_sender_that_says_what_the_service_is_for_is_warned_of(settings: Any, sender: str, warnings: int) -> None:
    settings.DEFAULT_FROM_EMAIL = sender
    assert len(neutral_sender()) == warnings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NRM_QUIET_HOURS", "always"),
        ("NRM_QUIET_HOURS", "20:00-20:00"),
        ("NRM_MAIL_BOUNCES", "bounces"),
        ("NRM_MAIL_BOUNCES", f"{'b' * 22}@desk.example"),
    ],
)
def test_what_would_fail_with_the_first_notice_refuses_the_start(settings: Any, name: str, value: str) -> None:
    refuse_what_no_mail_can_leave_by()
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        refuse_what_no_mail_can_leave_by()
