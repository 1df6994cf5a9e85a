"""A step that is sent twice has one effect, and leads to its page with a calm sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.audit.models import Event
from nrm.referrals.models import Message

STEPS = [
    ("ask", "clinician", {"reason": "Which days?"}),
    ("accept", "clinician", {}),
    ("decline", "clinician", {"decline_reason": "no_capacity", "reason": "Full."}),
    ("withdraw", "case_worker", {"reason": "Help was found."}),
]


@pytest.mark.parametrize(("step", "player", "facts"), STEPS, ids=[step for step, _player, _facts in STEPS])
def test_twice_has_one_effect(
    cast: Any, sent: Any, sign_in: Any, step: str, player: str, facts: dict[str, str]
) -> None:
    client, url = sign_in(getattr(cast, player)), reverse("referrals:step", args=[sent.pk, step])
    answers = [client.post(url, {"version": sent.version, **facts}) for _time in range(2)]
    page = reverse("referrals:page", args=[sent.pk])
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, page)] * 2
    assert "This was done already. Nothing happened twice." in client.get(page).content.decode()
    assert Event.objects.filter(action=f"referral.{step}").count() == 1
    assert Message.objects.count() == (1 if "reason" in facts else 0)


def test_another_step_from_an_old_page_is_still_refused(cast: Any, sent: Any, sign_in: Any, take: Any) -> None:
    take(sent, "ask", cast.clinician, reason="Which days?")
    url = reverse("referrals:step", args=[sent.pk, "accept"])
    assert sign_in(cast.clinician).post(url, {"version": sent.version}).status_code == 409


def test_what_a_colleague_did_is_not_called_ones_own(cast: Any, draft: Any, sign_in: Any, take: Any) -> None:
    take(draft, "send", cast.second_case_worker)
    url = reverse("referrals:step", args=[draft.pk, "send"])
    answer = sign_in(cast.case_worker).post(url, {"version": draft.version})
    assert answer.status_code in {409, 422}


def test_a_stranger_learns_nothing_by_repeating(cast: Any, sent: Any, sign_in: Any, take: Any) -> None:
    take(sent, "accept", cast.clinician)
    url = reverse("referrals:step", args=[sent.pk, "accept"])
    assert sign_in(cast.stranger).post(url, {"version": sent.version}).status_code == 404
