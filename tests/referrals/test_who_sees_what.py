"""Who reads what of a referral in which state: the table of the design, as a table."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.referrals.models import Referral
from tests.referrals.conftest import SUMMARY

#: In each state: what the lead, the receiver, a stranger, the coordinator, the auditor and the officer get.
#: text: the summary and the messages · record: that it was, between whom, and how it ended · -: as if it did not exist
TABLE = {
    "draft": "text - - - - -",
    "sent": "text text - - - -",
    "more_info": "text text - - - -",
    "accepted": "text text - - - -",
    "in_service": "text text - - - -",
    "declined": "text record - - - -",
    "completed": "text record - - - -",
    "withdrawn": "text record - - - -",
    "expired": "text record - - - -",
}
PLAYERS = ("case_worker", "clinician", "stranger", "coordinator", "auditor", "officer")
WAYS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "draft": (),
    "sent": (("send", "case_worker", {}),),
    "more_info": (("send", "case_worker", {}), ("ask", "clinician", {"reason": "When?"})),
    "accepted": (("send", "case_worker", {}), ("accept", "clinician", {})),
    "in_service": (("send", "case_worker", {}), ("accept", "clinician", {}), ("start_service", "clinician", {})),
    "declined": (
        ("send", "case_worker", {}),
        ("decline", "clinician", {"reason": "Full.", "decline_reason": "no_capacity"}),
    ),
    "completed": (
        ("send", "case_worker", {}),
        ("accept", "clinician", {}),
        ("complete", "clinician", {"reason": "Held.", "outcome": "provided"}),
    ),
    "withdrawn": (("send", "case_worker", {}), ("withdraw", "case_worker", {"reason": "Found."})),
    "expired": (("send", "case_worker", {}),),
}


@pytest.mark.parametrize("state", TABLE)
def test_the_table(cast: Any, draft: Any, take: Any, sign_in: Any, state: str) -> None:
    for step, player, facts in WAYS[state]:
        take(draft, step, getattr(cast, player), **facts)
    if state == "expired":
        expire(draft)
    assert Referral.objects.get(pk=draft.pk).state == state
    found = {name: sight(sign_in(getattr(cast, name)), draft) for name in PLAYERS}
    assert found == dict(zip(PLAYERS, TABLE[state].split(), strict=True))


def expire(referral: Any) -> None:
    from datetime import timedelta

    from nrm.lib.clock import now
    from nrm.referrals.actions import expire_overdue

    assert expire_overdue(now() + timedelta(days=30)) == 1


def sight(client: Any, referral: Any) -> str:
    page = client.get(reverse("referrals:page", args=[referral.pk]))
    if page.status_code == 404:
        return "-"
    assert page.status_code == 200
    return "text" if SUMMARY in page.content.decode() else "record"


def test_after_completion_the_receiver_keeps_the_record_of_its_service_alone(
    cast: Any, completed: Any, sign_in: Any
) -> None:
    """What it was asked for, by whom, when and with what outcome. No summary, no message, not its own either: they are
    about the person, and the person is no longer its concern (design 4)."""
    client = sign_in(cast.clinician)
    page = client.get(reverse("referrals:page", args=[completed.pk])).content.decode()
    assert "Psychosocial support" in page
    assert "Service provided" in page
    for gone in (SUMMARY, "Eight talks were held.", "Identity and contact", "Risk and needs", "Open the case"):
        assert gone not in page
    assert client.get(reverse("desk:case_page", args=[completed.case.code])).status_code == 404


def test_who_is_kept_away_sees_neither_side(cast: Any, accepted: Any, sign_in: Any) -> None:
    from nrm.cases.models import CaseBar

    CaseBar.objects.create(
        case=accepted.case, user=cast.clinician.user, reason="relative", barred_by=cast.case_worker.user.pk
    )
    assert sight(sign_in(cast.clinician), accepted) == "-"


def test_who_is_on_it_is_said_inside_the_organisation_alone(cast: Any, sent: Any, sign_in: Any) -> None:
    client, page = sign_in(cast.clinician), reverse("referrals:page", args=[sent.pk])
    html = client.get(page).content.decode()
    assert "Nobody yet" in html
    from nrm.tasks.models import Task

    task = Task.objects.open().get(subject=f"referrals.referral:{sent.pk}")
    assert client.post(reverse("desk:claim_task", args=[task.pk])).status_code == 302
    assert cast.clinician.user.display_name in client.get(page).content.decode().partition("Who is on it")[2]
    inbox = client.get(reverse("referrals:inbox")).content.decode()
    assert inbox.count(cast.clinician.user.display_name) >= 2  # in the head of the page, and beside the referral
    assert cast.clinician.user.display_name not in sign_in(cast.case_worker).get(page).content.decode()
