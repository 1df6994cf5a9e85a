"""A closed case takes nothing new but consent and safety alerts; what was typed is kept beside the reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import NotYet
from nrm.audit.models import Event
from nrm.cases.actions import record_consent
from nrm.cases.models import Case
from nrm.identification.actions import begin_screening
from nrm.referrals.actions import prepare_referral
from nrm.referrals.models import Referral
from nrm.support.actions import raise_alert

SENTENCE = "The case is closed. Reopen it first."


@pytest.fixture
def closed(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(stage="closed", closure="goals_reached")
    return case


REFERRAL = {"service": "legal", "urgency": "routine", "basis": "consent", "summary": "Legal help for one person."}


def test_no_referral_and_no_screening_begins(closed: Case, cast: Any) -> None:
    receiver = cast.organisations.quiet_room
    by = cast.case_worker.actor
    with pytest.raises(NotYet, match="not_yet"):
        prepare_referral(closed, by=by, receiver_id=receiver.pk, categories=["risk"], **REFERRAL)
    with pytest.raises(NotYet, match="not_yet"):
        begin_screening(closed, by=by, suspicions=["other"], safe_to_talk="yes")
    assert not Referral.objects.exists()


def test_the_page_keeps_what_was_typed_and_the_refusal_is_audited(
    closed: Case, cast: Any, sign_in: Callable[[Any], Client]
) -> None:
    receiver = cast.organisations.quiet_room
    typed = {"receiver": str(receiver.pk), "categories": ["risk"], **REFERRAL}
    answer = sign_in(cast.case_worker).post(reverse("referrals:prepare", args=[closed.code]), typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert SENTENCE in html
    assert "Legal help for one person." in html
    assert Event.objects.filter(action="referral.begin", outcome="refused", case_code=closed.code).count() == 1


def test_consent_and_alerts_still_can(closed: Case, cast: Any) -> None:
    by = cast.case_worker.actor
    record_consent(closed, by=by, purpose="assistance", given_how="signed", given_on=timezone.localdate())
    assert raise_alert(closed, by=by, level="same_day", concern="A call came in.").state == "raised"
