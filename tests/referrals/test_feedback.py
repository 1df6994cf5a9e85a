"""What the person says of a service: written down by the lead, never seen by who gave it, summed from five on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.access.relations import Relation
from nrm.access.roles import Role
from nrm.access.rows import seen_by
from nrm.accounts.models import Membership
from nrm.cases.models import Participation
from nrm.referrals import selectors
from nrm.referrals.actions import record_feedback
from nrm.referrals.models import Feedback, Referral

WORDS = "They listened and did not hurry me."


@pytest.fixture
def recorded(cast: Any, completed: Any) -> Any:
    return record_feedback(completed, by=cast.case_worker.actor, words=WORDS, helped="yes", felt_safe="partly")


def test_the_lead_writes_down_what_the_person_says(cast: Any, completed: Any, sign_in: Any) -> None:
    client, url = sign_in(cast.case_worker), reverse("referrals:feedback", args=[completed.pk])
    page = reverse("referrals:page", args=[completed.pk])
    assert url in client.get(page).content.decode()
    assert client.post(url, {"helped": "yes"}).status_code == 422  # Whether the person wants to was not said.
    assert client.post(url, {"wants_to": "on"}).status_code == 422
    given = {"wants_to": "on", "helped": "yes", "words": WORDS}
    assert [client.post(url, given).status_code for _time in range(2)] == [302, 302]
    assert Feedback.objects.get().helped == "yes"
    shown = client.get(page).content.decode()
    assert WORDS in shown
    assert "Did it help?" in shown


def test_the_words_are_sealed(recorded: Any) -> None:
    with connection.cursor() as cursor:
        for table in ("referrals_feedback", "referrals_historicalfeedback"):
            cursor.execute(f"SELECT t::text FROM {table} t")  # noqa: S608
            assert all(WORDS.encode().hex() not in row and WORDS not in row for (row,) in cursor.fetchall())


def test_who_gave_the_service_never_sees_it(cast: Any, recorded: Any, sign_in: Any) -> None:
    client = sign_in(cast.clinician)
    page = client.get(reverse("referrals:page", args=[recorded.referral_id])).content.decode()
    assert WORDS not in page
    assert "What the person says" not in page
    assert client.get(reverse("referrals:feedback", args=[recorded.referral_id])).status_code == 403
    with pytest.raises(NotVisible):
        record_feedback(recorded.referral, by=cast.stranger.actor, helped="no")
    assert sign_in(cast.stranger).get(reverse("referrals:feedback", args=[recorded.referral_id])).status_code == 404


def test_nor_does_it_when_it_leads_the_case_later(cast: Any, recorded: Any, sign_in: Any) -> None:
    """What was said against it was said in the belief that it never learns of it."""
    referral, provider = recorded.referral, cast.clinician.membership.organisation
    Membership.objects.filter(organisation=provider).update(role=Role.CASE_WORKER)
    Participation.objects.filter(case=referral.case, relation=Relation.LEADS).update(organisation=provider)
    client = sign_in(cast.clinician)
    page = client.get(reverse("referrals:page", args=[referral.pk])).content.decode()
    assert "The record" in page
    assert WORDS not in page
    assert "What the person says" not in page
    new_lead = replace(cast.clinician.actor, role=Role.CASE_WORKER)
    with seen_by(new_lead):
        assert Referral.objects.filter(pk=referral.pk).exists()
        assert not Feedback.objects.exists()
    with pytest.raises(NotPermitted):
        record_feedback(referral, by=new_lead, helped="yes")


def test_not_before_the_service_is_completed(cast: Any, accepted: Any) -> None:
    with pytest.raises(NotYet):
        record_feedback(accepted, by=cast.case_worker.actor, helped="yes")


def test_sums_begin_with_five_and_move_by_five(cast: Any, recorded: Any, offer: Any, sign_in: Any) -> None:
    """From one sum to the next nobody's answer can be told."""
    listing = offer(cast.organisations.quiet_room)
    first = recorded.referral
    Referral.objects.filter(pk=first.pk).update(listing=listing)
    for count in range(2, 10):
        sums = selectors.feedback_sums(cast.coordinator.actor)
        assert [line.people for line in sums] == ([5] if count > 5 else [])
        values = {
            field.attname: getattr(first, field.attname)
            for field in Referral._meta.concrete_fields
            if field.name not in {"id", "listing"}
        }
        another = Referral.objects.create(listing=listing, **values)
        Feedback.objects.create(referral=another, helped="no", recorded_by=cast.case_worker.user.pk)
    line = selectors.feedback_sums(cast.coordinator.actor)[0]
    assert line.lines[0][1:] == (1, 0, 4)
    page = sign_in(cast.coordinator).get(reverse("referrals:services")).content.decode()
    assert "Yes: 1, in part: 0, no: 4" in page
    assert WORDS not in page


@pytest.mark.parametrize("player", ["case_worker", "clinician", "auditor", "administrator", "stranger"])
def test_sums_are_the_coordinators(cast: Any, player: str) -> None:
    with pytest.raises(NotPermitted):
        selectors.feedback_sums(getattr(cast, player).actor)
    with pytest.raises(NotPermitted):
        selectors.gaps_in_country(getattr(cast, player).actor)
