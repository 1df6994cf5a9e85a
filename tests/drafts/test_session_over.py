"""A form that is posted after its session had run out is not lost: it waits for its author, behind the sign-in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.accounts.models import SessionRecord
from nrm.audit.models import Event
from nrm.cases.models import Note, Participation
from nrm.drafts.models import Draft
from nrm.lib import clock
from tests.drafts.conftest import TYPED, SignIn, slip_of, typed


def idle(player: Any) -> None:
    SessionRecord.objects.filter(user=player.user).update(last_seen_at=clock.now() - timedelta(minutes=21))


def test_what_was_posted_waits_behind_the_sign_in(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip, notes = slip_of(client.get(note)), Note.objects.count()
    idle(cast.case_worker)
    answer = client.post(note, {"draft": slip, "body": TYPED})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("accounts:sign_in") + "?next=")
    assert TYPED not in answer.headers["Location"]
    assert (Note.objects.count(), Draft.objects.waiting().count()) == (notes, 1)
    rescued = Event.objects.get(action="draft.rescued")
    assert (rescued.case_code, rescued.user_id) == (Draft.objects.get().case_code, cast.case_worker.user.pk)
    again = sign_in(cast.case_worker)
    assert "You began this on" in again.get(note).content.decode()
    assert TYPED in again.get(note, {"draft": str(Draft.objects.get().pk)}).content.decode()


def test_so_does_what_the_page_sends_as_it_is_typed(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    idle(cast.case_worker)
    answer = typed(client, note, slip=slip, body=TYPED)
    assert answer.headers["X-Draft-Kept"] == "yes"
    assert answer.headers["HX-Redirect"].startswith(reverse("accounts:sign_in"))
    assert Draft.objects.waiting().count() == 1


def test_the_cookie_opens_nothing_more(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    idle(cast.case_worker)
    client.post(note, {"draft": slip, "body": TYPED})
    cookie = client.cookies["session"].value
    Draft.objects.all().delete()
    late = Client()
    late.cookies["session"] = cookie
    assert late.post(note, {"draft": slip, "body": TYPED}).headers["Location"] == reverse("accounts:sign_in")
    assert not Draft.objects.exists()


@pytest.mark.parametrize("why", ["signed out", "ended elsewhere", "role ended", "account closed", "slip of another"])
def test_nothing_is_kept_where_more_than_time_has_passed(cast: Any, note: str, sign_in: SignIn, why: str) -> None:
    client, worker = sign_in(cast.case_worker), cast.case_worker
    slip = slip_of(client.get(note))
    idle(worker)
    if why == "signed out":
        client.post(reverse("accounts:sign_out"))
    elif why == "ended elsewhere":
        SessionRecord.objects.filter(user=worker.user).update(ended_at=clock.now())
    elif why == "role ended":
        type(worker.membership).objects.filter(pk=worker.membership.pk).update(ended_at=clock.now())
    elif why == "account closed":
        type(worker.user).objects.filter(pk=worker.user.pk).update(is_active=False)
    else:
        slip = slip_of(sign_in(cast.second_case_worker).get(reverse("cases:emergency")))
    assert client.post(note, {"draft": slip, "body": TYPED}).headers["Location"] == reverse("accounts:sign_in")
    assert not Draft.objects.exists()


def test_without_the_token_of_the_page_nothing_is_kept(cast: Any, note: str, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    idle(cast.case_worker)
    client.handler.enforce_csrf_checks = True
    assert client.post(note, {"draft": slip, "body": TYPED}).status_code == 403
    assert not Draft.objects.exists()


def test_a_case_that_was_closed_meanwhile_keeps_nothing(cast: Any, note: str, sign_in: SignIn) -> None:
    """The database answers for the author, who is not signed in any more."""
    client = sign_in(cast.case_worker)
    slip = slip_of(client.get(note))
    idle(cast.case_worker)
    Participation.objects.update(closed_at=clock.now(), closed_by=cast.coordinator.user.pk)
    client.post(note, {"draft": slip, "body": TYPED})
    assert not Draft.objects.exists()
