"""From a screening to a decision in each of the six countries: their body, words, signatures and time limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from nrm.cases.actions import open_case, take_status_step
from nrm.cases.selectors import standing_in
from nrm.identification import actions
from nrm.identification.models import Decision
from nrm.identification.selectors import deciding
from nrm.identification.selectors.docket import docket_of
from nrm.identification.selectors.status import status_block, status_history, status_term
from nrm.tasks.models import Clock
from tests.deciding import REASONS, members
from tests.identification.conftest import SPEAKS_FOR_IT


@dataclass(frozen=True)
class Expected:
    """What shared/domain/process.md says of a country, written here once more by hand."""

    body: str
    #: What potential, presumed and identified are called.
    terms: tuple[str, str, str]
    adult: tuple[str, ...]
    child: tuple[str, ...]
    reflection_days: int
    #: Hours for the formal assessment, where a source has one.
    assessment_hours: int | None = None


COUNTRIES = {
    "al": Expected(
        "State Police and State Social Service",
        ("Potential victim", "Potential victim", "Victim"),
        ("police_officer", "social_service"),
        ("police_officer", "social_service"),
        90,
    ),
    "ba": Expected(
        "Competent police body or prosecutor’s office",
        ("Potential victim", "Potential victim", "Formally identified victim"),
        ("competent_officer",),
        ("competent_officer",),
        30,
    ),
    "xk": Expected(
        "Trafficking Directorate of the police and victims’ advocate",
        ("Potential victim", "Presumed victim", "Victim"),
        ("investigator", "victims_advocate"),
        ("investigator", "victims_advocate", "social_worker"),
        90,
    ),
    "me": Expected(
        "Team for Formal Identification of Victims of Trafficking",
        ("Potential victim", "Potential victim", "Formally identified victim"),
        ("doctor", "psychologist", "ngo_representative", "police_officer", "social_worker", "office_representative"),
        ("doctor", "psychologist", "ngo_representative", "police_officer", "social_worker", "office_representative"),
        90,
    ),
    "mk": Expected(
        "Operational Team for Identification of Victims of Trafficking",
        ("Potential victim", "Potential victim", "Victim"),
        ("team_member",),
        ("team_member",),
        60,
    ),
    "rs": Expected(
        "Centre for Human Trafficking Victims’ Protection",
        ("Potential victim", "Presumed victim", "Formally identified victim"),
        ("psychologist", "educator", "social_worker"),
        ("psychologist", "educator", "social_worker"),
        90,
        assessment_hours=24,
    ),
}


@pytest.fixture(params=COUNTRIES)
def country(request: Any, settings: Any) -> Expected:
    settings.NRM_COUNTRY = request.param
    return COUNTRIES[request.param]


def screened(cast: Any, answer: Any, age_group: str) -> Any:
    """A case of this age with a completed screening that speaks for it, the status presumed on it."""
    lead = cast.organisations.open_hand.pk
    case = open_case(by=cast.responder.actor, lead_organisation_id=lead, age_group=age_group, sex="woman")
    draft = actions.begin_screening(case, by=cast.responder.actor, suspicions=["labour"], safe_to_talk="yes")
    answer(draft, **SPEAKS_FOR_IT)
    actions.complete_screening(draft, by=cast.responder.actor, expected_version=draft.version)
    case.refresh_from_db()
    return take_status_step(case, "presume", by=cast.responder.actor, expected_version=case.version)


def running(case: Any) -> dict[str, Any]:
    return {clock.key: clock for clock in Clock.objects.running().filter(case_code=case.code)}


@pytest.mark.parametrize("age_group", ["adult", "child", "unknown"])
def test_the_walk_from_screening_to_decision(
    country: Expected, age_group: str, cast: Any, answer: Any, sign_in: Any
) -> None:
    """Through the pages, each member of the body behind their own second factor. A person whose age is not certain is
    decided on as a child."""
    case = screened(cast, answer, age_group)
    assert tuple(map(status_term, ("potential", "presumed", "identified"))) == country.terms
    the_clocks_run(case, country)
    needed = country.adult if age_group == "adult" else country.child
    assert tuple(map(str, deciding.signatures_needed(case))) == needed
    the_body_sees_what_waits(case, country, cast, sign_in)

    signers = members(cast, len(needed))
    typed = {"version": case.version, "outcome": "identify", "basis": "body_procedure", "reasons": REASONS}
    page = reverse("identification:propose_decision", args=[case.code])
    assert sign_in(signers[0]).post(page, {**typed, "capacity": needed[0]}).status_code == 302
    decision = Decision.objects.get(case=case)
    for number, (member, capacity) in enumerate(zip(signers[1:], needed[1:], strict=True), start=1):
        case.refresh_from_db()
        assert (case.status, decision.signatures.count()) == ("presumed", number)
        signed = {"version": decision.version, "capacity": capacity}
        url = reverse("identification:sign_decision", args=[decision.pk])
        assert sign_in(member).post(url, signed).status_code == 302

    the_decision_is_in_effect(case, country, needed, cast)


def the_clocks_run(case: Any, country: Expected) -> None:
    clocks = running(case)
    reflection = clocks["reflection_days"]
    first, last = (localdate(moment) for moment in (reflection.started_at, reflection.due_at))
    assert (last - first).days == country.reflection_days
    assert ("formal_assessment_h" in clocks) == (country.assessment_hours is not None)
    if country.assessment_hours:
        assessment = clocks["formal_assessment_h"]
        assert assessment.due_at - assessment.started_at == timedelta(hours=country.assessment_hours)


def the_body_sees_what_waits(case: Any, country: Expected, cast: Any, sign_in: Any) -> None:
    (row,) = docket_of(cast.officer.actor).rows
    assert row.case == case
    client = sign_in(cast.officer)
    for url in (
        reverse("identification:docket"),
        reverse("identification:decision", args=[case.code]),
        reverse("identification:propose_decision", args=[case.code]),
    ):
        shown = client.get(url).content.decode()
        assert country.body in shown
    assert country.terms[1] in client.get(reverse("identification:decision", args=[case.code])).content.decode()


def the_decision_is_in_effect(case: Any, country: Expected, needed: tuple[str, ...], cast: Any) -> None:
    case.refresh_from_db()
    assert case.status == "identified"
    assert Decision.objects.get(case=case).state == "effective"
    latest = status_history(case, with_reasons=True)[0]
    assert latest.term == country.terms[2]
    assert len(latest.signatures) == len(needed)
    assert len({one.name for one in latest.signatures}) == len(needed)
    block = status_block(case, standing_in(cast.case_worker.actor, case))
    assert block is not None
    assert block["term"] == country.terms[2]
    clocks = running(case)
    assert "reflection_days" in clocks
    assert "formal_assessment_h" not in clocks
    assert not docket_of(cast.officer.actor).shown


def test_the_reasons_of_the_country_stay_with_the_decision(cast: Any, answer: Any, settings: Any) -> None:
    """Who has to sign is what the profile said when the decision was proposed."""
    from tests.deciding import propose

    settings.NRM_COUNTRY = "al"
    decision = propose(screened(cast, answer, "adult"), cast.officer)
    settings.NRM_COUNTRY = "me"
    assert [str(one) for one in deciding.open_capacities(decision)] == ["social_service"]
