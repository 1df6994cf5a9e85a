"""A first responder records what was seen: one question a page, then a case with a draft screening."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.cases.models import Case
from nrm.identification.models import Screening

ANSWERS: list[tuple[str, dict[str, str]]] = [
    ("age", {"age_group": "adult"}),
    ("sex", {"sex": "man"}),
    ("suspected", {"suspected": "labour"}),
    ("safety", {"safe_to_talk": "yes"}),
    ("language", {"spoken_language": "sq", "needs_interpreter": "on"}),
]


def page(name: str) -> str:
    return reverse("identification:open_case_page", args=[name])


def walk(client: Any, cast: Any, lead: Any = None, **changed: str) -> Any:
    for name, typed in ANSWERS:
        response = client.post(page(name), {**typed, **{key: changed[key] for key in typed if key in changed}})
        assert response.status_code == 302, name
    return client.post(page("lead"), {"lead_organisation": (lead or cast.organisations.open_hand).pk})


def test_six_answers_open_a_case_and_begin_its_screening(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    assert client.get(reverse("identification:open_case")).status_code == 200
    response = walk(client, cast)
    screening = Screening.objects.get()
    assert response["Location"] == reverse("identification:screening", args=[screening.pk])
    case = screening.case
    assert (case.age_group, case.sex, case.spoken_language, case.needs_interpreter) == ("adult", "man", "sq", True)
    assert (screening.state, screening.suspected, screening.safe_to_talk) == ("draft", "labour", "yes")
    assert screening.started_by == cast.responder.user.pk
    assert client.get(response["Location"]).status_code == 200
    assert sign_in(cast.case_worker).get(response["Location"]).status_code == 200
    assert sign_in(cast.stranger).get(response["Location"]).status_code == 404


@pytest.mark.parametrize("who", ["responder", "case_worker", "officer"])
def test_these_roles_can_open_one(cast: Any, sign_in: Any, who: str) -> None:
    client = sign_in(cast.everybody[who])
    response = walk(client, cast)
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("who", ["shelter_worker", "clinician", "coordinator", "auditor", "administrator"])
def test_these_roles_cannot(cast: Any, sign_in: Any, who: str) -> None:
    client = sign_in(cast.everybody[who])
    assert client.get(reverse("identification:open_case")).status_code == 403
    assert client.post(page("age"), {"age_group": "adult"}).status_code == 403
    assert client.get(reverse("identification:danger")).status_code == 403
    assert not Case.objects.exists()


def test_danger_comes_before_everything_else(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    for name, typed in ANSWERS[:3]:
        client.post(page(name), typed)
    response = client.post(page("safety"), {"safe_to_talk": "no"}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("identification:danger")
    assert "call the emergency number" in response.content.decode()
    client.post(page("language"), {"spoken_language": ""})
    response = client.post(page("lead"), {"lead_organisation": cast.organisations.open_hand.pk}, follow=True)
    assert "call the emergency number" in response.content.decode()


def test_only_organisations_with_a_case_worker_can_lead(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    for name, typed in ANSWERS:
        client.post(page(name), typed)
    shown = client.get(page("lead")).content.decode()
    assert cast.organisations.open_hand.name in shown
    assert cast.organisations.quiet_room.name not in shown
    response = client.post(page("lead"), {"lead_organisation": cast.organisations.quiet_room.pk})
    assert response.status_code == 422
    assert not Case.objects.exists()


def test_the_own_organisation_is_chosen_when_it_can_lead(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    for name, typed in ANSWERS:
        client.post(page(name), typed)
    form = client.get(page("lead")).context["form"]
    assert form["lead_organisation"].value() == cast.organisations.open_hand.pk


def test_no_question_is_skipped_by_its_address(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    assert client.get(page("lead"))["Location"] == page("age")
    client.post(page("age"), {"age_group": "child"})
    assert client.post(page("safety"), {"safe_to_talk": "yes"})["Location"] == page("sex")
    assert client.get(page("nonsense")).status_code == 404


def test_an_empty_answer_is_asked_again(cast: Any, sign_in: Any) -> None:
    response = sign_in(cast.responder).post(page("age"), {})
    assert response.status_code == 422
    assert "age_group" in response.context["form"].errors


def test_going_back_keeps_what_was_chosen_and_starting_anew_forgets_it(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    client.post(page("age"), {"age_group": "child"})
    assert client.get(page("age")).context["form"]["age_group"].value() == "child"
    client.get(reverse("identification:open_case"))
    assert client.get(page("sex"))["Location"] == page("age")


def test_sending_the_last_answer_twice_opens_one_case(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    walk(client, cast)
    again = client.post(page("lead"), {"lead_organisation": cast.organisations.open_hand.pk})
    assert again["Location"] == page("age")
    assert Case.objects.count() == 1


def test_another_screening_in_an_open_case(case: Any, cast: Any, sign_in: Any) -> None:
    url = reverse("identification:begin_screening", args=[case.code])
    client = sign_in(cast.case_worker)
    assert client.get(url).status_code == 200
    assert client.post(url, {"suspected": "labour"}).status_code == 422
    assert client.post(url, {"suspected": "other", "safe_to_talk": "yes"}).status_code == 302
    assert case.screenings.get().started_by == cast.case_worker.user.pk
    assert sign_in(cast.stranger).get(url).status_code == 404
    assert sign_in(cast.coordinator).post(url, {"suspected": "other", "safe_to_talk": "yes"}).status_code == 403
