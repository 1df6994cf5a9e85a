"""One case with something of every kind, so that every address of the service can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import override_settings
from django.utils import timezone

from nrm.access.actor import THE_SERVICE
from nrm.accounts.models import Organisation, SecondFactorReset
from nrm.cases import actions as cases
from nrm.cases import lifecycle
from nrm.cases.models import Case, Document, Retention, reference
from nrm.conferences import actions as conferences
from nrm.directory import actions as directory
from nrm.identification import actions as identification
from nrm.placements import actions as placements
from nrm.referrals import actions as referrals
from nrm.reintegration import actions as reintegration
from nrm.support import actions as support
from nrm.tasks import actions as tasks
from nrm.tasks.kinds import FINISHED_BY_HAND
from nrm.tasks.models import Clock, Task
from tests.deciding import propose
from workflows.retention import RetentionFlow


@dataclass(frozen=True)
class Whole:
    """What the addresses name."""

    case: Case
    screening: Any
    decision: Any
    consent: Any
    basis: Any
    #: What the police was told to stop using.
    to_stop: Task
    referral: Any
    referral_to_prosecution: Any
    #: To a clinic in which nobody has an account.
    referral_outside: Any
    placement: Any
    unit: Any
    episode: Any
    appointment: Any
    alert: Any
    plan: Any
    goal: Any
    task: Task
    clock: Clock
    reset: Any
    emergency: Any
    retention: Any
    document: Any
    member: Any
    cover: Any
    bar: Any
    #: One that is called with the part of the shelter, and one that was held with a decision.
    conference: Any
    part: Any
    held: Any
    agreed: Any
    listing: Any


def whole_case(cast: Any) -> Whole:
    """Reported by the responder, led by Open Hand, sheltered, treated, before the panel and the prosecution."""
    organisations = cast.organisations
    worker, shelter, clinician = cast.case_worker.actor, cast.shelter_worker.actor, cast.clinician.actor
    open_doors(organisations)
    screening = identification.open_case(
        by=cast.responder.actor,
        lead_organisation_id=organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
        suspicions=["labour"],
        safe_to_talk="yes",
    )
    case = screening.case
    today = timezone.localdate()
    consent = agreed_to_help_and_sharing(case, cast)
    cases.assess_risk(case, by=worker, expected_version=1, level="low", accommodation="needed")
    cases.take_status_step(case, "presume_on_judgement", by=worker, expected_version=2, reason="Seen.")
    cases.choose_track(case, "agree_to_be_named", by=worker, expected_version=3)
    referral = sent(case, worker, organisations.quiet_room, "mhpss")
    to_prosecution = sent(case, worker, organisations.prosecution, "investigation")
    house = placements.write_shelter(by=shelter, code_name="Linden")
    unit = placements.add_unit(by=shelter, name="Room 1", sexes=["woman"], age_groups=["adult"])
    placement = placements.request_placement(case, by=worker, shelter_id=house.pk, needed_from=today)
    placement = placements.take_step(placement, "offer", by=shelter, expected_version=placement.version, unit=unit)
    placement = placements.take_step(placement, "admit", by=shelter, expected_version=placement.version)
    episode = support.plan_service(case, by=worker, provider_id=organisations.quiet_room.pk, service="mhpss")
    episode = support.take_step(episode, "start", by=clinician, expected_version=episode.version)
    soon = timezone.now() + timedelta(days=2)
    appointment = support.add_appointment(episode, by=clinician, starts_at=soon, minutes=50)
    alert = support.raise_alert(case, by=clinician, level="same_day", concern="Something was said.")
    plan = reintegration.start_plan(case, by=worker)
    goal = reintegration.add_goal(plan, by=worker, area="work", description="A paid job.")
    return Whole(
        case=case,
        screening=screening,
        decision=proposed(case, cast),
        consent=consent,
        basis=shared_without_consent(case, cast),
        to_stop=no_longer_shared(case, cast),
        referral=referral,
        referral_to_prosecution=to_prosecution,
        referral_outside=sent_outside(case, worker),
        placement=placement,
        unit=unit,
        episode=episode,
        appointment=appointment,
        alert=alert,
        plan=plan,
        goal=goal,
        task=task_of(case, organisations.open_hand),
        clock=Clock.objects.get(case_code=case.code, key="reflection_days"),
        reset=SecondFactorReset.objects.first(),
        emergency=opened_in_an_emergency(case, cast),
        retention=proposed_to_be_erased(case),
        document=brought(case, cast),
        listing=listed(cast),
        **worked_on_together(case, cast),
        **met_about(case, cast),
    )


def worked_on_together(case: Case, cast: Any) -> dict[str, Any]:
    """Somebody is responsible, a colleague stands in, and somebody from outside is kept away."""
    by = cast.case_worker.actor
    member = cases.take_on(case, by=by)
    until = timezone.localdate() + timedelta(days=30)
    absence = {"absent_id": by.user_id, "colleague_id": cast.second_case_worker.actor.user_id, "until": until}
    cover = cases.cover_absence(by=by, **absence, reason="Leave.")[0]
    outsider = cast.second_administrator.actor.user_id
    bar = cases.keep_away(case, by=by, user_id=outsider, reason="relative", note="A cousin.")
    return {"member": member, "cover": cover, "bar": bar}


def met_about(case: Case, cast: Any) -> dict[str, Any]:
    """The shelter and the clinic are invited to one conference and were in another."""
    by, named = cast.case_worker.actor, cast.organisations
    invited = [named.house_of_lindens.pk, named.quiet_room.pk]
    planned: dict[str, Any] = {"minutes": 60, "how": "office", "agenda": ["risk", "health"], "organisations": invited}
    now = timezone.now()
    held = conferences.call_conference(case, by=by, starts_at=now, **planned)
    held = conferences.record_persons_part(held, by=by, expected_version=1, persons_part="told")
    held = conferences.take_step(held, "hold", by=by, expected_version=2, attended=invited)
    ends_on = timezone.localdate() + timedelta(days=9)
    owner = named.house_of_lindens.pk
    agreed = conferences.write_decision(
        held, by=by, topic="risk", sentence="Call her on Monday.", owner_id=owner, due_on=ends_on
    )
    called = conferences.call_conference(case, by=by, starts_at=now + timedelta(days=7), **planned)
    part = called.attendances.get(organisation=owner)
    return {"conference": called, "part": part, "held": held, "agreed": agreed}


def agreed_to_help_and_sharing(case: Case, cast: Any) -> Any:
    """Assistance, a service, and the risk shared with the clinic and the prosecution; returns the first."""
    agreed = {"by": cast.case_worker.actor, "given_how": "signed", "given_on": timezone.localdate()}
    first = cases.record_consent(case, purpose="assistance", **agreed)
    cases.record_consent(case, purpose="service", **agreed)
    for recipient in (cast.organisations.quiet_room, cast.organisations.prosecution):
        cases.record_consent(case, purpose="referral", recipient_id=recipient.pk, categories=["risk"], **agreed)
    return first


def shared_without_consent(case: Case, cast: Any) -> Any:
    """With the clinic, in danger; the person is still to be told."""
    return cases.record_basis(
        case,
        by=cast.case_worker.actor,
        basis="vital_interest",
        recipient_id=cast.organisations.quiet_room.pk,
        categories=["health"],
        reason="She collapsed.",
    )


def no_longer_shared(case: Case, cast: Any) -> Task:
    """The police, which reported the case, may no longer use what the person had agreed to."""
    by, police = cast.case_worker.actor, cast.organisations.linden_street
    agreed = {"purpose": "referral", "given_how": "signed", "given_on": timezone.localdate(), "categories": ["risk"]}
    consent = cases.record_consent(case, by=by, recipient_id=police.pk, **agreed)
    cases.take_consent_step(consent, "withdraw", by=by, expected_version=1, reason="No longer.")
    return Task.objects.get(case_code=case.code, kind="stop_using", organisation=police)


def proposed(case: Case, cast: Any) -> Any:
    """A decision that waits for two more signatures, whatever the country of the test asks for."""
    with override_settings(NRM_COUNTRY="rs"):
        return propose(case, cast.second_officer)


def task_of(case: Case, organisation: Any) -> Any:
    """An open one that its organisation finishes by hand."""
    waiting = Task.objects.filter(case_code=case.code, organisation=organisation, closed_at=None)
    return waiting.filter(kind__in=FINISHED_BY_HAND).order_by("kind").first()


def brought(case: Case, cast: Any, block: str = "case", by: Any = None) -> Any:
    """A document with its original, as if it had been looked through."""
    document = Document(case=case, block=block, media_type="application/pdf")
    by = (by or cast.case_worker).actor
    return cases.keep_brought(document, by=by, name="Letter", shared=b"%PDF-1.7 shared", original=b"%PDF-1.7 original")


def proposed_to_be_erased(case: Case) -> Any:
    """As if its time were over."""
    proposal = lifecycle.begin(RetentionFlow, Retention(case=case), by=THE_SERVICE)
    tasks.close_tasks(by=THE_SERVICE, subject=reference(proposal))
    return proposal


def opened_in_an_emergency(case: Case, cast: Any) -> Any:
    """Used by somebody who is not asked anywhere, and waiting for its review."""
    by = cast.child_protection_worker.actor
    access = cases.break_glass(by=by, code=case.code, reason="life", account="She called.")
    return cases.end_emergency(access, by=by)


def listed(cast: Any) -> Any:
    """Legal counselling by Open Hand, as it stands in the directory."""
    values = {"service": "legal", "sexes": ["woman"], "age_groups": ["adult"]}
    listing = directory.add_listing(by=cast.case_worker.actor, values=values)
    listing = directory.take_step(listing, "submit", by=cast.case_worker.actor, expected_version=1)
    return directory.take_step(listing, "approve", by=cast.coordinator.actor, expected_version=2)


def open_doors(organisations: Any) -> None:
    """A licence for the shelter, and referrals for the prosecution."""
    organisation = type(organisations.prosecution)
    until = timezone.localdate() + timedelta(days=90)
    organisation.objects.filter(pk=organisations.house_of_lindens.pk).update(licence_valid_until=until)
    organisation.objects.filter(pk=organisations.prosecution.pk).update(accepts_referrals=True)


def sent_outside(case: Case, by: Any) -> Any:
    """The person agreed that the clinic may know the risk."""
    values = {"name": "Hill Clinic", "kind": "health_service", "country": "mk"}
    clinic, *_others = Organisation.objects.bulk_create([Organisation(**values, accepts_referrals=True)])
    agreed = {"purpose": "referral", "given_how": "signed", "given_on": timezone.localdate(), "categories": ["risk"]}
    cases.record_consent(case, by=by, recipient_id=clinic.pk, **agreed)
    return sent(case, by, clinic, "health", channel="link")


def sent(case: Case, by: Any, receiver: Any, service: str, **columns: Any) -> Any:
    referral = referrals.prepare_referral(
        case,
        by=by,
        receiver_id=receiver.pk,
        service=service,
        urgency="routine",
        basis="consent",
        categories=["risk"],
        summary="Support for one person.",
        **columns,
    )
    return referrals.take_step(referral, "send", by=by, expected_version=referral.version)
