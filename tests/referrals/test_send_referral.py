"""The lead sends a referral; the receiver sees a summary without identity."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.cases.models import Participation
from nrm.notices.models import Notice
from nrm.referrals.actions import prepare_referral, take_step
from nrm.referrals.models import Referral
from nrm.tasks.models import Clock, Task
from tests.referrals.conftest import SUMMARY


def test_the_receiver_comes_to_know_of_it(cast: Any, sent: Any) -> None:
    quiet_room = cast.organisations.quiet_room
    assert sent.state == "sent"
    assert sent.sent_at is not None
    row = Participation.objects.get(organisation=quiet_room)
    assert (row.relation, row.closed_at, row.because) == (
        "received_referral",
        None,
        f"referrals.referral:{sent.pk}",
    )
    assert Task.objects.get(organisation=quiet_room).kind == "answer_referral"
    assert Clock.objects.get(subject=row.because).key == "referral_answer_urgent"
    assert Notice.objects.get(recipient=cast.clinician.user).kind == "referral_received"


def test_the_receiver_reads_the_summary_but_neither_identity_nor_case_link(cast: Any, sent: Any, sign_in: Any) -> None:
    page = sign_in(cast.clinician).get(reverse("referrals:page", args=[sent.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert SUMMARY in text
    assert sent.case.code in text
    assert reverse("desk:case_page", args=[sent.case.code]) not in text
    for label in ("Accept", "Decline", "Ask a question"):
        assert label in text


def test_without_consent_or_basis_it_is_not_sent(cast: Any, case: Any) -> None:
    referral = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="routine",
        basis="consent",
        summary=SUMMARY,
    )
    with pytest.raises(NotYet, match="not_yet") as refused:
        take_step(referral, "send", by=cast.case_worker.actor, expected_version=1)
    assert "No consent and no legal basis" in str(refused.value.sentence)
    assert Referral.objects.get().state == "draft"


def test_a_legal_basis_is_enough(cast: Any, case: Any, grounds: Any) -> None:
    referral = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="immediate",
        basis="vital_interest",
        categories=["risk"],
        grounds=grounds,
        summary=SUMMARY,
    )
    assert take_step(referral, "send", by=cast.case_worker.actor, expected_version=1).state == "sent"


def test_an_organisation_that_stopped_taking_referrals_gets_none(cast: Any, draft: Any, take: Any) -> None:
    cast.organisations.quiet_room.accepts_referrals = False
    cast.organisations.quiet_room.save()
    with pytest.raises(NotYet):
        take(draft, "send", cast.case_worker)


def test_nobody_else_sends_it(cast: Any, draft: Any, sign_in: Any) -> None:
    with pytest.raises(NotVisible):
        take_step(draft, "send", by=cast.stranger.actor, expected_version=1)
    with pytest.raises(NotPermitted):
        take_step(draft, "send", by=cast.responder.actor, expected_version=1)
    assert sign_in(cast.stranger).get(reverse("referrals:step", args=[draft.pk, "send"])).status_code == 404


def test_a_second_sending_is_told_that_the_referral_moved_on(cast: Any, draft: Any, sent: Any, sign_in: Any) -> None:
    with pytest.raises(MovedOn):
        take_step(draft, "send", by=cast.case_worker.actor, expected_version=draft.version)
    answer = sign_in(cast.case_worker).post(
        reverse("referrals:step", args=[sent.pk, "send"]), {"version": sent.version}
    )
    assert answer.status_code == 422


def test_the_step_is_in_the_history(cast: Any, sent: Any) -> None:
    row = sent.history.first()
    assert (row.transition, row.source_state, row.state) == ("referral.send", "draft", "sent")
    assert row.history_user_id == cast.case_worker.user.pk
