"""The invented country: complete, in order, there once, open only by the real doors and only where it is wanted."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from nrm.access.actor import THE_SERVICE, Actor
from nrm.access.roles import ASSIGNABLE_ROLES, Role
from nrm.access.rows import seen_by
from nrm.accounts.actions.sessions import actor_of as actor_of_membership
from nrm.accounts.kinds import OrganisationKind
from nrm.accounts.models import Membership, Organisation
from nrm.audit import actions as audit
from nrm.audit.models import Event
from nrm.cases.models import (
    AgeGroup,
    BestInterestAssessment,
    BestInterestFinding,
    Case,
    CaseBar,
    CaseMerge,
    ClockExtension,
    Consent,
    Document,
    RemarkKind,
    Retention,
    SharingBasis,
    TaskRemark,
    TeamMember,
    TeamPart,
    Transfer,
)
from nrm.conferences.models import Attendance, Conference
from nrm.countries import profile
from nrm.countries.terms import ClockName
from nrm.desk.demo import signins
from nrm.desk.demo.clock import real_now
from nrm.desk.demo.endings import AREAS
from nrm.desk.demo.offering import EVERY_OFFER
from nrm.desk.demo.people import ORGANISATIONS, STAFF, address
from nrm.desk.demo.stories import PLOTS
from nrm.desk.demo.words import COUNTRIES, words
from nrm.desk.work import When, my_work
from nrm.directory.gaps import Offer, gaps_map
from nrm.directory.models import Listing
from nrm.directory.services import Service
from nrm.drafts.models import Draft
from nrm.identification.models import CourtView, Decision, InterviewerPreference, Present, Screening, Suspected
from nrm.identification.selectors import asked, newest_set
from nrm.notices.models import MailPreference, Notice
from nrm.placements.models import Placement
from nrm.referrals.models import Channel, Referral, ToldAnswer, Urgency
from nrm.referrals.selectors.opinions import AT_LEAST, feedback_sums
from nrm.reintegration.models import Plan
from nrm.support.models import Alert, Appointment, Episode
from nrm.tasks.kinds import Escalation, TaskKind
from nrm.tasks.models import Clock, Task
from workflows.attendance import AttendanceState
from workflows.case import Stage
from workflows.conference import ConferenceState
from workflows.decision import DecisionState
from workflows.listing import ListingState
from workflows.screening import Conclusion
from workflows.status import Status
from workflows.track import Track

#: Every column that a machine moves.
MOVED = (
    (Case, "stage"),
    (Case, "status"),
    (Case, "track"),
    (Screening, "state"),
    (Consent, "state"),
    (Referral, "state"),
    (Placement, "state"),
    (Episode, "state"),
    (Alert, "state"),
    (Plan, "state"),
    (Decision, "state"),
)
#: What the demo shows of the machines beside the mechanism.
SHOWN = (
    (Listing, "state", {ListingState.WAITING, ListingState.LISTED, ListingState.STOPPED}),
    (Referral, "urgency", set(Urgency.values)),
    (Referral, "channel", set(Channel.values)),
    (Conference, "state", {ConferenceState.CALLED, ConferenceState.CLOSED}),
    (Attendance, "state", {AttendanceState.INVITED, AttendanceState.ACCEPTED, AttendanceState.ATTENDED,
                           AttendanceState.MISSED}),
    (TaskRemark, "kind", set(RemarkKind.values)),
)  # fmt: skip
#: Lasts no longer than the transaction that completes the signatures.
PASSING = {DecisionState.SIGNED}
#: What a screening chooses between, where the demo shows every choice.
CHOSEN = (("conclusion", {*Conclusion.values, ""}), ("interviewer", set(InterviewerPreference.values)))
#: Forms of exploitation that no story tells.
NOT_TOLD = {Suspected.ORGANS, Suspected.ADOPTION}


def actor_of(role: Role) -> Actor:
    """The first of them, whose sign-in is printed."""
    return actor_of_membership(Membership.objects.filter(role=role).earliest("started_at"))


def demo(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out, **options)
    return out.getvalue()


@pytest.mark.parametrize(("model", "column"), MOVED, ids=[f"{model.__name__}.{column}" for model, column in MOVED])
def test_every_state_of_the_mechanism_occurs(country: str, model: Any, column: str) -> None:
    known = set(dict(model._meta.get_field(column).choices))
    assert set(model.objects.values_list(column, flat=True)) == known - PASSING


@pytest.mark.parametrize(("column", "choices"), CHOSEN, ids=[column for column, _choices in CHOSEN])
def test_screenings_differ_in_what_is_asked_and_concluded(country: str, column: str, choices: set[str]) -> None:
    assert set(Screening.objects.values_list(column, flat=True)) == choices


@pytest.mark.parametrize(
    ("model", "column", "values"), SHOWN, ids=[f"{model.__name__}.{column}" for model, column, _values in SHOWN]
)
def test_what_is_shown_beside_the_mechanism(country: str, model: Any, column: str, values: set[str]) -> None:
    assert set(model.objects.values_list(column, flat=True)) == values


def test_the_directory_covers_the_country_with_gaps(country: str) -> None:
    found = gaps_map(actor_of(Role.COORDINATOR))
    offers = Counter(cell.offer for row in found.rows for cell in row.cells)
    assert set(offers) == set(Offer)
    assert offers[Offer.OFFERED] > offers[Offer.FULL] + offers[Offer.STOPPED]
    assert Listing.objects.count() > 24
    assert not [one for one in Listing.objects.all() if one.is_protected and one.shown_as == one.organisation.name]


def test_what_waits_about_the_directory(country: str) -> None:
    asked = {TaskKind.CONFIRM_LISTING, TaskKind.RENEW_LICENCE}
    waits = {TaskKind.APPROVE_LISTING, TaskKind.LOOK_AT_CHANGE, TaskKind.LOOK_AT_STOP}
    open_kinds = set(Task.objects.open().filter(case_code="").values_list("kind", flat=True))
    assert open_kinds == asked | waits


def test_referrals_name_services_and_one_goes_on_where_another_was_declined(country: str) -> None:
    unlisted = Referral.objects.filter(listing=None)
    assert set(unlisted.values_list("receiver__kind", flat=True)) <= {OrganisationKind.PROSECUTION}
    onward = Referral.objects.exclude(previous=None).get()
    assert onward.previous is not None
    assert onward.previous.suggested == onward.receiver
    assert onward.need == onward.previous.need
    assert Referral.objects.filter(state="declined", onward=None).exclude(suggested=None).exists()
    asked_at_once = Referral.objects.values("need").annotate(count=Count("pk")).filter(count=3).get()
    together = Referral.objects.filter(need=asked_at_once["need"], previous=None)
    assert Counter(together.values_list("state", flat=True)) == {"accepted": 1, "sent": 2}
    assert Referral.objects.filter(service=Service.INTERPRETATION).exclude(needed_at=None).exists()


def test_somebody_without_an_account_was_written_to_and_answered_by_telephone(country: str) -> None:
    told = ToldAnswer.objects.get()
    assert (told.transition, told.referral.channel, told.referral.state) == ("accept", "letter", "accepted")
    assert not told.referral.links.filter(ended_at=None).exists()


def test_enough_people_said_what_a_service_was_like(country: str) -> None:
    [sums] = feedback_sums(actor_of(Role.COORDINATOR))
    assert sums.people == AT_LEAST
    assert all(yes + partly + no == AT_LEAST for _question, yes, partly, no in sums.lines)


def test_work_stands_in_every_group_and_a_form_waits(country: str) -> None:
    worker = actor_of(Role.CASE_WORKER)
    with seen_by(worker):
        first = my_work(worker)
        pages = [first, my_work(worker, after=first.after)] if first.after else [first]
        assert {group.when for page in pages for group in page.groups} == set(When)
    draft = Draft.objects.get()
    assert draft.author_id == worker.user_id
    conference = Conference.objects.get(state=ConferenceState.CALLED)
    assert timedelta(days=5) < conference.starts_at - real_now() < timedelta(days=8)
    assert Appointment.objects.filter(starts_at__gt=real_now()).count() > 1
    assert MailPreference.objects.count() == 2


def test_late_tasks_were_told_of(country: str) -> None:
    told = set(Task.objects.open().filter(due_at__lt=real_now()).values_list("escalation", flat=True))
    assert told == set(Escalation.values)


def test_screenings_are_of_the_newest_set_and_of_all_kinds(country: str) -> None:
    screenings = list(Screening.objects.all())
    assert {one.indicator_set for one in screenings} == {newest_set()}
    assert {form for one in screenings for form in one.suspicions()} == set(Suspected) - NOT_TOLD
    assert any(len(one.suspicions()) > 1 for one in screenings)
    assert len({reason for one in screenings for reason in one.incomplete_because}) > 2
    assert len({one for screening in screenings for one in screening.circumstances}) > 2
    assert {Present.INTERPRETER, Present.NOBODY} < {one for screening in screenings for one in screening.present}
    assert {bool(one.result.get("is_provisional")) for one in screenings} == {True, False}


def test_somebody_who_is_only_potential_is_helped_all_the_same(country: str) -> None:
    potential = Case.objects.filter(status=Status.POTENTIAL)
    assert potential.filter(stage=Stage.REFERRAL, referrals__state="accepted").exists()
    assert Task.objects.open().filter(kind=TaskKind.REFER_TO_OTHER_HELP).exists()


def test_a_screening_waits_in_the_middle_for_the_lead(country: str) -> None:
    draft = Screening.objects.get(state="draft")
    assert len(asked(draft)) > draft.answers.count() > 10


def test_cases_lie_in_the_smallest_regions_of_the_country(country: str) -> None:
    regions = set(Case.objects.values_list("region", flat=True))
    assert regions == {region.code for region in profile.current().regions}


def test_decisions_have_the_signatures_that_the_country_asks_for(country: str) -> None:
    needed = [str(one) for one in profile.current().signatures(for_child=False)]
    assert len(needed) == 3
    for decision in Decision.objects.in_effect():
        assert set(decision.signatures.values_list("capacity", flat=True)) == set(decision.needs) == set(needed)
    assert {"identify", "not_identify", "withdraw", "uphold"} == set(
        Decision.objects.in_effect().values_list("outcome", flat=True)
    )


def test_proposals_wait_for_an_officer_whose_sign_in_is_printed(country: str) -> None:
    first = Membership.objects.filter(role=Role.IDENTIFYING_OFFICER).earliest("started_at")
    waiting = Decision.objects.to_be_signed_by(first.user_id)
    assert first.user.email in country
    assert sorted(one.signatures.count() for one in waiting) == [1, 2]


def test_a_court_may_see_it_otherwise(country: str) -> None:
    view = CourtView.objects.get()
    assert (view.opinion, view.case.status) == ("no_offence", Status.IDENTIFIED)


def test_nameless_people_have_no_identity_and_one_is_asked_again(country: str) -> None:
    nameless = Case.objects.filter(track=Track.NAMELESS)
    assert nameless.count() == 2
    assert not nameless.exclude(person__identity=None).exists()
    again = Task.objects.open().filter(kind=TaskKind.ASK_AGAIN)
    assert set(again.values_list("case_code", flat=True)) < set(nameless.values_list("code", flat=True))
    assert Case.history.filter(transition="track.agree_to_be_named", source_state=Track.NAMELESS).exists()


def test_children_and_a_disputed_age_are_protected(country: str) -> None:
    children = Case.objects.filter(track=Track.CHILD)
    assert {AgeGroup.CHILD, AgeGroup.UNKNOWN} == set(children.values_list("age_group", flat=True))
    assert {one.kind for one in Organisation.objects.filter(pk__in=children.values("child_protection"))} == {
        OrganisationKind.SOCIAL_WORK_CENTRE
    }
    assert set(BestInterestAssessment.objects.values_list("finding", flat=True)) == set(BestInterestFinding)
    unguarded = children.get(guardians=None)
    overdue = Task.objects.open().filter(kind=TaskKind.GUARDIAN_NEEDED, due_at__lt=real_now())
    assert overdue.get().case_code == unguarded.code


def test_time_limits_end_soon_ran_out_and_were_extended(country: str) -> None:
    soon = Clock.objects.running().filter(due_at__lt=real_now() + timedelta(days=14))
    assert soon.exists()
    told = Task.objects.open().filter(kind=TaskKind.CLOCK_RAN_OUT, time_limit=ClockName.CHILD_GUARDIAN)
    assert set(told.values_list("role", flat=True)) == {Role.CASE_WORKER, Role.COORDINATOR}
    extension = ClockExtension.objects.get()
    assert extension.clock.key == ClockName.REFLECTION
    assert extension.clock.is_running


def test_there_are_overdue_tasks_and_second_episodes(country: str) -> None:
    assert Case.objects.filter(episode=2).exists()
    assert Task.objects.open().filter(due_at__lt=real_now()).exists()
    assert Case.objects.count() == len(PLOTS) + CaseMerge.objects.count()


def test_who_works_on_a_case_differs(country: str) -> None:
    supervisor = Membership.objects.get(supervises=True)
    assert supervisor.user.email in country
    covers = TeamMember.objects.active().filter(part=TeamPart.COVER)
    assert covers.exists()
    assert set(covers.values_list("user", flat=True)) == {supervisor.user_id}
    assert Case.objects.get(is_restricted=True).team.lasting().filter(part=TeamPart.RESPONSIBLE).exists()
    assert not CaseBar.objects.get().case.team.active().filter(user=CaseBar.objects.get().user).exists()
    assert CaseMerge.objects.get().case.stage == Stage.CLOSED
    assert set(Transfer.objects.values_list("state", flat=True)) == {"offered", "accepted"}


def test_what_is_shared_and_kept_differs(country: str) -> None:
    assert set(SharingBasis.objects.values_list("state", flat=True)) == {"told", "untold"}
    assert {one.is_live for one in SharingBasis.objects.all()} == {True}
    assert Consent.objects.filter(state="withdrawn").exclude(recipient=None).exists()
    kept = Document.objects.values_list("media_type", "is_made_here")
    assert set(kept) == {("application/pdf", True), ("application/pdf", False), ("image/png", False)}
    assert Retention.objects.get().state == "proposed"


def test_the_audit_log_runs_through_months_and_is_in_order(country: str) -> None:
    report = audit.verify_chain(by=THE_SERVICE)
    assert report.is_in_order, [str(finding) for finding in report.findings]
    assert report.checkpoints > 3
    times = list(Event.objects.order_by("sequence").values_list("at", flat=True))
    assert times == sorted(times)
    assert (times[-1] - times[0]).days > 250
    assert times[-1] <= real_now()


def test_nothing_is_left_of_the_moved_clock(country: str) -> None:
    assert timezone.now is real_now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), to_regnamespace('demo_clock')")
        at, schema = cursor.fetchone()
    assert schema is None
    assert abs((at - real_now()).total_seconds()) < 60


def test_nobody_is_mailed_about_the_past(country: str) -> None:
    assert Notice.objects.exists()
    assert not Notice.objects.waiting().exists()


def test_every_role_is_there_and_printed(country: str) -> None:
    printed = list(signins.printed())
    assert {one.as_role for one in printed} == set(ASSIGNABLE_ROLES)
    assert all(one.user.email in country for one in printed)
    assert signins.PASSWORD in country
    assert demo("people").strip() in country


def test_of_the_officers_two_are_printed_and_all_can_sign_in(country: str) -> None:
    officers = Membership.objects.filter(role=Role.IDENTIFYING_OFFICER).select_related("user")
    assert officers.count() == 3
    assert sum(one.user.email in country for one in officers) == signins.AT_MOST
    assert demo("code", officers.latest("started_at").user.email).strip().isdecimal()


def test_a_second_run_changes_nothing(country: str) -> None:
    before = Event.objects.count(), Case.objects.count()
    assert "already" in demo()
    assert (Event.objects.count(), Case.objects.count()) == before


@pytest.mark.parametrize("word", ["caseworker", "shelter", "clinician", "officer", "coordinator", "auditor"])
def test_the_printed_password_and_a_code_open_the_real_doors(country: str, word: str) -> None:
    person = Membership.objects.filter(user__email__contains=f".{word}@").earliest("started_at")
    code = demo("code", person.user.email.partition("@")[0]).strip()
    client = Client()
    client.post(reverse("accounts:sign_in"), {"email": person.user.email, "password": signins.PASSWORD})
    assert client.post(reverse("accounts:sign_in_code"), {"code": code}).status_code == 302
    assert client.get("/", follow=True).status_code == 200


def test_a_code_is_given_for_people_of_the_demo_only(country: str) -> None:
    with pytest.raises(CommandError, match="not a person of the demo"):
        demo("code", "somebody@elsewhere.example")
    with pytest.raises(CommandError, match="Nobody of the demo"):
        demo("code", "nobody.here")


@pytest.mark.parametrize("country_code", list(COUNTRIES))
def test_every_country_has_all_its_words(country_code: str) -> None:
    here = COUNTRIES[country_code]
    told, model = words(here.words), words("mk")
    assert set(told["texts"]) == set(model["texts"])
    assert set(told["organisations"]) == set(ORGANISATIONS)
    assert len({address(name, post.word) for name, post in zip(told["staff"], STAFF, strict=True)}) == len(STAFF)
    assert set(told["offers"]) == {offer.key for offer in EVERY_OFFER} | {"stopped"}
    assert set(told["outside"]) == {offer.key for offer in EVERY_OFFER if offer.kind}
    assert set(told["code_names"]) == {offer.key for offer in EVERY_OFFER if offer.service == Service.ACCOMMODATION}
    assert len(set(told["organisations"].values())) == len(ORGANISATIONS)
    assert len(told["texts"]["aims"]) == len(AREAS)
    assert here.language in dict(settings.LANGUAGES)


def test_the_password_would_be_accepted_from_anybody() -> None:
    validate_password(signins.PASSWORD)


@pytest.mark.parametrize("arguments", [(), ("people",), ("code", "ana.caseworker")])
def test_it_is_refused_where_the_demo_is_off(arguments: tuple[str, ...]) -> None:
    with override_settings(NRM_DEMO=False), pytest.raises(CommandError, match="demo is off"):
        demo(*arguments)


@override_settings(NRM_DEMO=True, NRM_COUNTRY="mk")
def test_another_country_than_the_configured_one_is_refused() -> None:
    with pytest.raises(CommandError, match="NRM_COUNTRY=al"):
        demo(country="AL")
    with pytest.raises(CommandError, match="must be one of"):
        demo(country="XX")


def test_people_who_are_there_are_left_alone(cast: Any) -> None:
    with override_settings(NRM_DEMO=True), pytest.raises(CommandError, match="people of its own"):
        demo()
    assert not Case.objects.exists()
