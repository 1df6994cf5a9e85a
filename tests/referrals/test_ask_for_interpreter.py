"""An interpreter or a cultural mediator is asked for with a short form, and never learns what happened."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from nrm.access.refusals import NotPermitted
from nrm.cases.models import Participation
from nrm.cases.selectors import case_for
from nrm.referrals.models import Referral


def typed(cast: Any, **changed: Any) -> dict[str, Any]:
    given = {
        "receiver": str(cast.organisations.quiet_room.pk),
        "language_help": "mediator",
        "spoken": "rom",
        "meeting": "on_site",
        "on": "5/3/2027",
        "at": "14:30",
        "needed_minutes": "90",
        "preferred": "woman",
        "urgency": "routine",
    }
    return {**given, **changed}


@pytest.fixture
def asked(cast: Any, case: Any, consent: Any, sign_in: Any, take: Any) -> Any:
    answer = sign_in(cast.case_worker).post(reverse("referrals:interpreter", args=[case.code]), typed(cast))
    assert answer.status_code == 302
    return take(Referral.objects.get(), "send", cast.case_worker)


def test_who_interprets_reads_when_how_and_in_which_language(cast: Any, asked: Any, sign_in: Any) -> None:
    page = sign_in(cast.clinician).get(reverse("referrals:page", args=[asked.pk])).content.decode()
    for words in ("Cultural mediator", "Romani", "On site", "14:30", "90", "A woman"):
        assert words in page


def test_acceptance_opens_nothing_of_the_case(cast: Any, asked: Any, take: Any, sign_in: Any) -> None:
    """The consent covers identity and risk for this organisation; as an interpreter it learns neither."""
    take(asked, "accept", cast.clinician)
    relations = Participation.objects.open().filter(organisation=cast.organisations.quiet_room)
    assert [row.relation for row in relations] == ["received_referral"]
    for permission in ("identity.reveal", "screening.see", "case.see_status", "case.see_person", "risk.see"):
        with pytest.raises(NotPermitted):
            case_for(cast.clinician.actor, asked.case.code, permission_of(permission))
    page = sign_in(cast.clinician).get(reverse("referrals:page", args=[asked.pk])).content.decode()
    assert "Open the case" not in page


def permission_of(code: str) -> Any:
    from nrm.access.permissions import Permission

    return {
        "identity.reveal": Permission.REVEAL_IDENTITY,
        "screening.see": Permission.SEE_SCREENING,
        "case.see_status": Permission.SEE_STATUS,
        "case.see_person": Permission.SEE_PERSON,
        "risk.see": Permission.SEE_RISK,
    }[code]


def test_with_the_talk_the_sight_ends(cast: Any, asked: Any, take: Any) -> None:
    take(asked, "accept", cast.clinician)
    take(asked, "start_service", cast.clinician)
    take(asked, "complete", cast.clinician, reason="It was held.", outcome="provided")
    assert not Participation.objects.open().filter(organisation=cast.organisations.quiet_room).exists()


@pytest.mark.parametrize(("field", "value"), [("on", ""), ("spoken", "xx"), ("needed_minutes", "0"), ("meeting", "")])
def test_what_is_missing_is_said(cast: Any, case: Any, sign_in: Any, field: str, value: str) -> None:
    url = reverse("referrals:interpreter", args=[case.code])
    answer = sign_in(cast.case_worker).post(url, typed(cast, **{field: value}))
    assert answer.status_code == 422
    assert not Referral.objects.exists()


def test_a_draft_keeps_its_short_form(cast: Any, case: Any, consent: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    client.post(reverse("referrals:interpreter", args=[case.code]), typed(cast))
    draft = Referral.objects.get()
    url = reverse("referrals:change", args=[draft.pk])
    assert 'value="05.03.2027"' in client.get(url).content.decode()
    client.post(url, typed(cast, at="16:00", version=draft.version))
    draft.refresh_from_db()
    assert (draft.service, draft.categories, draft.version) == ("interpretation", [], 2)


def test_a_stranger_asks_for_nobody(cast: Any, case: Any, sign_in: Any) -> None:
    url = reverse("referrals:interpreter", args=[case.code])
    assert sign_in(cast.stranger).post(url, typed(cast)).status_code == 404
