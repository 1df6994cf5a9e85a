"""More rows of every kind, so that what a page asks for can be seen not to depend on how many there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.timezone import localdate, now

from nrm.access.roles import Role
from nrm.accounts import actions as accounts
from nrm.accounts.models import ResetReason
from nrm.cases import actions as cases
from nrm.cases.models import EmergencyAccess
from nrm.cases.selectors.team import responsible_for
from nrm.conferences import actions as conferences
from nrm.identification import actions as identification
from nrm.identification.actions import decisions
from nrm.identification.models import Decision
from nrm.placements import actions as placements
from nrm.referrals import actions as referrals
from nrm.reintegration import actions as reintegration
from nrm.support import actions as support
from nrm.tasks.models import Clock
from tests.whole import Whole, brought, listed, opened_in_an_emergency, proposed, worked_on_together


def add_one_of_each(whole: Whole, cast: Any, number: int) -> None:
    """Another row in every list of the whole case, another case of everybody, another person and organisation."""
    case = type(whole.case).objects.select_related("person").get(pk=whole.case.pk)
    everything_once_more(case, whole, cast)
    goal = reintegration.add_goal(whole.plan, by=cast.case_worker.actor, area="work", description="A paid job.")
    reintegration.review_goal(
        goal,
        by=cast.case_worker.actor,
        expected_version=goal.version,
        outcome="achieved",
        reviewed_on=localdate(),
        note="Said so.",
    )
    listed(cast)
    cases.comment_on_task(whole.task.pk, by=cast.case_worker.actor, text="Rang again.")
    placements.add_unit(by=cast.shelter_worker.actor, name=f"Bed {number}", sexes=["woman"], age_groups=["adult"])
    everything_once_more(another_case(cast), whole, cast)
    administration(cast, number)


def another_case(cast: Any) -> Any:
    screening = identification.open_case(
        by=cast.responder.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
        suspicions=["labour"],
        safe_to_talk="yes",
    )
    cases.take_status_step(
        screening.case, "presume_on_judgement", by=cast.case_worker.actor, expected_version=1, reason="Seen."
    )
    return type(screening.case).objects.select_related("person").get(pk=screening.case.pk)


def everything_once_more(case: Any, whole: Whole, cast: Any) -> None:
    worker, clinician, organisations = cast.case_worker.actor, cast.clinician.actor, cast.organisations
    if responsible_for(case) is None:
        worked_on_together(case, cast)
    screened(case, whole, cast)
    decided(case, cast)
    cases.add_note(case, by=worker, body="She called.")
    brought(case, cast)
    for purpose, recipient in (("service", None), ("referral", organisations.quiet_room)):
        cases.record_consent(
            case,
            by=worker,
            purpose=purpose,
            recipient_id=recipient.pk if recipient else None,
            categories=["risk"] if recipient else [],
            given_how="signed",
            given_on=localdate(),
            note="In her language.",
        )
    grounds = {"basis": "vital_interest", "recipient_id": organisations.quiet_room.pk, "categories": ["risk"]}
    cases.record_basis(case, by=worker, reason="She collapsed.", **grounds)
    cases.assess_risk(case, by=worker, expected_version=case.version, level="low", accommodation="needed")
    asked(case, cast)
    in_an_emergency(case, cast)
    extended(case, cast)
    placements.request_placement(
        case, by=worker, shelter_id=whole.unit.shelter_id, needed_from=localdate(), needs="Quiet."
    )
    episode = support.plan_service(case, by=worker, provider_id=organisations.quiet_room.pk, service="mhpss", goal="X.")
    episode = support.take_step(episode, "start", by=clinician, expected_version=episode.version)
    for part in (episode, whole.episode):
        support.add_appointment(part, by=clinician, starts_at=now() + timedelta(days=3), minutes=50)
        support.add_clinical_note(part, by=clinician, body="She slept.")
    alert = support.raise_alert(case, by=clinician, level="same_day", concern="Said.", actions="Ask her.")
    support.take_alert_step(alert, "assess", by=clinician, expected_version=alert.version)
    reintegration.record_follow_up(case, by=worker, on=localdate(), how="phone", account="Well.")
    met_again(case, whole, cast)


def met_again(case: Any, whole: Whole, cast: Any) -> None:
    """Another conference, and in the one that was held another decision."""
    by, soon = cast.case_worker.actor, now() + timedelta(days=7)
    conferences.call_conference(case, by=by, starts_at=soon, minutes=60, how="phone", agenda=["risk"])
    decided = {"topic": "risk", "owner_id": by.organisation_id, "due_on": localdate() + timedelta(days=9)}
    conferences.write_decision(whole.held, by=by, sentence="Ask her.", **decided)


def in_an_emergency(case: Any, cast: Any) -> None:
    """The use that waits is reviewed, and another one waits."""
    said: dict[str, Any] = {"is_justified": True, "note": "She was in danger."}
    for waiting in EmergencyAccess.objects.unreviewed():
        cases.review_emergency(waiting, by=cast.case_worker.actor, expected_version=waiting.version, **said)
    opened_in_an_emergency(case, cast)


def screened(case: Any, whole: Whole, cast: Any) -> None:
    """A completed screening, and an answer more in the draft of the whole case."""
    worker = cast.case_worker.actor
    done = identification.begin_screening(case, by=cast.responder.actor, suspicions=["labour"], safe_to_talk="yes")
    codes = list(done.indicator_set.indicators.order_by("position").values_list("code", flat=True)[:12])
    for draft in (done, whole.screening):
        open_code = next(code for code in codes if not draft.answers.filter(indicator__code=code).exists())
        identification.answer_indicator(
            draft, open_code, by=worker, expected_version=0, value="observed", basis="", note="Seen."
        )
    identification.complete_screening(done, by=worker, expected_version=done.version, judgement="Afraid.")


def decided(case: Any, cast: Any) -> None:
    """A proposal taken back and another one that waits, but for the whole case, and what a court said."""
    if not Decision.objects.filter(case=case).exists():
        waiting, by = proposed(case, cast), cast.second_officer.actor
        decisions.take_back(waiting, by=by, expected_version=waiting.version, reason="The wrong article.")
        proposed(case, cast)
    said = {"authority": "court", "opinion": "pending", "dated_on": localdate(), "note": "Later."}
    decisions.record_court_view(case, by=cast.case_worker.actor, **said)


def extended(case: Any, cast: Any) -> None:
    """A time limit that runs a day longer."""
    clock = Clock.objects.get(case_code=case.code, key="reflection_days")
    day = localdate(clock.due_at) + timedelta(days=1)
    cases.extend_clock(clock, by=cast.officer.actor, due_on=day, authority="court", reason="A report.")


def asked(case: Any, cast: Any) -> None:
    """A referral with a question to it."""
    referral = referrals.prepare_referral(
        case,
        by=cast.case_worker.actor,
        receiver_id=cast.organisations.quiet_room.pk,
        service="mhpss",
        urgency="routine",
        basis="consent",
        categories=["risk"],
        summary="Support for one person.",
    )
    for step, by in (("send", cast.case_worker), ("ask", cast.clinician), ("answer", cast.case_worker)):
        referral = referrals.take_step(
            referral, step, by=by.actor, expected_version=referral.version, reason="" if step == "send" else "When?"
        )


def administration(cast: Any, number: int) -> None:
    by = cast.administrator.actor
    values = {"name": f"House {number}", "kind": "ngo", "municipality": "", "licence_number": ""}
    house = accounts.add_organisation(values={**values, "licence_valid_until": None, "accepts_referrals": True}, by=by)
    accounts.invite_person(
        email=f"worker{number}@cast.example",
        display_name=f"Worker {number}",
        language="en",
        organisation_id=house.pk,
        role=Role.CASE_WORKER,
        by=by,
    )
    accounts.start_membership(cast.second_case_worker.user.pk, organisation_id=house.pk, role=Role.CASE_WORKER, by=by)
    lost = list(cast.everybody.values())[number]
    accounts.request_reset(lost.user.pk, reason=ResetReason.LOST, by=by)
