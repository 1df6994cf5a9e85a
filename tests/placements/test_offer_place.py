"""The shelter reserves a place, or declines; the database decides who gets the last one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.accounts.models import Organisation
from nrm.cases.models import Case, Participation
from nrm.lib.clock import now, today
from nrm.placements.actions import change_unit, take_step
from nrm.placements.models import Placement
from nrm.tasks.models import Task
from tests.placements.conftest import new_unit, request_for

WHY = "She asked for it herself."


def test_a_place_is_held_for_a_day(cast: Any, offered: Any, unit: Any) -> None:
    assert (offered.state, offered.unit) == ("offered", unit)
    assert offered.offered_by == cast.shelter_worker.user.pk
    assert offered.period.upper is None
    assert timedelta(hours=23) < offered.reserved_until - now() < timedelta(hours=25)
    assert Task.objects.open().get(organisation=cast.organisations.open_hand, kind="confirm_placement")


def test_the_form_offers_free_places_and_says_what_does_not_fit(
    cast: Any, requested: Any, unit: Any, sign_in: Any
) -> None:
    new_unit(cast, "For boys", sexes=["man"], age_groups=["child"])
    client = sign_in(cast.shelter_worker)
    url = reverse("placements:step", args=[requested.pk, "offer"])
    text = client.get(url).content.decode()
    assert "Room 1" in text
    assert "For boys (does not fit: meant for others by sex, meant for another age)" in text
    answer = client.post(url, {"version": requested.version, "unit": str(unit.pk), "hours": "48"})
    assert answer.status_code == 302
    placement = Placement.objects.get()
    assert placement.state == "offered"
    assert placement.reserved_until > now() + timedelta(hours=47)


def test_a_place_that_does_not_fit_needs_a_reason_which_is_sealed(
    cast: Any, requested: Any, shelter: Any, sign_in: Any
) -> None:
    wrong = new_unit(cast, "For men", sexes=["man"])
    client = sign_in(cast.shelter_worker)
    url = reverse("placements:step", args=[requested.pk, "offer"])
    values = {"version": requested.version, "unit": str(wrong.pk), "hours": "24"}
    answer = client.post(url, values)
    assert answer.status_code == 422
    assert "The place does not fit" in answer.content.decode()
    assert client.post(url, {**values, "override_reason": WHY}).status_code == 302
    assert WHY in client.get(reverse("placements:page", args=[requested.pk])).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT override_reason FROM placements_historicalplacement WHERE override_reason IS NOT NULL")
        assert all(WHY.encode() not in bytes(sealed) for (sealed,) in cursor.fetchall())


def test_a_taken_place_is_refused_politely_and_nothing_typed_is_lost(
    cast: Any, offered: Any, unit: Any, shelter: Any, another_case: Any, sign_in: Any
) -> None:
    late = request_for(cast, another_case, shelter)
    with pytest.raises(NotYet) as refused:
        take_step(late, "offer", by=cast.shelter_worker.actor, expected_version=late.version, unit=unit)
    assert "taken a moment ago" in str(refused.value.sentence)
    answer = sign_in(cast.shelter_worker).post(
        reverse("placements:step", args=[late.pk, "offer"]),
        {"version": late.version, "unit": str(unit.pk), "hours": "24", "override_reason": WHY},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "taken a moment ago" in text
    assert WHY in text
    late.refresh_from_db()
    assert (late.state, late.unit, late.version) == ("requested", None, 1)


def test_without_a_valid_licence_nothing_is_reserved(cast: Any, requested: Any, unit: Any, take: Any) -> None:
    Organisation.objects.filter(pk=cast.organisations.house_of_lindens.pk).update(
        licence_valid_until=today() - timedelta(days=1)
    )
    with pytest.raises(NotYet):
        take(requested, "offer", cast.shelter_worker, unit=unit)


def test_a_place_out_of_use_is_not_reserved(cast: Any, requested: Any, unit: Any, take: Any) -> None:
    change_unit(unit, by=cast.shelter_worker.actor, is_active=False)
    with pytest.raises(NotYet):
        take(requested, "offer", cast.shelter_worker, unit=unit)


def test_the_lead_and_others_do_not_reserve(cast: Any, requested: Any, unit: Any, take: Any, sign_in: Any) -> None:
    with pytest.raises(NotPermitted):
        take(requested, "offer", cast.case_worker, unit=unit)
    with pytest.raises(NotVisible):
        take(requested, "offer", cast.stranger, unit=unit)
    url = reverse("placements:step", args=[requested.pk, "offer"])
    assert sign_in(cast.case_worker).get(url).status_code == 403
    assert sign_in(cast.stranger).get(url).status_code == 404


def test_an_old_page_is_refused(cast: Any, requested: Any, offered: Any) -> None:
    with pytest.raises(MovedOn):
        take_step(requested, "cancel", by=cast.case_worker.actor, expected_version=1, reason="Late.")


def test_declining_closes_the_case_to_the_shelter(cast: Any, requested: Any, sign_in: Any) -> None:
    client = sign_in(cast.shelter_worker)
    url = reverse("placements:step", args=[requested.pk, "decline"])
    assert client.post(url, {"version": requested.version, "reason": ""}).status_code == 422
    answer = client.post(url, {"version": requested.version, "reason": "Full."})
    assert answer["Location"] == reverse("placements:units")
    assert not Participation.objects.open().filter(organisation=cast.organisations.house_of_lindens).exists()
    assert client.get(reverse("placements:page", args=[requested.pk])).status_code == 404


def test_at_high_risk_a_second_person_approves(cast: Any, requested: Any, shelter: Any, take: Any) -> None:
    Case.objects.update(risk_level="high")
    safe = new_unit(cast, "Safe", takes_high_risk=True)
    take(requested, "offer", cast.shelter_worker, unit=safe)
    with pytest.raises(NotYet):
        take(requested, "admit", cast.shelter_worker)
    with pytest.raises(NotYet):
        take(requested, "approve", cast.shelter_worker)
    assert take(requested, "approve", cast.case_worker).approved_by == cast.case_worker.user.pk
    assert take(requested, "admit", cast.shelter_worker).state == "admitted"


def test_another_shelter_neither_sees_nor_approves(cast: Any, case: Any, requested: Any, take: Any) -> None:
    """A request to one shelter gives no sight of a request to another."""
    from nrm.access.actor import Actor

    placement = request_for(cast, case, requested.shelter)
    elsewhere = Organisation.objects.create(name="Other House", kind="shelter", country="mk", accepts_referrals=True)
    worker = cast.shelter_worker.actor
    other = Actor(worker.user_id, worker.membership_id, elsewhere.pk, worker.role)
    Participation.objects.create(
        case=case, organisation=elsewhere, relation="received_referral", because="x", opened_by=worker.user_id
    )
    with pytest.raises(NotVisible):
        take_step(placement, "approve", by=other, expected_version=1)


def test_approval_is_no_button_where_it_is_not_needed(cast: Any, offered: Any, sign_in: Any, take: Any) -> None:
    text = sign_in(cast.case_worker).get(reverse("placements:page", args=[offered.pk])).content.decode()
    assert "Approve as second person" not in text
    with pytest.raises(NotYet):
        take(offered, "approve", cast.case_worker)
