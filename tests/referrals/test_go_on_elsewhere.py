"""A referral that was declined or handed back is carried on by the lead with one click; nobody else sends anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import NotVisible
from nrm.referrals.models import Referral
from nrm.referrals.selectors import carried_on
from nrm.tasks.models import Task
from tests.referrals.conftest import SUMMARY


@pytest.fixture
def declined(cast: Any, sent: Any, sign_in: Any) -> Any:
    """With the advice to ask Far Shore."""
    given = {
        "version": sent.version,
        "decline_reason": "no_capacity",
        "reason": "Full.",
        "suggested": str(cast.organisations.far_shore.pk),
    }
    answer = sign_in(cast.clinician).post(reverse("referrals:step", args=[sent.pk, "decline"]), given)
    assert answer.status_code == 302
    return Referral.objects.get(pk=sent.pk)


def way_on(referral: Any) -> str:
    return f"{reverse('referrals:prepare', args=[referral.case.code])}?previous={referral.pk}"


def test_the_lead_is_offered_whom_the_receiver_suggests(cast: Any, declined: Any, sign_in: Any) -> None:
    page = reverse("referrals:page", args=[declined.pk])
    assert "Refer to Far Shore" in sign_in(cast.case_worker).get(page).content.decode()
    assert "Refer to Far Shore" not in sign_in(cast.clinician).get(page).content.decode()


def test_it_goes_on_filled_in_but_what_is_shared_is_asked_anew(
    cast: Any, declined: Any, sign_in: Any, take: Any
) -> None:
    client, url = sign_in(cast.case_worker), way_on(declined)
    form = client.get(url).content.decode()
    assert SUMMARY in form
    assert f'<option value="{cast.organisations.far_shore.pk}" selected' in form
    assert 'value="identity" checked' not in form
    given = {
        "receiver": str(cast.organisations.far_shore.pk),
        "service": "mhpss",
        "urgency": "urgent",
        "basis": "consent",
        "categories": [],
        "summary": SUMMARY,
    }
    client.post(url, given)
    onward = Referral.objects.get(previous=declined)
    assert onward.need == declined.pk
    assert not onward.is_covered()  # The consent names Quiet Room, not Far Shore.
    page = client.get(reverse("referrals:page", args=[declined.pk])).content.decode()
    assert reverse("referrals:page", args=[onward.pk]) in page
    assert "Refer to Far Shore" not in page


def test_what_was_left_to_do_is_done_once_it_goes_on(cast: Any, case: Any, declined: Any, grounds: Any) -> None:
    from nrm.referrals.actions import Recipient, prepare_referrals

    waiting = Task.objects.open().filter(kind="referral_declined")
    assert waiting.exists()
    prepare_referrals(
        case,
        by=cast.case_worker.actor,
        recipients=[Recipient(cast.organisations.far_shore.pk)],
        previous=declined,
        send=True,
        service="mhpss",
        urgency="routine",
        basis="court_order",
        categories=["risk"],
        grounds=grounds,
        summary=SUMMARY,
    )
    assert not waiting.exists()


def test_one_that_runs_is_not_carried_on(cast: Any, sent: Any, sign_in: Any) -> None:
    assert sign_in(cast.case_worker).get(way_on(sent)).status_code == 404


def test_a_referral_of_another_case_is_not_carried_on_in_this_one(cast: Any, declined: Any) -> None:
    from nrm.cases.actions import open_case

    lead = cast.organisations.open_hand.pk
    other = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group="adult", sex="man")
    with pytest.raises(NotVisible):
        carried_on(cast.case_worker.actor, other, str(declined.pk))


def test_completed_as_referred_onward_only_suggests(cast: Any, accepted: Any, sign_in: Any) -> None:
    given = {
        "version": accepted.version,
        "outcome": "referred_on",
        "reason": "Somebody nearer is better.",
        "suggested": str(cast.organisations.far_shore.pk),
    }
    sign_in(cast.clinician).post(reverse("referrals:step", args=[accepted.pk, "complete"]), given)
    assert Referral.objects.count() == 1
    page = sign_in(cast.case_worker).get(reverse("referrals:page", args=[accepted.pk])).content.decode()
    assert "Refer to Far Shore" in page


def test_neither_itself_nor_the_lead_can_be_suggested(cast: Any, sent: Any, sign_in: Any) -> None:
    url = reverse("referrals:step", args=[sent.pk, "decline"])
    client = sign_in(cast.clinician)
    for organisation in (cast.organisations.quiet_room, cast.organisations.open_hand, cast.organisations.panel):
        given = {"version": sent.version, "decline_reason": "other", "reason": "No.", "suggested": organisation.pk}
        assert client.post(url, given).status_code == 422


def test_a_stranger_carries_nothing_on(cast: Any, declined: Any, sign_in: Any) -> None:
    assert sign_in(cast.stranger).get(way_on(declined)).status_code == 404


def test_no_shelter_is_named_to_whoever_may_suggest(cast: Any, sent: Any, sign_in: Any) -> None:
    """Its own name stands in no list; the lead finds it under its code name and asks for a place."""
    shelter = cast.organisations.house_of_lindens
    url, client = reverse("referrals:step", args=[sent.pk, "decline"]), sign_in(cast.clinician)
    page = client.get(url).content.decode()
    assert "Far Shore" in page
    assert shelter.name not in page
    given = {"version": sent.version, "decline_reason": "other", "reason": "No.", "suggested": shelter.pk}
    assert client.post(url, given).status_code == 422
