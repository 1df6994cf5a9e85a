"""A referral to an organisation in which nobody has an account, and a browser there."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from nrm.accounts.models import Organisation
from nrm.cases.actions import record_consent
from nrm.lib.clock import today
from nrm.referrals.actions import prepare_referral, take_step
from nrm.referrals.models import Referral

SUMMARY = "A woman who needs a doctor this week.\nShe speaks Romani."


def clinic(name: str = "Hill Clinic") -> Any:
    return Organisation.objects.create(name=name, kind="health_service", country="mk", accepts_referrals=True)


def sent_outside(case: Any, cast: Any, *, channel: str = "link", receiver: Any = None) -> Referral:
    """Sent, with consent to share identity and risk after acceptance."""
    receiver = receiver or clinic()
    by = cast.case_worker.actor
    shared = ["identity", "risk"]
    agreed = {"given_how": "signed", "given_on": today(), "recipient_id": receiver.pk, "categories": shared}
    record_consent(case, by=by, purpose="referral", **agreed)
    draft = prepare_referral(
        case,
        by=by,
        receiver_id=receiver.pk,
        service="health",
        urgency="urgent",
        basis="consent",
        categories=shared,
        summary=SUMMARY,
        channel=channel,
    )
    return take_step(draft, "send", by=by, expected_version=draft.version)


def knock(token: str, client: Client | None = None) -> Client:
    """A browser that followed the link."""
    client = client or Client()
    assert client.get(reverse("referrals:outside_link", args=[token])).status_code == 302
    return client


def give(client: Client, code: str) -> Any:
    return client.post(reverse("referrals:outside_code"), {"code": code})


def visiting(issued: Any) -> Client:
    """A browser behind link and code."""
    client = knock(issued.token)
    assert give(client, issued.code).status_code == 302
    return client
