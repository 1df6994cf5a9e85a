"""A case and a person's day hold only so much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings
from django.urls import reverse

from nrm.audit.models import Event
from nrm.cases.actions import keep_made
from nrm.cases.models import Document, DocumentBlock
from tests.documents.samples import plain_picture
from tests.whole import brought


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ({"NRM_DOCUMENTS_A_CASE": 1}, "This case holds as many documents as one case may."),
        ({"NRM_DOCUMENTS_A_CASE_MB": 0}, "This case holds as many documents as one case may."),
        ({"NRM_DOCUMENTS_A_DAY": 1}, "You added as many documents today as one person may."),
        ({"NRM_DOCUMENTS_A_DAY_MB": 0}, "You added as many documents today as one person may."),
    ],
)
def test_f2_beyond_the_quota_nothing_more_is_kept(
    send: Callable[..., Any], case: Any, cast: Any, limit: dict[str, int], sentence: str
) -> None:
    brought(case, cast)
    with override_settings(**limit):
        answer = send(plain_picture(), "scan.png", name="What the doctor wrote")
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="What the doctor wrote"' in answer.content.decode()
    assert Document.objects.count() == 1
    assert Event.objects.get(outcome="refused").action == "document.added"


@override_settings(NRM_DOCUMENTS_A_DAY=1)
def test_f2_the_day_is_the_persons_and_not_their_colleagues(case: Any, cast: Any) -> None:
    brought(case, cast)
    brought(case, cast, by=cast.second_case_worker)
    with pytest.raises(Exception, match="not_yet"):
        brought(case, cast)


@override_settings(NRM_DOCUMENTS_A_CASE=0, NRM_DOCUMENTS_A_DAY=0)
def test_what_the_service_makes_itself_has_room(case: Any, cast: Any) -> None:
    assert keep_made(case, by=cast.case_worker.actor, block=DocumentBlock.CASE, name="Letter", content=b"%PDF-1.7")


def test_neither_name_nor_content_is_told_to_log_or_trail(
    send: Callable[..., Any], case: Any, cast: Any, sign_in: Callable[[Any], Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Brought, refused, opened, removed: the trail knows that it happened, the log nothing at all."""
    from tests.documents.samples import CANARY, photo

    assert send(photo(), f"{CANARY}.jpg", name=CANARY).status_code == 302
    assert send(photo()[:-700], f"{CANARY}.jpg", name=CANARY).status_code == 422
    client, document = sign_in(cast.case_worker), Document.objects.get()
    assert client.get(reverse("cases:original", args=[document.pk])).status_code == 200
    page = {"version": 1, "reason": CANARY}
    assert client.post(reverse("cases:remove_document", args=[document.pk]), page).status_code == 302
    told = str(list(Event.objects.values_list()))
    assert CANARY not in told + caplog.text
    assert CANARY.encode() not in b"".join(bytes(row.name) for row in document.history.all())
