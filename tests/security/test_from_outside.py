"""What comes from outside: forged headers of proxies, services that are away, and every way a sign-in can end."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from nrm.accounts.actions.second_factor import make_backup_codes
from nrm.accounts.models import SessionRecord, TotpDevice
from nrm.audit.models import Event
from nrm.cases.models import Document
from tests.accounts.walking import give_code, give_password, walk_in
from tests.documents.samples import plain_picture

#: Everything that a proxy says, said by somebody who is none.
FORGED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "8443",
    "X-Forwarded-Server": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Real-IP": "203.0.113.9",
    "X-Client-IP": "203.0.113.9",
    "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
    "True-Client-IP": "203.0.113.9",
    "X-Original-URL": "/evil/",
    "X-Rewrite-URL": "/evil/",
}


def test_b6_forged_forwarding_headers_change_neither_logs_nor_limits_nor_addresses(
    cast: Any, caplog: pytest.LogCaptureFixture
) -> None:
    honest, forger = Client(), Client(headers=FORGED)
    pages = []
    for client in (honest, forger):
        walk_in(cast, cast.case_worker, client)
        pages.append(client.get(reverse("accounts:account")))
        assert client.get("/no/such/page/").status_code == 404
    assert len(set(SessionRecord.objects.values_list("network", flat=True))) == 1
    events = list(Event.objects.order_by("sequence").values("action", "outcome", "data"))
    half = len(events) // 2
    assert [(event["action"], event["data"].keys()) for event in events[:half]] == [
        (event["action"], event["data"].keys()) for event in events[half:]
    ]
    said = f"{events} {caplog.text} {[page.content for page in pages]}"
    assert [word for word in ("203.0.113", "evil", "8443") if word in said] == []
    assert pages[1].wsgi_request.build_absolute_uri("/") == "http://testserver/"
    for number in range(5):
        give_password(Client(headers={**FORGED, "X-Real-IP": f"198.51.100.{number}"}), cast.officer, "wrong words here")
    assert give_password(Client(headers=FORGED), cast.officer, cast.password).status_code == 429


def test_b8_without_the_scanner_no_file_is_kept_and_all_other_work_goes_on(
    case: Any, cast: Any, sign_in: Callable[[Any], Client], settings: Any
) -> None:
    settings.NRM_CLAMAV = "127.0.0.1:1"
    client, code = sign_in(cast.case_worker), [case.code]
    file = SimpleUploadedFile("scan.png", plain_picture(), "image/png")
    asked = {"block": "case", "name": "Letter", "file": file}
    assert client.post(reverse("cases:add_document", args=code), asked).status_code == 422
    assert not Document.objects.exists()
    assert client.post(reverse("cases:add_note", args=code), {"body": "She called."}).status_code == 302
    assert client.get(reverse("desk:case_page", args=code)).status_code == 200


def test_l1_every_way_a_sign_in_ends_is_recorded_with_its_factor(cast: Any, caplog: pytest.LogCaptureFixture) -> None:
    player = cast.case_worker
    backup_code = make_backup_codes(player.user.pk)[0]
    caplog.set_level(logging.DEBUG)
    begun = Event.objects.count()
    client = Client()
    give_password(client, player, "not the right words at all")
    give_password(client, player, cast.password)
    give_code(client, "000000")
    TotpDevice.objects.update(throttling_failure_timestamp=None, throttling_failure_count=0)  # A second has passed.
    give_code(client, cast.code_for(player))
    client.post(reverse("accounts:sign_out"))
    give_password(client, player, cast.password)
    client.post(reverse("accounts:sign_in_backup_code"), {"backup_code": backup_code})
    told = Event.objects.filter(sequence__gt=begun).order_by("sequence")
    assert [(event.action, event.outcome, event.data.get("factor")) for event in told] == [
        ("sign_in.failed", "failed", None),
        ("sign_in.password_accepted", "done", None),
        ("second_factor.failed", "failed", None),
        ("sign_in.succeeded", "done", "app"),
        ("sign_out", "done", None),
        ("sign_in.password_accepted", "done", None),
        ("second_factor.backup_code_used", "done", None),
        ("sign_in.succeeded", "done", "backup_code"),
    ]
    assert {event.subject for event in told if event.subject} >= {f"accounts.user:{player.user.pk}"}
    assert backup_code not in caplog.text + str(list(told.values()))
