"""A case worker prepares a referral and sees what the receiver will see."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.referrals import actions, selectors
from nrm.referrals.models import Referral
from tests.referrals.conftest import SUMMARY


def typed(cast: Any, **changed: Any) -> dict[str, Any]:
    given = {
        "receiver": str(cast.organisations.quiet_room.pk),
        "service": "mhpss",
        "urgency": "urgent",
        "basis": "consent",
        "categories": ["identity"],
        "summary": SUMMARY,
    }
    return {**given, **changed}


def test_the_case_worker_writes_a_draft_and_is_shown_it(cast: Any, case: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    answer = client.post(reverse("referrals:prepare", args=[case.code]), typed(cast))
    referral = Referral.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == reverse("referrals:page", args=[referral.pk])
    page = client.get(answer["Location"]).content.decode()
    assert SUMMARY in page
    assert "Before accepting, Quiet Room will see" in page
    assert referral.state == "draft"
    assert referral.sender == cast.organisations.open_hand


def test_the_draft_is_known_to_nobody_else(cast: Any, draft: Any) -> None:
    for player in (cast.clinician, cast.stranger, cast.responder, cast.coordinator, cast.auditor):
        with pytest.raises(NotVisible):
            selectors.referral_for(player.actor, draft.pk)


def test_the_summary_is_sealed_in_the_row_and_in_its_history(draft: Any) -> None:
    with connection.cursor() as cursor:
        for table in ("referrals_referral", "referrals_historicalreferral"):
            cursor.execute(f"SELECT summary FROM {table}")  # noqa: S608
            for (sealed,) in cursor.fetchall():
                assert SUMMARY.encode() not in bytes(sealed)


def test_it_is_in_the_audit_and_in_the_history(cast: Any, draft: Any) -> None:
    event = Event.objects.get(action="referral.begin")
    assert (event.user_id, event.case_code) == (cast.case_worker.user.pk, draft.case.code)
    row = draft.history.get()
    assert (row.transition, row.state, row.history_user_id) == ("begin", "draft", cast.case_worker.user.pk)


@pytest.mark.parametrize("player", ["stranger", "clinician", "administrator"])
def test_who_does_not_know_the_case_finds_nothing(cast: Any, case: Any, sign_in: Any, player: str) -> None:
    client = sign_in(getattr(cast, player))
    assert client.get(reverse("referrals:prepare", args=[case.code])).status_code == 404
    assert client.post(reverse("referrals:prepare", args=[case.code]), typed(cast)).status_code == 404


def test_who_only_reported_the_case_may_not(cast: Any, case: Any, sign_in: Any) -> None:
    assert sign_in(cast.responder).get(reverse("referrals:prepare", args=[case.code])).status_code == 403
    with pytest.raises(NotPermitted):
        actions.prepare_referral(
            case,
            by=cast.responder.actor,
            receiver_id=cast.organisations.quiet_room.pk,
            service="mhpss",
            urgency="routine",
            basis="consent",
            summary=SUMMARY,
        )


@pytest.mark.parametrize(
    ("field", "value"),
    [("receiver", ""), ("receiver", "x"), ("service", "magic"), ("summary", ""), ("summary", "a" * 10_001)],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    cast: Any, case: Any, sign_in: Any, field: str, value: str
) -> None:
    answer = sign_in(cast.case_worker).post(
        reverse("referrals:prepare", args=[case.code]), typed(cast, **{"summary": SUMMARY, field: value})
    )
    assert answer.status_code == 422
    assert "Check what you entered" in answer.content.decode()
    assert field == "summary" or SUMMARY in answer.content.decode()
    assert not Referral.objects.exists()


def test_only_organisations_that_take_referrals_can_be_chosen_and_never_ones_own(
    cast: Any, case: Any, sign_in: Any
) -> None:
    client = sign_in(cast.case_worker)
    page = client.get(reverse("referrals:prepare", args=[case.code])).content.decode()
    assert "Quiet Room" in page
    for other in (cast.organisations.open_hand, cast.organisations.panel):
        assert str(other.pk) not in page
        answer = client.post(reverse("referrals:prepare", args=[case.code]), typed(cast, receiver=str(other.pk)))
        assert answer.status_code == 422


def test_hostile_text_is_shown_harmlessly(cast: Any, case: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    text = "<script>alert(1)</script>\u202eevil\x00"
    client.post(reverse("referrals:prepare", args=[case.code]), typed(cast, summary=text))
    page = client.get(reverse("referrals:page", args=[Referral.objects.get().pk])).content.decode()
    assert "<script>alert(1)" not in page
    assert "\u202e" not in page


def test_the_draft_can_be_changed_until_it_is_sent(cast: Any, draft: Any, sign_in: Any, take: Any) -> None:
    client = sign_in(cast.case_worker)
    url = reverse("referrals:change", args=[draft.pk])
    assert SUMMARY in client.get(url).content.decode()
    answer = client.post(url, typed(cast, summary="Another summary.", version=draft.version))
    assert answer.status_code == 302
    assert "Another summary." in client.get(answer["Location"]).content.decode()
    assert client.post(url, typed(cast, version=draft.version)).status_code == 409
    sent = take(draft, "send", cast.case_worker)
    assert client.post(url, typed(cast, summary="Too late.", version=sent.version)).status_code == 422
    with pytest.raises(NotYet):
        actions.change_draft(sent, by=cast.case_worker.actor, expected_version=sent.version, summary="x")


def test_a_change_made_from_an_old_page_is_refused(cast: Any, draft: Any) -> None:
    with pytest.raises(MovedOn):
        actions.change_draft(draft, by=cast.case_worker.actor, expected_version=draft.version + 1, summary="x")


def test_opening_the_draft_to_change_it_is_a_reading(cast: Any, draft: Any, sign_in: Any) -> None:
    page = sign_in(cast.case_worker).get(reverse("referrals:change", args=[draft.pk]))
    assert SUMMARY in page.content.decode()
    event = Event.objects.get(action="referral.read")
    assert event.subject == f"referrals.referral:{draft.pk}"
