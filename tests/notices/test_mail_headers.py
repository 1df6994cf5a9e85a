"""What people typed never becomes a header of a mail, or a second recipient."""

from __future__ import annotations

from email import message_from_bytes
from email.utils import getaddresses
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nrm.accounts.forms import InviteForm
from nrm.accounts.models import User
from nrm.notices.actions import _mail
from nrm.notices.models import Notice

FORGED = ("a@x.example\nBcc: b@x.example", "a@x.example\r\n\r\nRead this", "a@x.example\x0bBcc: b@x.example")
HEADERS = {"Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Subject", "From", "To", "Date", "Message-ID"}


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


@settings(max_examples=100, deadline=None)
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
    sent = _mail(Notice(kind="alert_raised", case_code=code, recipient=recipient)).message()
    read = message_from_bytes(sent.as_bytes())
    assert set(read.keys()) == HEADERS
    assert read["Subject"] == "News for you"
    assert [found for _name, found in getaddresses([read["To"]])] == [email]
