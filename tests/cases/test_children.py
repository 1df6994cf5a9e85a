"""Whoever may be a child: protected without waiting for consent, with a guardian, with a look at their best interests
before the first move, and with the authority for children at the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import assess_best_interests, assess_risk, record_guardian, take_case_step, take_status_step
from nrm.cases.models import BestInterestAssessment, Case, Guardian
from nrm.lib.clock import today
from nrm.notices.models import Notice
from nrm.placements import actions as placements
from nrm.tasks.models import Clock, Task
from nrm.vault.fields import opened as unsealed
from nrm.vault.fields import sealed
from tests.cases.conftest import opened
from tests.vault.canaries import found

SignIn = Callable[[Any], Client]
CONTACT = "CANARY-Vjollca-Nightingale-any-working-day"
VIEW = "CANARY-i-want-to-go-to-school"
REASONS = "CANARY-her-uncle-waits-in-the-village"


def guarded(case: Case, player: Any, **more: Any) -> Guardian:
    facts: dict[str, Any] = {
        "kind": "temporary",
        "appointed_on": date(2026, 1, 5),
        "is_independent": True,
        "contact": CONTACT,
    } | more
    return record_guardian(case, by=player.actor, **facts)


def assessed(case: Case, player: Any, **more: Any) -> BestInterestAssessment:
    facts: dict[str, Any] = {
        "step": "accommodation",
        "finding": "in_best_interests",
        "childs_view": VIEW,
        "reasons": REASONS,
    } | more
    return assess_best_interests(case, by=player.actor, **facts)


def is_open(kind: str) -> bool:
    return Task.objects.open().filter(kind=kind).exists()


def guardian_clock() -> Clock:
    return Clock.objects.get(key="child_guardian_h")


def page_of(client: Client, case: Case) -> str:
    return client.get(reverse("desk:case_page", args=[case.code])).content.decode()


# From the first minute


def test_the_authority_sees_a_child_from_the_first_minute(child: Case, cast: Any) -> None:
    assert (child.track, child.child_protection) == ("child", cast.organisations.centre_for_children)
    relations = set(child.participations.open().values_list("relation", "organisation__name"))
    assert relations == {
        ("reported", "Linden Street Police Station"),
        ("leads", "Open Hand"),
        ("protects", "Centre for Children"),
    }
    assert Task.objects.open().get(kind="guardian_needed").role == "case_worker"
    assert Notice.objects.get(kind="child_to_protect").recipient == cast.child_protection_worker.user
    assert guardian_clock().is_running


def test_an_unknown_age_counts_as_a_child(cast: Any) -> None:
    assert opened(cast, "unknown").track == "child"


def test_an_identity_is_written_without_waiting_for_consent(child: Case, cast: Any, sign_in: SignIn) -> None:
    form = sign_in(cast.case_worker).post(reverse("cases:open_identity_form", args=[child.code]))
    assert form.status_code == 200


# The guardian


@pytest.mark.parametrize("player", ["case_worker", "child_protection_worker"])
def test_a_guardian_closes_the_task_and_stops_the_clock(child: Case, cast: Any, player: str) -> None:
    guardian = guarded(child, getattr(cast, player))
    assert not is_open("guardian_needed")
    assert guardian_clock().stopped_at is not None
    assert unsealed(child.person, guardian, "contact") == CONTACT
    assert found([CONTACT]) == []
    row = guardian.history.get()
    assert (row.transition, row.history_user_id) == ("guardian.recorded", getattr(cast, player).actor.user_id)
    assert Event.objects.get(action="guardian.recorded").data == {"kind": "temporary"}
    assert verify().findings == []


def test_a_guardian_must_be_independent(child: Case, cast: Any) -> None:
    with pytest.raises(NotYet) as refused:
        guarded(child, cast.case_worker, is_independent=False)
    assert "not the suspected exploiter" in str(refused.value.sentence)
    assert is_open("guardian_needed")
    past_the_rule = Guardian(case=child, kind="guardian", appointed_on=today(), recorded_by=cast.case_worker.user.pk)
    past_the_rule.contact = sealed(child.person, past_the_rule, "contact", CONTACT)
    with pytest.raises(IntegrityError), transaction.atomic():
        past_the_rule.save()


def test_a_later_guardian_stands_beside_the_earlier(child: Case, cast: Any) -> None:
    first = guarded(child, cast.case_worker)
    second = guarded(child, cast.case_worker, kind="guardian")
    assert list(child.guardians.all()) == [second, first]


def test_an_adult_gets_no_guardian(case: Case, cast: Any) -> None:
    for act in (guarded, assessed):
        with pytest.raises(NotYet) as refused:
            act(case, cast.case_worker)
        assert str(refused.value.sentence) == "This person is not protected as a child. Record the age first."


# Best interests


def test_a_favourable_assessment_closes_the_task(child: Case, cast: Any) -> None:
    one = assessed(child, cast.child_protection_worker, guardian_heard=True)
    assert not is_open("best_interest_assessment")
    assert [unsealed(child.person, one, name) for name in ("childs_view", "reasons")] == [VIEW, REASONS]
    assert found([VIEW, REASONS]) == []
    assert one.history.get().transition == "best_interests.assessed"
    assert Event.objects.get(action="best_interests.assessed").data == {"step": "accommodation"}
    assert verify().findings == []


def test_what_is_not_in_the_best_interests_leaves_the_task_open(child: Case, cast: Any) -> None:
    assessed(child, cast.case_worker, finding="not_in_best_interests", step="family")
    assert is_open("best_interest_assessment")
    assert not child.has_best_interest_assessment()
    assessed(child, cast.case_worker, finding="with_conditions")
    assert not is_open("best_interest_assessment")


def test_what_was_found_last_of_a_move_counts(child: Case, cast: Any) -> None:
    assessed(child, cast.case_worker, step="interview")
    assert is_open("best_interest_assessment")
    assert not child.has_best_interest_assessment()
    assessed(child, cast.case_worker)
    assert child.has_best_interest_assessment()
    assessed(child, cast.case_worker, step="family", finding="not_in_best_interests")
    assert child.has_best_interest_assessment()
    assessed(child, cast.case_worker, finding="not_in_best_interests")
    assert not child.has_best_interest_assessment()


def test_no_child_moves_to_referral_before_it(child: Case, cast: Any) -> None:
    by = cast.case_worker.actor
    take_status_step(child, "presume_on_judgement", by=by, expected_version=2, reason="Seen.")
    assess_risk(child, by=by, expected_version=3, level="low", accommodation="needed")
    with pytest.raises(NotYet) as refused:
        take_case_step(child, "start_referral", by=by, expected_version=4)
    assert str(refused.value.sentence) == "Assess the best interests of the child first."
    assessed(child, cast.case_worker)
    assert take_case_step(child, "start_referral", by=by, expected_version=4).stage == "referral"


@pytest.fixture
def requested(child: Case, cast: Any) -> Any:
    """A place for the child was asked for; the shelter has one that fits."""
    home = cast.organisations.house_of_lindens
    type(home).objects.filter(pk=home.pk).update(licence_valid_until=today() + timedelta(days=30))
    house = placements.write_shelter(by=cast.shelter_worker.actor, code_name="Linden")
    placements.add_unit(by=cast.shelter_worker.actor, name="Room 1", sexes=["woman"], age_groups=["child"])
    return placements.request_placement(child, by=cast.case_worker.actor, shelter_id=house.pk, needed_from=today())


def offer(placement: Any, cast: Any, **more: Any) -> Any:
    unit = placement.shelter.units.get()
    version = placement.version
    return placements.take_step(
        placement, "offer", by=cast.shelter_worker.actor, expected_version=version, unit=unit, **more
    )


def test_no_child_gets_a_place_before_it_but_in_an_emergency(requested: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        offer(requested, cast)
    offered = offer(requested, cast, override_reason="It is night and she has nowhere to sleep.")
    assert offered.mismatches(offered.unit) == ["best_interests"]


def test_after_it_the_place_is_offered_as_to_anybody(requested: Any, cast: Any) -> None:
    assessed(requested.case, cast.case_worker)
    assert offer(requested, cast).state == "offered"


def test_the_shelter_reads_why_before_it_offers(requested: Any, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.shelter_worker)
    page = client.get(reverse("placements:page", args=[requested.pk])).content.decode()
    assert "The best interests of the child are not assessed yet." in page
    url = reverse("placements:step", args=[requested.pk, "offer"])
    assert "Why the child moves now" in client.get(url).content.decode()
    unit = str(requested.shelter.units.get().pk)
    late = client.post(url, {"version": requested.version, "unit": unit, "hours": "24", "override_reason": ""})
    assert late.status_code == 422


def test_going_to_the_family_is_a_step_of_its_own(requested: Any, cast: Any, sign_in: SignIn) -> None:
    assessed(requested.case, cast.case_worker)
    offered = offer(requested, cast)
    by = cast.shelter_worker.actor
    stay = placements.take_step(offered, "admit", by=by, expected_version=offered.version)
    page = sign_in(cast.shelter_worker).get(reverse("placements:step", args=[stay.pk, "end"])).content.decode()
    assert "Going to the family is a step of its own" in page


# Who may, and what they see


def test_who_may_not(child: Case, cast: Any) -> None:
    for act in (guarded, assessed):
        with pytest.raises(NotVisible):
            act(child, cast.stranger)
        with pytest.raises(NotPermitted):
            act(child, cast.responder)
    assert not Guardian.objects.exists()
    assert not BestInterestAssessment.objects.exists()


FORMS = {
    "cases:record_guardian": {
        "kind": "temporary", "appointed_on": "5/1/2026", "is_independent": "on", "contact": CONTACT,
    },
    "cases:assess_best_interests": {
        "step": "interview", "finding": "with_conditions", "childs_view": VIEW, "reasons": REASONS,
    },
}  # fmt: skip


@pytest.mark.parametrize("page", FORMS)
@pytest.mark.parametrize(
    ("player", "status"),
    [("case_worker", 302), ("child_protection_worker", 302), ("responder", 403), ("stranger", 404)],
)
def test_the_pages(child: Case, cast: Any, sign_in: SignIn, page: str, player: str, status: int) -> None:
    client, url = sign_in(getattr(cast, player)), reverse(page, args=[child.code])
    assert client.get(url).status_code == (200 if status == 302 else status)
    assert client.post(url, FORMS[page]).status_code == status


@pytest.mark.parametrize("page", FORMS)
def test_what_is_missing_or_not_yet_comes_back_with_what_was_typed(
    case: Case, child: Case, cast: Any, sign_in: SignIn, page: str
) -> None:
    client, typed = sign_in(cast.case_worker), next(text for text in FORMS[page].values() if "CANARY" in text)
    for name in FORMS[page]:
        left_out = {key: value for key, value in FORMS[page].items() if key != name}
        assert client.post(reverse(page, args=[child.code]), left_out).status_code == 422
    too_early = client.post(reverse(page, args=[case.code]), FORMS[page])
    assert too_early.status_code == 422
    assert "This person is not protected as a child." in too_early.content.decode()
    assert typed in too_early.content.decode()


def test_independence_is_confirmed_beside_its_field(child: Case, cast: Any, sign_in: SignIn) -> None:
    typed = {name: value for name, value in FORMS["cases:record_guardian"].items() if name != "is_independent"}
    answer = sign_in(cast.case_worker).post(reverse("cases:record_guardian", args=[child.code]), typed)
    assert '<a href="#id_is_independent">' in answer.content.decode()
    assert "Confirm that the guardian is independent, or find another one." in answer.content.decode()


def test_the_case_page_of_the_authority(child: Case, cast: Any, sign_in: SignIn) -> None:
    guarded(child, cast.case_worker)
    assessed(child, cast.case_worker)
    html = page_of(sign_in(cast.child_protection_worker), child)
    for text in ("Protection of the child", "Centre for Children", CONTACT, VIEW, REASONS, "Protected as a child"):
        assert text in html
    for url in ("cases:record_age", "cases:record_guardian", "cases:assess_best_interests", "cases:identity"):
        assert reverse(url, args=[child.code]) in html
    for url in ("cases:add_note", "cases:assess_risk", "cases:record_consent"):
        assert reverse(url, args=[child.code]) not in html


def test_who_reported_a_child_reads_nothing_of_its_guardian(child: Case, cast: Any, sign_in: SignIn) -> None:
    guarded(child, cast.case_worker)
    assessed(child, cast.case_worker)
    html = page_of(sign_in(cast.responder), child)
    assert "Protection of the child" in html
    assert "Not shared with you" in html
    assert not any(text in html for text in (CONTACT, VIEW, REASONS))
    assert page_of(sign_in(cast.coordinator), child).find("Protection of the child") == -1


def test_the_page_of_an_adult_has_no_such_card(case: Case, cast: Any, sign_in: SignIn) -> None:
    assert "Protection of the child" not in page_of(sign_in(cast.case_worker), case)


def test_the_task_is_before_the_authority(child: Case, cast: Any, sign_in: SignIn) -> None:
    html = sign_in(cast.child_protection_worker).get(reverse("desk:my_work")).content.decode()
    assert "Arrange a guardian" in html


def test_more_assessments_take_no_more_queries(
    child: Case, cast: Any, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(cast.case_worker)
    guarded(child, cast.case_worker)
    assessed(child, cast.case_worker)
    page_of(client, child)
    with django_assert_max_num_queries(60) as few:
        page_of(client, child)
    for _more in range(4):
        guarded(child, cast.child_protection_worker)
        assessed(child, cast.child_protection_worker)
    with django_assert_max_num_queries(len(few)):
        page_of(client, child)
