"""The service is given and completed; the receiver's access ends with its task."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.cases.selectors import case_for
from tests.referrals.conftest import SUMMARY


def test_start_then_complete_with_an_outcome(cast: Any, accepted: Any, take: Any) -> None:
    assert take(accepted, "start_service", cast.clinician).state == "in_service"
    done = take(accepted, "complete", cast.clinician, reason="Eight talks were held.", outcome="provided")
    assert (done.state, done.outcome) == ("completed", "provided")


def test_the_sender_reads_how_it_ended(cast: Any, completed: Any, sign_in: Any) -> None:
    page = sign_in(cast.case_worker).get(reverse("referrals:page", args=[completed.pk])).content.decode()
    assert "Service provided" in page
    assert "Eight talks were held." in page


def test_the_receiver_keeps_its_record_but_neither_case_nor_text(cast: Any, completed: Any, sign_in: Any) -> None:
    page = sign_in(cast.clinician).get(reverse("referrals:page", args=[completed.pk]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Service provided" in text
    assert SUMMARY not in text
    assert "Eight talks were held." not in text
    assert reverse("desk:case_page", args=[completed.case.code]) not in text
    with pytest.raises(NotVisible):
        case_for(cast.clinician.actor, completed.case.code)


def test_nothing_can_be_done_after_the_end(cast: Any, completed: Any, take: Any, sign_in: Any) -> None:
    with pytest.raises(NotVisible):
        take(completed, "start_service", cast.clinician)
    with pytest.raises(NotYet):
        take(completed, "withdraw", cast.case_worker, reason="Too late.")
    url = reverse("referrals:step", args=[completed.pk, "complete"])
    assert sign_in(cast.clinician).get(url).status_code == 403


def test_the_sender_does_not_complete(cast: Any, accepted: Any, take: Any) -> None:
    with pytest.raises(NotPermitted):
        take(accepted, "complete", cast.case_worker, reason="x", outcome="provided")
