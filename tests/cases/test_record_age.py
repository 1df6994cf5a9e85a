"""Recording an age moves the person to the track that fits it, in the same moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import record_age
from nrm.cases.lifecycle import place_of_reason
from nrm.cases.models import Case, Participation
from nrm.cases.selectors import standing_in
from nrm.notices.models import Notice
from nrm.tasks.models import Clock, Task
from nrm.vault.sealing import unseal_text
from tests.vault.canaries import found

SignIn = Callable[[Any], Client]
WHY = "CANARY-her-school-card-says-sixteen"


def record(case: Case, player: Any, age_group: str, **more: Any) -> Case:
    facts: dict[str, Any] = {"expected_version": case.version, "reason": WHY} | more
    return record_age(case, by=player.actor, age_group=age_group, **facts)


def running(case: Case, key: str = "child_guardian_h") -> bool:
    return Clock.objects.running().filter(case_code=case.code, key=key).exists()


@pytest.mark.parametrize("age", ["child", "unknown"])
def test_whoever_may_be_a_child_is_protected_at_once(case: Case, cast: Any, age: str) -> None:
    centre = cast.organisations.centre_for_children
    protected = record(case, cast.case_worker, age, child_protection=centre)
    assert (protected.age_group, protected.track, protected.child_protection) == (age, "child", centre)
    assert Task.objects.open().get(kind="guardian_needed").organisation == centre
    assert Task.objects.open().get(kind="best_interest_assessment").organisation == cast.organisations.open_hand
    assert Notice.objects.get(kind="child_to_protect").recipient == cast.child_protection_worker.user
    assert running(case)
    assert standing_in(cast.child_protection_worker.actor, case).may("child.see")


def test_without_an_authority_the_lead_is_it(case: Case, cast: Any) -> None:
    record(case, cast.case_worker, "unknown")
    assert Task.objects.open().get(kind="guardian_needed").organisation == cast.organisations.open_hand
    assert Participation.objects.open().get(relation="protects").organisation == cast.organisations.open_hand


def test_a_nameless_person_who_turns_out_a_child_is_protected_too(nameless: Case, cast: Any) -> None:
    assert record(nameless, cast.case_worker, "child").track == "child"
    assert not Task.objects.open().filter(kind="ask_again").exists()


def test_an_adult_is_asked_from_now_on(child: Case, cast: Any) -> None:
    asked = record(child, cast.case_worker, "adult")
    assert (asked.age_group, asked.track) == ("adult", "undecided")
    assert not Task.objects.open().filter(kind__in=["guardian_needed", "best_interest_assessment"]).exists()
    assert not running(child)
    assert not Participation.objects.open().filter(relation="protects").exists()
    assert not standing_in(cast.child_protection_worker.actor, child).may("case.see")


def test_another_age_on_the_same_track_moves_nothing(child: Case, cast: Any) -> None:
    unsure = record(child, cast.child_protection_worker, "unknown")
    assert (unsure.track, unsure.version) == ("child", child.version + 1)


def test_what_it_rests_on_is_sealed_beside_both_changes(child: Case, cast: Any) -> None:
    record(child, cast.case_worker, "adult")
    rows = child.history.filter(transition__in=["age.recorded", "track.go_on_as_adult"]).order_by("version")
    reasons = [
        unseal_text(child.person, place_of_reason(child, row.version), row.history_change_reason) for row in rows
    ]
    assert reasons == [WHY, WHY]
    assert found([WHY]) == []
    assert Event.objects.get(action="age.recorded").data == {"to": "adult"}
    assert verify().findings == []


def test_who_may_not(case: Case, cast: Any) -> None:
    for player, refusal in (
        (cast.stranger, NotVisible),
        (cast.child_protection_worker, NotVisible),
        (cast.responder, NotPermitted),
        (cast.coordinator, NotPermitted),
    ):
        with pytest.raises(refusal):
            record(case, player, "child")
    with pytest.raises(MovedOn):
        record(case, cast.case_worker, "child", expected_version=case.version + 1)
    case.refresh_from_db()
    assert (case.age_group, case.track) == ("adult", "undecided")


# The page


def send(client: Client, case: Case, **more: str) -> Any:
    typed = {"version": str(case.version), "age_group": "child", "reason": WHY} | more
    return client.post(reverse("cases:record_age", args=[case.code]), typed)


def test_the_page_offers_the_authority_and_protects(case: Case, cast: Any, sign_in: SignIn) -> None:
    client, centre = sign_in(cast.case_worker), cast.organisations.centre_for_children
    page = client.get(reverse("cases:record_age", args=[case.code])).content.decode()
    assert "Centre for Children" in page
    assert "Far Shore" not in page
    assert send(client, case, child_protection=str(centre.pk)).status_code == 302
    case.refresh_from_db()
    assert (case.track, case.child_protection) == ("child", centre)


def test_an_organisation_that_protects_no_children_is_sent_back(case: Case, cast: Any, sign_in: SignIn) -> None:
    answer = send(sign_in(cast.case_worker), case, child_protection=str(cast.organisations.far_shore.pk))
    assert answer.status_code == 422
    assert WHY in answer.content.decode()


@pytest.mark.parametrize(("player", "status"), [("stranger", 404), ("responder", 403), ("coordinator", 403)])
def test_the_page_is_for_who_may(case: Case, cast: Any, sign_in: SignIn, player: str, status: int) -> None:
    assert send(sign_in(getattr(cast, player)), case).status_code == status


def test_a_reason_is_needed_and_an_old_page_is_told(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    assert send(client, case, reason=" ").status_code == 422
    late = send(client, case, version="99")
    assert late.status_code == 409
    assert WHY in late.content.decode()


def test_the_authority_that_leaves_is_led_to_its_work(child: Case, cast: Any, sign_in: SignIn) -> None:
    answer = send(sign_in(cast.child_protection_worker), child, age_group="adult")
    assert (answer.status_code, answer["Location"]) == (302, reverse("desk:my_work"))


def test_the_case_page_shows_age_and_region(case: Case, cast: Any, sign_in: SignIn) -> None:
    Case.objects.filter(pk=case.pk).update(region="MK-08")
    link = reverse("cases:record_age", args=[case.code])
    html = sign_in(cast.case_worker).get(reverse("desk:case_page", args=[case.code])).content.decode()
    assert link in html
    assert "Skopje" in html
    assert link not in sign_in(cast.responder).get(reverse("desk:case_page", args=[case.code])).content.decode()
