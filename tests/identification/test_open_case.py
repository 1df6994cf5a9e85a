"""A first responder records what was seen: safety first, one idea a page, then a case with a draft screening."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from nrm.cases.models import Case
from nrm.countries import profile
from nrm.identification.models import Screening
from nrm.tasks.models import Task

ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("safety", {"safe_to_talk": "yes", "present": ["interpreter"]}),
    ("language", {"spoken_language": "sq", "needs_interpreter": "on", "interviewer": "woman"}),
    ("person", {"age_group": "adult", "sex": "man"}),
    ("suspected", {"suspicions": ["labour", "begging"]}),
    ("circumstances", {"circumstances": ["on_the_move"]}),
]


def page(name: str) -> str:
    return reverse("identification:open_case_page", args=[name])


def walk(client: Any, cast: Any, lead: Any = None, authority: Any = None, **changed: Any) -> Any:
    for name, typed in ANSWERS:
        response = client.post(page(name), {**typed, **{key: changed[key] for key in typed if key in changed}})
        assert response.status_code == 302, name
    chosen = {"lead_organisation": (lead or cast.organisations.open_hand).pk}
    return client.post(page("lead"), chosen | ({"child_protection": authority.pk} if authority else {}))


@pytest.fixture
def centre(cast: Any) -> Any:
    """The only authority that can protect a child."""
    return cast.organisations.centre_for_children


@pytest.fixture
def without_authority(centre: Any) -> None:
    type(centre).objects.filter(pk=centre.pk).update(is_active=False)


def test_six_pages_open_a_case_and_begin_its_screening(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    assert client.get(reverse("identification:open_case")).status_code == 200
    response = walk(client, cast)
    screening = Screening.objects.get()
    assert response["Location"] == reverse("identification:screening", args=[screening.pk])
    case = screening.case
    assert (case.age_group, case.sex, case.spoken_language, case.needs_interpreter) == ("adult", "man", "sq", True)
    assert (screening.state, screening.suspicions(), screening.circumstances) == (
        "draft",
        ["labour", "begging"],
        ["on_the_move"],
    )
    assert (screening.safe_to_talk, screening.present, screening.interviewer) == ("yes", ["interpreter"], "woman")
    assert screening.started_by == cast.responder.user.pk
    assert case.track == "undecided"
    assert client.get(response["Location"]).status_code == 200
    assert sign_in(cast.case_worker).get(response["Location"]).status_code == 200
    assert sign_in(cast.stranger).get(response["Location"]).status_code == 404


def test_safety_is_asked_before_everything_else(cast: Any, sign_in: Any) -> None:
    shown = sign_in(cast.responder).get(reverse("identification:open_case")).content.decode()
    assert "Is the person safe to talk now?" in shown
    assert "Who else is there?" in shown


def test_only_codes_wait_in_the_session(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    for name, typed in ANSWERS:
        client.post(page(name), typed)
    kept = client.session["case_being_opened"]
    assert kept == {
        "safe_to_talk": "yes",
        "present": ["interpreter"],
        "spoken_language": "sq",
        "needs_interpreter": True,
        "interviewer": "woman",
        "age_group": "adult",
        "sex": "man",
        "suspicions": ["labour", "begging"],
        "circumstances": ["on_the_move"],
        "region": "",
    }


@pytest.mark.parametrize("age_group", ["child", "unknown"])
def test_whoever_may_be_a_child_is_protected_from_the_first_minute(
    cast: Any, sign_in: Any, centre: Any, age_group: str
) -> None:
    client = sign_in(cast.responder)
    walk(client, cast, authority=centre, age_group=age_group)
    case = Case.objects.get()
    assert (case.track, case.child_protection) == ("child", centre)
    assert Task.objects.filter(case_code=case.code, kind="guardian_needed", organisation=centre).exists()
    protector = sign_in(cast.child_protection_worker)
    assert protector.get(reverse("desk:case_page", args=[case.code])).status_code == 200


def test_the_authority_is_asked_for_a_child_only_and_must_be_one(cast: Any, sign_in: Any, centre: Any) -> None:
    client = sign_in(cast.responder)
    for name, typed in ANSWERS:
        client.post(page(name), typed)
    assert "child_protection" not in client.get(page("lead")).context["form"].fields
    client.post(page("person"), {"age_group": "child", "sex": "woman"})
    form = client.get(page("lead")).context["form"]
    assert form["child_protection"].value() == centre.pk
    for wrong in ("", cast.organisations.open_hand.pk):
        typed = {"lead_organisation": cast.organisations.open_hand.pk, "child_protection": wrong}
        assert client.post(page("lead"), typed).status_code == 422
    assert not Case.objects.exists()


def test_the_own_authority_is_chosen_and_not_named_twice(cast: Any, sign_in: Any, centre: Any) -> None:
    client = sign_in(cast.child_protection_worker)
    for name, typed in ANSWERS:
        client.post(page(name), typed | ({"age_group": "child"} if name == "person" else {}))
    form = client.get(page("lead")).context["form"]
    assert form["child_protection"].value() == form["lead_organisation"].value() == centre.pk
    client.post(page("lead"), {"lead_organisation": centre.pk, "child_protection": centre.pk})
    case = Case.objects.get()
    assert (case.track, case.child_protection) == ("child", None)
    assert Task.objects.filter(case_code=case.code, kind="guardian_needed", organisation=centre).exists()


@pytest.mark.usefixtures("without_authority")
def test_where_there_is_no_authority_the_lead_protects_the_child(cast: Any, sign_in: Any) -> None:
    walk(sign_in(cast.responder), cast, age_group="child")
    case = Case.objects.get()
    lead = cast.organisations.open_hand
    assert (case.track, case.child_protection) == ("child", None)
    assert Task.objects.filter(case_code=case.code, kind="guardian_needed", organisation=lead).exists()


@pytest.mark.parametrize(
    ("name", "typed", "wrong"),
    [
        ("suspected", {"suspicions": ["labour", "other"]}, "suspicions"),
        ("suspected", {}, "suspicions"),
        ("suspected", {"suspicions": ["nonsense"]}, "suspicions"),
        ("safety", {"safe_to_talk": "yes", "present": ["nobody", "employer"]}, "present"),
        ("circumstances", {"circumstances": ["nonsense"]}, "circumstances"),
    ],
)
def test_an_answer_that_says_none_fits_stands_alone(
    cast: Any, sign_in: Any, name: str, typed: dict[str, Any], wrong: str
) -> None:
    client = sign_in(cast.responder)
    for earlier, answer in ANSWERS:
        client.post(page(earlier), answer)
    response = client.post(page(name), typed)
    assert response.status_code == 422
    assert wrong in response.context["form"].errors


def test_the_region_is_chosen_from_the_tree_of_the_country(
    cast: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bosnia = profile.load("ba")
    monkeypatch.setattr(profile, "current", lambda: bosnia)
    client = sign_in(cast.responder)
    for name, typed in ANSWERS:
        client.post(page(name), typed)
    choices = client.get(page("circumstances")).context["form"].fields["region"].choices
    tree = {group[0][0]: [code for code, _name in group] for _name, group in choices if isinstance(group, list)}
    part = next(region for region in bosnia.regions if region.part_of)
    assert part.code in tree[part.part_of]
    assert client.post(page("circumstances"), {"region": "elsewhere"}).status_code == 422
    client.post(page("circumstances"), {"region": part.code})
    client.post(page("lead"), {"lead_organisation": cast.organisations.open_hand.pk})
    assert Case.objects.get().region == part.code


def test_a_country_without_regions_asks_for_none(cast: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    country = replace(profile.load("mk"), regions=())
    monkeypatch.setattr(profile, "current", lambda: country)
    client = sign_in(cast.responder)
    walk(client, cast)
    assert Case.objects.get().region == ""


@pytest.mark.parametrize("who", ["responder", "case_worker", "officer"])
def test_these_roles_can_open_one(cast: Any, sign_in: Any, who: str) -> None:
    client = sign_in(cast.everybody[who])
    response = walk(client, cast)
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("who", ["shelter_worker", "clinician", "coordinator", "auditor", "administrator"])
def test_these_roles_cannot(cast: Any, sign_in: Any, who: str) -> None:
    client = sign_in(cast.everybody[who])
    assert client.get(reverse("identification:open_case")).status_code == 403
    assert client.post(page("safety"), {"safe_to_talk": "yes"}).status_code == 403
    assert client.get(reverse("identification:danger")).status_code == 403
    assert not Case.objects.exists()


def test_danger_comes_before_everything_else(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    response = client.post(page("safety"), {"safe_to_talk": "no"}, follow=True)
    assert response.redirect_chain[-1][0] == reverse("identification:danger")
    assert "call the emergency number" in response.content.decode()
    for name, typed in ANSWERS[1:]:
        client.post(page(name), typed)
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
    assert client.get(page("lead"))["Location"] == page("safety")
    client.post(page("safety"), {"safe_to_talk": "yes"})
    assert client.post(page("suspected"), {"suspicions": ["labour"]})["Location"] == page("language")
    assert client.get(page("nonsense")).status_code == 404


def test_an_empty_answer_is_asked_again(cast: Any, sign_in: Any) -> None:
    response = sign_in(cast.responder).post(page("safety"), {})
    assert response.status_code == 422
    assert "safe_to_talk" in response.context["form"].errors


def test_going_back_keeps_what_was_chosen_and_starting_anew_forgets_it(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    client.post(page("safety"), {"safe_to_talk": "unknown", "present": ["relative"]})
    form = client.get(page("safety")).context["form"]
    assert (form["safe_to_talk"].value(), form["present"].value()) == ("unknown", ["relative"])
    client.get(reverse("identification:open_case"))
    assert client.get(page("language"))["Location"] == page("safety")


def test_sending_the_last_answer_twice_opens_one_case(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    walk(client, cast)
    again = client.post(page("lead"), {"lead_organisation": cast.organisations.open_hand.pk})
    assert again["Location"] == page("safety")
    assert Case.objects.count() == 1


def test_another_screening_in_an_open_case(case: Any, cast: Any, sign_in: Any) -> None:
    url = reverse("identification:begin_screening", args=[case.code])
    client = sign_in(cast.case_worker)
    assert client.get(url).status_code == 200
    assert client.post(url, {"suspicions": ["labour"]}).status_code == 422
    typed = {"suspicions": ["sexual", "marriage"], "safe_to_talk": "yes", "circumstances": ["online"]}
    assert client.post(url, typed).status_code == 302
    screening = case.screenings.get()
    assert screening.started_by == cast.case_worker.user.pk
    assert (screening.suspicions(), screening.circumstances) == (["sexual", "marriage"], ["online"])
    assert sign_in(cast.stranger).get(url).status_code == 404
    assert sign_in(cast.coordinator).post(url, typed).status_code == 403


def test_a_draft_is_found_again_on_the_case_page(case: Any, screening: Any, cast: Any, sign_in: Any) -> None:
    url = reverse("desk:case_page", args=[case.code])
    for who in (cast.responder, cast.case_worker):
        shown = sign_in(who).get(url).content.decode()
        assert "Go on with the screening" in shown
        assert reverse("identification:screening", args=[screening.pk]) in shown
