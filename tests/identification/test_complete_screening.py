"""Completing a screening freezes it and explains what it speaks for, in words and never in numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.identification import actions, selectors
from nrm.identification.models import Screening
from nrm.identification.scoring import Explanation
from nrm.identification.selectors.results import result_of
from nrm.notices.models import Notice
from nrm.tasks.models import Task
from tests.identification.conftest import SPEAKS_FOR_IT

JUDGEMENT = "Ivana Canarić said the foreman keeps her passport"


def step_url(screening: Any, transition: str = "complete") -> str:
    return reverse("identification:screening_step", args=[screening.pk, transition])


def page(screening: Any) -> str:
    return reverse("identification:screening", args=[screening.pk])


def words(response: Any) -> str:
    """What a reader sees, without the markup."""
    html = re.sub(r"<(script|style|head).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_result_is_explained(screening: Any, answer: Any, cast: Any, sign_in: Any) -> None:
    answer(screening, **SPEAKS_FOR_IT, GN05="observed")
    client = sign_in(cast.responder)
    assert client.get(step_url(screening)).status_code == 200
    response = client.post(step_url(screening), {"version": 1, "conclusion": "exploitation", "judgement": JUDGEMENT})
    assert response["Location"] == page(screening)
    shown = words(client.get(page(screening)))
    assert "speaks for presuming the status" in shown
    assert "Excessive working days or hours" in shown
    assert "Shows fear or anxiety" in shown
    assert "It decides nothing and closes nothing" in shown
    assert JUDGEMENT in shown
    assert "Presume the status on the screening" in shown


def test_it_is_kept_in_codes_and_the_judgement_sealed(screening: Any, answer: Any, cast: Any) -> None:
    answer(screening, **SPEAKS_FOR_IT)
    actions.complete_screening(screening, by=cast.responder.actor, expected_version=1, judgement=JUDGEMENT)
    kept = Screening.objects.get()
    explanation = Explanation.from_codes(kept.result)
    assert (kept.state, kept.gives_grounds, explanation.suggests_presumption) == ("completed", True, True)
    assert kept.history.latest("history_id").transition == "screening.complete"
    assert kept.history.latest("history_id").source_state == "draft"
    event = Event.objects.latest("sequence")
    assert (event.action, event.case_code) == ("screening.complete", kept.case.code)
    assert JUDGEMENT.encode() not in kept.judgement
    assert result_of(kept).judgement == JUDGEMENT
    with connection.cursor() as cursor:
        cursor.execute("SELECT judgement FROM identification_historicalscreening WHERE judgement IS NOT NULL")
        assert all(JUDGEMENT.encode() not in bytes(sealed) for (sealed,) in cursor.fetchall())


def test_the_lead_is_told(completed: Any, cast: Any) -> None:
    told = Notice.objects.filter(kind="screening_completed")
    assert told.exists()
    assert {notice.case_code for notice in told} == {completed.case.code}


def test_no_number_and_no_weight_is_shown(completed: Any, cast: Any, sign_in: Any) -> None:
    shown = words(sign_in(cast.responder).get(page(completed))).lower()
    for word in ("strong sign", "medium", "weak", "score", "points", "ex01", "a_lab"):
        assert not re.search(rf"\b{word}\b", shown), word


def test_what_is_missing_is_asked_next(screening: Any, answer: Any, cast: Any, sign_in: Any) -> None:
    answer(screening, EX01="observed", EX04="reported")
    actions.complete_screening(screening, by=cast.responder.actor, expected_version=1)
    shown = words(sign_in(cast.responder).get(page(screening)))
    assert "gives grounds to act" in shown
    assert "What to find out next" in shown
    assert Screening.objects.get().gives_grounds


def test_weak_signs_alone_give_no_grounds_and_close_nothing(
    screening: Any, answer: Any, cast: Any, sign_in: Any
) -> None:
    every = {one.code: "not_present" for one in selectors.asked(screening)}
    answer(screening, **{**every, "DR10": "observed", "VD06": "observed"})
    actions.complete_screening(screening, by=cast.responder.actor, expected_version=1)
    kept = Screening.objects.get()
    assert not kept.gives_grounds
    assert kept.case.stage == "identification"
    shown = words(sign_in(cast.responder).get(page(kept)))
    assert "Your judgement still can" in shown
    assert "Presume the status on professional judgement" in shown


def test_age_decides_the_rule(cast: Any, answer: Any) -> None:
    for age_group, suggested in (("adult", False), ("child", True), ("unknown", True)):
        screening = actions.open_case(
            by=cast.responder.actor,
            lead_organisation_id=cast.organisations.open_hand.pk,
            age_group=age_group,
            sex="unknown",
            suspicions=["labour"],
            safe_to_talk="yes",
        )
        answer(screening, EX01="observed", EX04="reported")
        done = actions.complete_screening(screening, by=cast.responder.actor, expected_version=1)
        assert Explanation.from_codes(done.result).suggests_presumption is suggested, age_group


def test_recorded_intent_needs_words(screening: Any, answer: Any, cast: Any, sign_in: Any) -> None:
    answer(screening, DR01="reported", DR08="reported")
    client = sign_in(cast.responder)
    assert (
        client.post(
            step_url(screening), {"version": 1, "conclusion": "exploitation", "intent_recorded": "on"}
        ).status_code
        == 422
    )
    typed = {"version": 1, "conclusion": "exploitation", "intent_recorded": "on", "judgement": JUDGEMENT}
    client.post(step_url(screening), typed)
    kept = Screening.objects.get()
    assert kept.intent_recorded
    assert Explanation.from_codes(kept.result).suggests_presumption


def test_a_conclusion_is_asked_for(screening: Any, answer: Any, cast: Any, sign_in: Any) -> None:
    answer(screening, GN01="observed")
    response = sign_in(cast.responder).post(step_url(screening), {"version": 1, "judgement": JUDGEMENT})
    assert response.status_code == 422
    assert JUDGEMENT in response.content.decode()
    assert Screening.objects.get().is_draft


@pytest.mark.parametrize("conclusion", ["smuggling", "vulnerable"])
def test_other_help_is_a_task_of_the_lead(
    screening: Any, answer: Any, cast: Any, sign_in: Any, conclusion: str
) -> None:
    """No presumption, and still nobody leaves with nothing."""
    answer(screening, GN01="not_present")
    client = sign_in(cast.responder)
    typed = {"version": 1, "conclusion": conclusion, "incomplete_because": ["no_time", "no_interpreter"]}
    assert client.post(step_url(screening), typed).status_code == 302
    kept = Screening.objects.get()
    assert (kept.state, kept.conclusion) == ("completed", conclusion)
    assert kept.incomplete_because == ["no_time", "no_interpreter"]
    assert kept.history.latest("history_id").transition == "screening.complete_for_other_help"
    lead = cast.organisations.open_hand
    assert Task.objects.filter(case_code=kept.case.code, kind="refer_to_other_help", organisation=lead).exists()
    assert kept.case.has_other_grounds_for_help()
    shown = words(client.get(page(kept)))
    assert "Nobody leaves with nothing" in shown
    assert "No interpreter" in shown


@pytest.mark.parametrize("conclusion", ["exploitation", "unclear"])
def test_the_other_conclusions_make_no_such_task(screening: Any, answer: Any, cast: Any, conclusion: str) -> None:
    answer(screening, GN01="observed")
    actions.complete_screening(screening, by=cast.responder.actor, expected_version=1, conclusion=conclusion)
    assert Screening.objects.get().history.latest("history_id").transition == "screening.complete"
    assert not Task.objects.filter(kind="refer_to_other_help").exists()


def test_there_is_one_button_and_the_conclusion_chooses_the_way(
    screening: Any, answer: Any, cast: Any, sign_in: Any
) -> None:
    answer(screening, GN01="observed")
    client = sign_in(cast.responder)
    url = step_url(screening, "complete_for_other_help")
    assert client.post(url, {"version": 1, "conclusion": "unclear"}).status_code == 302
    kept = Screening.objects.get()
    assert kept.history.latest("history_id").transition == "screening.complete"
    assert url not in client.get(page(kept)).content.decode()


def test_an_adult_is_asked_how_to_be_helped(completed: Any, cast: Any, sign_in: Any) -> None:
    shown = sign_in(cast.responder).get(page(completed)).content.decode()
    for transition in ("agree_to_be_named", "stay_nameless"):
        assert reverse("cases:track_step", args=[completed.case.code, transition]) in shown
    assert "without waiting for consent" not in shown
    assert "cases/" in shown
    to_officer = sign_in(cast.officer).get(page(completed))
    assert to_officer.status_code == 403 or "stay_nameless" not in to_officer.content.decode()


@pytest.mark.parametrize("age_group", ["child", "unknown"])
def test_a_child_is_protected_and_not_asked(cast: Any, answer: Any, sign_in: Any, age_group: str) -> None:
    screening = actions.open_case(
        by=cast.responder.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group=age_group,
        sex="unknown",
        suspicions=["begging"],
        safe_to_talk="yes",
    )
    answer(screening, GN01="observed")
    done = actions.complete_screening(screening, by=cast.responder.actor, expected_version=1)
    shown = sign_in(cast.responder).get(page(done)).content.decode()
    assert "protected without waiting for consent" in shown
    assert "stay_nameless" not in shown
    assert "agree_to_be_named" not in shown


def test_nothing_answered_cannot_be_completed(screening: Any, cast: Any, sign_in: Any) -> None:
    response = sign_in(cast.responder).post(
        step_url(screening), {"version": 1, "conclusion": "exploitation", "judgement": JUDGEMENT}
    )
    assert response.status_code == 422
    assert "Answer at least one indicator first." in response.content.decode()
    assert JUDGEMENT in response.content.decode()
    with pytest.raises(NotYet):
        actions.complete_screening(screening, by=cast.responder.actor, expected_version=1)


def test_only_once(completed: Any, cast: Any, sign_in: Any) -> None:
    assert (
        sign_in(cast.case_worker).post(step_url(completed), {"version": 1, "conclusion": "unclear"}).status_code == 409
    )
    with pytest.raises(MovedOn):
        actions.complete_screening(completed, by=cast.case_worker.actor, expected_version=1)


def test_strangers_and_other_roles(screening: Any, completed: Any, presumed: Any, cast: Any, sign_in: Any) -> None:
    assert sign_in(cast.stranger).get(page(screening)).status_code == 404
    assert sign_in(cast.stranger).post(step_url(screening)).status_code == 404
    assert sign_in(cast.coordinator).get(page(screening)).status_code == 403
    officer = sign_in(cast.officer)
    assert officer.get(page(screening)).status_code == 200
    assert officer.get(step_url(screening)).status_code == 403
    assert officer.get(step_url(screening, "nonsense")).status_code == 404
    draft = actions.begin_screening(presumed, by=cast.responder.actor, suspicions=["other"], safe_to_talk="yes")
    with pytest.raises(NotPermitted):
        actions.complete_screening(draft, by=cast.officer.actor, expected_version=1)
    with pytest.raises(NotVisible):
        actions.complete_screening(draft, by=cast.stranger.actor, expected_version=1)


def test_reading_is_an_event(completed: Any, cast: Any, sign_in: Any) -> None:
    sign_in(cast.case_worker).get(page(completed))
    event = Event.objects.latest("sequence")
    assert (event.action, event.user_id) == ("screening.read", cast.case_worker.user.pk)


def test_the_database_freezes_a_completed_screening(completed: Any) -> None:
    for change in ({"gives_grounds": False}, {"result": {}}, {"state": "draft"}, {"suspected": "other"}):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Screening.objects.filter(pk=completed.pk).update(**change)


def test_a_newer_screening_takes_its_place(completed: Any, answer: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    typed = {"version": 2, "reason": "The person told more"}
    response = client.post(step_url(completed, "supersede"), typed)
    assert response.status_code == 422
    assert "Complete the newer screening first." in response.content.decode()
    newer = actions.begin_screening(
        completed.case, by=cast.case_worker.actor, suspicions=["labour"], safe_to_talk="yes"
    )
    answer(newer, by=cast.case_worker, EX01="reported")
    actions.complete_screening(newer, by=cast.case_worker.actor, expected_version=1)
    assert client.post(step_url(completed, "supersede"), {"version": 2}).status_code == 422
    assert client.post(step_url(completed, "supersede"), typed).status_code == 302
    completed.refresh_from_db()
    assert completed.state == "superseded"
    assert "speaks for presuming the status" in words(client.get(page(completed)))


def test_queries_of_the_result_do_not_grow(
    case: Any, screening: Any, answer: Any, cast: Any, sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    small = actions.begin_screening(case, by=cast.responder.actor, suspicions=["labour"], safe_to_talk="yes")
    answer(small, GN01="observed", note="a")
    actions.complete_screening(small, by=cast.responder.actor, expected_version=1)
    answer(screening, note="b", **{one.code: "observed" for one in selectors.asked(screening)[:20]})
    actions.complete_screening(screening, by=cast.responder.actor, expected_version=1)
    client = sign_in(cast.responder)
    with django_assert_max_num_queries(30) as few:
        client.get(page(small))
    with django_assert_max_num_queries(30) as many:
        client.get(page(screening))
    assert len(few) == len(many)


def test_the_account_that_is_shared_with_prosecution_comes_without_the_status(
    case: Any, completed: Any, cast: Any, sign_in: Any
) -> None:
    """The status is a measure of protection; no referral shares it with those who prosecute."""
    from nrm.referrals.actions import Grounds, prepare_referral, take_step

    prosecution = cast.organisations.prosecution
    prosecution.accepts_referrals = True
    prosecution.save()
    referral = prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=prosecution.pk,
        service="legal",
        urgency="routine",
        basis="court_order",
        categories=["account"],
        grounds=Grounds("The court asked.", "That the court asked.", was_told=True),
        summary="One person.",
    )
    referral = take_step(referral, "send", by=cast.case_worker.actor, expected_version=referral.version)
    take_step(referral, "accept", by=cast.prosecution_officer.actor, expected_version=referral.version)
    url = reverse("identification:screening", args=[completed.pk])
    shared = sign_in(cast.prosecution_officer).get(url)
    assert shared.status_code == 200
    assert "Protection status" not in shared.content.decode()
    assert "Protection status" in sign_in(cast.case_worker).get(url).content.decode()
