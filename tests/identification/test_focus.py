"""What is suspected may look otherwise after some talk: other signs are asked, and every answer stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible
from nrm.audit.models import Event
from nrm.identification import actions, selectors
from nrm.identification.models import Screening


def focus_url(screening: Any) -> str:
    return reverse("identification:change_focus", args=[screening.pk])


def typed(version: int = 1, **changed: Any) -> dict[str, Any]:
    return {"version": version, "suspicions": ["sexual", "marriage"], "circumstances": ["online"], **changed}


def sections(screening: Any) -> set[str]:
    screening.refresh_from_db()
    return {section.key for section in selectors.questionnaire(screening, "general").sections}


def test_other_signs_are_asked_and_answers_stay(screening: Any, answer: Any, cast: Any, sign_in: Any) -> None:
    answer(screening, GN01="observed", EX01="reported")
    client = sign_in(cast.responder)
    form = client.get(focus_url(screening)).context["form"]
    assert (form["suspicions"].value(), form["circumstances"].value()) == (["labour"], [])
    assert "forced_marriage" not in sections(screening)
    response = client.post(focus_url(screening), typed())
    assert response["Location"] == reverse("identification:screening", args=[screening.pk])
    assert "forced_marriage" in sections(screening)
    kept = Screening.objects.get()
    assert (kept.suspicions(), kept.circumstances, kept.version) == (["sexual", "marriage"], ["online"], 2)
    assert dict(kept.answers.values_list("indicator__code", "value")) == {"GN01": "observed", "EX01": "reported"}
    assert "EX01" in {indicator.code for indicator in selectors.asked(kept)}
    row = kept.history.latest("history_id")
    assert (row.transition, row.suspected, row.also_suspected) == ("screening.changed", "sexual", ["marriage"])
    event = Event.objects.latest("sequence")
    assert (event.action, event.case_code) == ("screening.changed", kept.case.code)


def test_a_colleague_who_was_faster_is_not_overwritten(screening: Any, cast: Any, sign_in: Any) -> None:
    sign_in(cast.case_worker).post(focus_url(screening), typed(suspicions=["begging"]))
    response = sign_in(cast.responder).post(focus_url(screening), typed())
    assert response.status_code == 409
    assert Screening.objects.get().suspicions() == ["begging"]
    refused = Event.objects.filter(action="screening.changed", outcome="refused")
    assert refused.count() == 1


@pytest.mark.parametrize(
    "wrong", [{"suspicions": []}, {"suspicions": ["labour", "other"]}, {"suspicions": ["x"]}, {"version": "x"}]
)
def test_what_cannot_be_is_asked_again(screening: Any, cast: Any, sign_in: Any, wrong: dict[str, Any]) -> None:
    assert sign_in(cast.responder).post(focus_url(screening), typed(**wrong)).status_code == 422
    assert Screening.objects.get().version == 1


def test_a_completed_screening_keeps_its_focus(completed: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.responder)
    assert client.get(focus_url(completed)).status_code == 409
    assert client.post(focus_url(completed), typed(2)).status_code == 409
    with pytest.raises(MovedOn):
        actions.change_focus(completed, by=cast.responder.actor, expected_version=2, suspicions=["begging"])
    assert Screening.objects.get().suspicions() == ["labour"]


def test_strangers_and_other_roles(screening: Any, cast: Any, sign_in: Any) -> None:
    assert sign_in(cast.stranger).get(focus_url(screening)).status_code == 404
    assert sign_in(cast.coordinator).post(focus_url(screening), typed()).status_code == 403
    for player, refusal in ((cast.stranger, NotVisible), (cast.coordinator, NotPermitted)):
        with pytest.raises(refusal):
            actions.change_focus(screening, by=player.actor, expected_version=1, suspicions=["begging"])
