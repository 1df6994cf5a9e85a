"""The lead of a case goes to another organisation: offered, seen by both, answered; nothing that is open is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.permissions import Permission
from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.accounts.models import Membership
from nrm.audit.actions import verify_chain
from nrm.audit.models import Event
from nrm.cases import actions as cases
from nrm.cases.models import Case, Participation, TeamMember, Transfer
from nrm.cases.selectors import case_for, cases_visible_to, standing_in
from nrm.placements import actions as placements
from nrm.referrals import actions as referrals
from nrm.referrals.selectors import inbox_page, referral_for, referral_page, referrals_waiting_for
from nrm.support import actions as support
from nrm.support.selectors import alerts_of
from nrm.tasks.models import Clock, Task
from nrm.vault.fields import sealed
from tests.addresses import ADDRESSES, address, keywords
from tests.hostile.asking import undone
from tests.leading import SUMMARY, agree_to_lead, answered, handed_over, offered, shared_by_court_order
from tests.whole import Whole, sent

SignIn = Callable[[Any], Client]
#: What is the reader's own account or inbox, or is about another person than the case's.
OWN = ("accounts:", "audit:", "desk:claim_task", "desk:release_task", "desk:finish_task", "placements:change_unit")
#: About the team inside an organisation: the former one ended, and the new lead has none yet.
OWN += ("cases:end_cover", "cases:take_on")
#: The services an organisation keeps in the directory stay its own; they belong to no case.
OWN += ("directory:",)


def leads(case: Case) -> list[str]:
    rows = Participation.objects.open().filter(case=case, relation="leads", user=None)
    return [row.organisation.name for row in rows]


def page_of(client: Client, case: Case) -> str:
    return str(client.get(reverse("desk:case_page", args=[case.code])).content.decode())


def may(player: Any, case: Case, permission: Permission) -> bool:
    return standing_in(player.actor, Case.objects.get(pk=case.pk)).may(permission)


def step_of(transfer: Transfer, transition: str) -> str:
    return reverse("cases:answer_offer", args=[transfer.pk, transition])


def send(client: Client, case: Case, receiver: Any, summary: str = SUMMARY) -> Any:
    return client.post(reverse("cases:offer_lead", args=[case.code]), {"receiver": receiver.pk, "summary": summary})


# Offered


def test_both_see_the_case_until_it_is_answered(case: Case, cast: Any, sign_in: SignIn) -> None:
    agree_to_lead(case, cast, cast.organisations.far_shore)
    lead, asked = sign_in(cast.case_worker), sign_in(cast.stranger)
    before = {permission for permission in Permission if may(cast.case_worker, case, permission)}
    assert send(lead, case, cast.organisations.far_shore).status_code == 302
    assert before == {permission for permission in Permission if may(cast.case_worker, case, permission)}
    for client in (lead, asked):
        assert SUMMARY in page_of(client, case)
    seen = {Permission.SEE_STATUS, Permission.SEE_RISK, Permission.SEE_TRANSFER, Permission.SEE_PARTICIPANTS}
    unseen = {Permission.REVEAL_IDENTITY, Permission.SEE_SCREENING, Permission.SEE_NOTES, Permission.SEE_HISTORY}
    assert all(may(cast.stranger, case, permission) for permission in seen)
    assert not any(may(cast.stranger, case, permission) for permission in unseen)
    assert asked.get(reverse("cases:identity", args=[case.code])).status_code == 403
    assert [task.kind for task in Task.objects.filter(organisation=cast.organisations.far_shore)] == ["answer_transfer"]


@pytest.mark.parametrize("categories", [["identity", "risk"], ["account", "risk"], ["identity", "account"], []])
def test_nothing_less_than_the_whole_file_is_enough(
    categories: list[str], case: Case, cast: Any, sign_in: SignIn
) -> None:
    agreed = {"given_how": "signed", "given_on": timezone.localdate(), "by": cast.case_worker.actor}
    far_shore = cast.organisations.far_shore
    cases.record_consent(case, purpose="referral", recipient_id=far_shore.pk, categories=categories, **agreed)
    answer = send(sign_in(cast.case_worker), case, far_shore)
    page = answer.content.decode()
    assert (answer.status_code, "No consent and no legal basis covers" in page, SUMMARY in page) == (422, True, True)
    assert not Transfer.objects.exists()
    assert Event.objects.filter(action="transfer.begin", outcome="refused").count() == 1


def test_consent_for_a_kind_of_organisation_is_enough(case: Case, cast: Any) -> None:
    agreed = {"given_how": "signed", "given_on": timezone.localdate(), "by": cast.case_worker.actor}
    whole_file = ["identity", "account", "risk", "health"]
    cases.record_consent(case, purpose="assistance", recipient_kind="ngo", categories=whole_file, **agreed)
    receiver = cast.organisations.far_shore.pk
    cases.offer_lead(case, by=cast.case_worker.actor, receiver_id=receiver, summary=SUMMARY)


def test_a_legal_basis_is_enough(case: Case, cast: Any) -> None:
    shared_by_court_order(case, cast, cast.organisations.far_shore)
    receiver = cast.organisations.far_shore.pk
    answered(
        cases.offer_lead(case, by=cast.case_worker.actor, receiver_id=receiver, summary=SUMMARY),
        "accept",
        by=cast.stranger,
    )


def test_the_page_says_for_whom_nothing_covers_it_yet(case: Case, cast: Any, sign_in: SignIn) -> None:
    agree_to_lead(case, cast, cast.organisations.far_shore)
    page = sign_in(cast.case_worker).get(reverse("cases:offer_lead", args=[case.code])).content.decode()
    assert "Centre for Children (nothing covers it yet)" in page
    assert "Far Shore" in page
    assert "Far Shore (nothing" not in page
    assert "Open Hand (nothing" not in page
    assert "House of Lindens" not in page


def test_only_an_organisation_with_case_workers_is_asked(case: Case, cast: Any, sign_in: SignIn) -> None:
    client = sign_in(cast.case_worker)
    for nobody in (cast.organisations.house_of_lindens, cast.organisations.open_hand):
        agree_to_lead(case, cast, nobody)
        assert send(client, case, nobody).status_code == 422
        with pytest.raises(NotYet):
            cases.offer_lead(case, by=cast.case_worker.actor, receiver_id=nobody.pk, summary=SUMMARY)
    agree_to_lead(case, cast, cast.organisations.far_shore)
    type(cast.organisations.far_shore).objects.filter(pk=cast.organisations.far_shore.pk).update(is_active=False)
    assert send(client, case, cast.organisations.far_shore).status_code == 422


def test_one_offer_at_a_time(case: Case, cast: Any) -> None:
    first = offered(case, cast, cast.stranger)
    with pytest.raises(NotYet):
        offered(case, cast, cast.child_protection_worker)
    again = Transfer(
        case=case, sender=first.sender, receiver=cast.organisations.quiet_room, offered_by=first.offered_by
    )
    again.summary = sealed(case.person, again, "summary", SUMMARY)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_only_the_lead_offers(case: Case, cast: Any, sign_in: SignIn) -> None:
    url = reverse("cases:offer_lead", args=[case.code])
    receiver = cast.organisations.centre_for_children.pk
    for player, status in ((cast.stranger, 404), (cast.responder, 403), (cast.coordinator, 403), (cast.auditor, 403)):
        assert sign_in(player).get(url).status_code == status
        with pytest.raises(NotVisible if status == 404 else NotPermitted):
            cases.offer_lead(case, by=player.actor, receiver_id=receiver, summary=SUMMARY)


# Answered


def test_who_answers_and_who_takes_it_back(case: Case, cast: Any, sign_in: SignIn) -> None:
    transfer = offered(case, cast, cast.stranger)
    expected = {
        "stranger": {"accept": 200, "decline": 200, "withdraw": 403},
        "case_worker": {"accept": 403, "decline": 403, "withdraw": 200},
        "responder": {"accept": 403, "decline": 403, "withdraw": 403},
        "coordinator": {"accept": 403, "decline": 403, "withdraw": 403},
        "child_protection_worker": {"accept": 404, "decline": 404, "withdraw": 404},
        "administrator": {"accept": 404, "decline": 404, "withdraw": 404},
    }
    clients = {name: sign_in(getattr(cast, name)) for name in expected}
    got = {
        name: {step: client.get(step_of(transfer, step)).status_code for step in expected[name]}
        for name, client in clients.items()
    }
    assert got == expected
    for name, steps in expected.items():
        for step in [step for step, status in steps.items() if status != 200]:
            with pytest.raises((NotPermitted, NotVisible)):
                answered(transfer, step, by=getattr(cast, name), reason="A reason.")
    assert clients["stranger"].get(step_of(transfer, "no_such_step")).status_code == 404


def test_accepted_the_lead_has_gone_over(case: Case, cast: Any, sign_in: SignIn) -> None:
    transfer = offered(case, cast, cast.stranger)
    answer = sign_in(cast.stranger).post(step_of(transfer, "accept"), {"version": transfer.version})
    assert answer["Location"] == reverse("desk:case_page", args=[case.code])
    assert leads(case) == ["Far Shore"]
    former = Participation.objects.open().filter(case=case, organisation=cast.organisations.open_hand)
    assert [row.relation for row in former] == ["led"]
    assert may(cast.stranger, case, Permission.REVEAL_IDENTITY)
    assert not Participation.objects.open().filter(case=case, relation="offered_lead").exists()
    assert not may(cast.stranger, case, Permission.ANSWER_TRANSFER)
    with pytest.raises(NotPermitted):
        answered(transfer, "decline", by=cast.stranger, reason="Too late.")


def test_it_is_looked_again_whether_it_is_covered(case: Case, cast: Any, sign_in: SignIn) -> None:
    consent = agree_to_lead(case, cast, cast.organisations.far_shore)
    receiver = cast.organisations.far_shore.pk
    transfer = cases.offer_lead(case, by=cast.case_worker.actor, receiver_id=receiver, summary=SUMMARY)
    cases.take_consent_step(consent, "withdraw", by=cast.case_worker.actor, expected_version=1, reason="She said so.")
    answer = sign_in(cast.stranger).post(step_of(transfer, "accept"), {"version": transfer.version})
    assert (answer.status_code, "No consent and no legal basis" in answer.content.decode()) == (422, True)
    assert leads(case) == ["Open Hand"]


def test_who_lost_its_last_case_worker_cannot_accept(case: Case, cast: Any) -> None:
    transfer = offered(case, cast, cast.stranger)
    Membership.objects.filter(pk=cast.stranger.membership.pk).update(ended_at=timezone.now())
    with pytest.raises(NotYet):
        answered(transfer, "accept", by=cast.stranger)


def test_an_answer_from_an_old_page_is_refused(case: Case, cast: Any, sign_in: SignIn) -> None:
    transfer = offered(case, cast, cast.stranger)
    with pytest.raises(MovedOn):
        cases.answer_offer(transfer, "accept", by=cast.stranger.actor, expected_version=transfer.version + 1)
    assert sign_in(cast.stranger).post(step_of(transfer, "accept"), {"version": 7}).status_code == 409


def test_declined_it_stays_where_it_was(case: Case, cast: Any, sign_in: SignIn) -> None:
    transfer = offered(case, cast, cast.stranger)
    client = sign_in(cast.stranger)
    assert client.post(step_of(transfer, "decline"), {"version": transfer.version}).status_code == 422
    answer = client.post(step_of(transfer, "decline"), {"version": transfer.version, "reason": "No free hands."})
    assert answer["Location"] == reverse("desk:my_work")
    assert client.get(reverse("desk:case_page", args=[case.code])).status_code == 404
    assert leads(case) == ["Open Hand"]
    assert "No free hands." in page_of(sign_in(cast.case_worker), case)
    waiting = Task.objects.open().filter(case_code=case.code, kind="transfer_declined")
    assert [task.organisation for task in waiting] == [cast.organisations.open_hand]
    offered(case, cast, cast.child_protection_worker)
    assert not waiting.all().exists(), "somebody else was found"


def test_withdrawn_the_other_one_sees_nothing_any_more(case: Case, cast: Any) -> None:
    answered(offered(case, cast, cast.stranger), "withdraw", by=cast.case_worker, reason="She stays.")
    with pytest.raises(NotVisible):
        case_for(cast.stranger.actor, case.code)
    assert not Task.objects.open().filter(organisation=cast.organisations.far_shore).exists()


# What goes along


def test_tasks_and_time_limits_go_on(whole: Whole, cast: Any) -> None:
    case, mine, theirs = whole.case, cast.organisations.open_hand, cast.organisations.far_shore
    before = set(Task.objects.open().filter(case_code=case.code, organisation=mine).values_list("kind", "subject"))
    clocks = list(Clock.objects.running().filter(case_code=case.code).values_list("key", "due_at"))
    claimed = Task.objects.open().filter(case_code=case.code, organisation=mine).first()
    assert claimed is not None
    assert clocks
    Task.objects.filter(pk=claimed.pk).update(claimed_by=cast.case_worker.user)
    handed_over(case, cast, cast.stranger)
    after = Task.objects.open().filter(case_code=case.code, organisation=theirs)
    assert set(after.values_list("kind", "subject")) == before
    assert not after.exclude(claimed_by=None).exists()
    assert not Task.objects.open().filter(case_code=case.code, organisation=mine).exists()
    assert list(Clock.objects.running().filter(case_code=case.code).values_list("key", "due_at")) == clocks


def test_what_the_new_lead_has_to_do_already_is_not_asked_twice(case: Case, cast: Any) -> None:
    task = Task.objects.open().get(case_code=case.code, organisation=cast.organisations.open_hand)
    Task.objects.create(
        kind=task.kind,
        case_code=task.case_code,
        subject=task.subject,
        organisation=cast.organisations.far_shore,
        opened_at=timezone.now(),
        opened_by=cast.stranger.user.pk,
    )
    handed_over(case, cast, cast.stranger)
    task.refresh_from_db()
    assert (task.organisation, task.outcome) == (cast.organisations.open_hand, "cancelled")
    assert Task.objects.open().filter(kind=task.kind, case_code=case.code).count() == 1


def answers_of(client: Client, whole: Whole, cast: Any) -> dict[str, tuple[int, int]]:
    """What somebody gets at every address of the whole case, asking and sending."""
    found = {}
    for name in ADDRESSES:
        if not name.startswith(OWN) and keywords(name) & {"code", "pk"}:
            url = address(name, whole, cast)
            with undone(client):
                asked = client.get(url).status_code
            with undone(client):
                found[name] = (asked, client.post(url).status_code)
    return found


def test_the_new_lead_gets_everywhere_where_the_former_one_did(whole: Whole, cast: Any, sign_in: SignIn) -> None:
    former, new = sign_in(cast.case_worker), sign_in(cast.stranger)
    before = answers_of(former, whole, cast)
    handed_over(whole.case, cast, cast.stranger)
    after = answers_of(new, whole, cast)
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}


def test_the_former_lead_keeps_the_way_of_the_case_and_its_own_part(whole: Whole, cast: Any, sign_in: SignIn) -> None:
    handed_over(whole.case, cast, cast.stranger)
    client = sign_in(cast.case_worker)
    assert {name for name, answer in answers_of(client, whole, cast).items() if answer[0] == 200} == {
        "desk:case_page",
        "cases:declare_conflict",
        "referrals:page",
    }
    cases.add_note(whole.case, by=cast.stranger.actor, body="Said to the new one.")
    page = page_of(client, whole.case)
    assert "Said to the new one." not in page
    assert "Presumed" in page
    assert {permission for permission in Permission if may(cast.case_worker, whole.case, permission)} <= {
        Permission.SEE_CASE,
        Permission.SEE_STATUS,
        Permission.SEE_OWN_HISTORY,
        Permission.DECLARE_CONFLICT,
        Permission.SEARCH_PEOPLE,
        Permission.OPEN_CASE,
        Permission.BREAK_GLASS,
        Permission.REMARK_ON_TASK,  # On what is left to its own organisation to do.
        Permission.SEE_DIRECTORY,
        Permission.KEEP_LISTING,
        Permission.STOP_LISTING,
        Permission.ADD_OUTSIDE_ORGANISATION,
    }


def test_open_referrals_are_the_present_leads(whole: Whole, cast: Any, sign_in: SignIn) -> None:
    """A draft, a sent one, a question: sent, answered and withdrawn by who leads now; the task goes there too."""
    referral, clinician, new = whole.referral, cast.clinician.actor, cast.stranger.actor
    by = cast.case_worker.actor
    facts = {"service": "legal", "urgency": "routine", "basis": "consent", "categories": ["risk"], "summary": "One."}
    draft = referrals.prepare_referral(whole.case, by=by, receiver_id=cast.organisations.quiet_room.pk, **facts)
    handed_over(whole.case, cast, cast.stranger)
    asked = referrals.take_step(referral, "ask", by=clinician, expected_version=referral.version, reason="When?")
    task = Task.objects.open().get(kind="referral_question")
    assert task.organisation == cast.organisations.far_shore
    assert list(referrals_waiting_for(new)) == [asked]
    assert not referrals_waiting_for(by).exists()
    again = referrals.take_step(asked, "answer", by=new, expected_version=asked.version, reason="Soon.")
    referrals.take_step(again, "withdraw", by=new, expected_version=again.version, reason="Not needed.")
    referrals.take_step(draft, "send", by=new, expected_version=draft.version)
    with pytest.raises(NotPermitted):
        referrals.take_step(
            whole.referral_to_prosecution, "withdraw", by=by, expected_version=2, reason="No longer mine."
        )


def test_the_former_lead_reads_the_bare_record_of_what_it_sent(whole: Whole, cast: Any, sign_in: SignIn) -> None:
    handed_over(whole.case, cast, cast.stranger)
    new = sent(whole.case, cast.stranger.actor, cast.organisations.quiet_room, "legal")
    sent_before = {whole.referral, whole.referral_to_prosecution, whole.referral_outside}
    assert set(inbox_page(cast.case_worker.actor, "sent", {}).rows) == sent_before
    page = referral_page(*referral_for(cast.case_worker.actor, whole.referral.pk))
    assert (page.shows_text, page.summary, page.conversation, page.lead) == (False, "", [], "Far Shore")
    client = sign_in(cast.case_worker)
    shown = client.get(reverse("referrals:page", args=[whole.referral.pk])).content.decode()
    assert "Support for one person." not in shown
    assert "What you can do now" not in shown
    with pytest.raises(NotVisible):
        referral_for(cast.case_worker.actor, new.pk)
    assert set(inbox_page(cast.stranger.actor, "sent", {}).rows) == {new, *sent_before}


def test_open_placements_services_and_plans_are_the_present_leads(whole: Whole, cast: Any) -> None:
    new, shelter = cast.stranger.actor, cast.shelter_worker.actor
    asked = placements.request_placement(
        whole.case, by=cast.case_worker.actor, shelter_id=whole.unit.shelter_id, needed_from=timezone.localdate()
    )
    handed_over(whole.case, cast, cast.stranger)
    placements.take_step(asked, "decline", by=shelter, expected_version=asked.version, reason="Full.")
    declined = Task.objects.open().get(kind="placement_declined")
    assert declined.organisation == cast.organisations.far_shore
    again = placements.request_placement(
        whole.case, by=new, shelter_id=whole.unit.shelter_id, needed_from=timezone.localdate()
    )
    placements.take_step(again, "cancel", by=new, expected_version=again.version, reason="Not needed.")
    support.plan_service(whole.case, by=new, provider_id=cast.organisations.quiet_room.pk, service="legal")


def test_an_alert_that_the_lead_acts_on_goes_along(case: Case, cast: Any) -> None:
    """No service acts on it: raised before, and assessed, read and closed by who leads now."""
    alert = support.raise_alert(case, by=cast.case_worker.actor, level="same_day", concern="Something was said.")
    handed_over(case, cast, cast.stranger)
    assert {task.organisation for task in Task.objects.open().filter(kind="manage_alert")} == {
        cast.organisations.far_shore
    }
    with pytest.raises(NotPermitted):
        support.take_alert_step(alert, "assess", by=cast.case_worker.actor, expected_version=alert.version)
    alert = support.take_alert_step(alert, "assess", by=cast.stranger.actor, expected_version=alert.version)
    known = Case.objects.get(pk=case.pk)
    line = alerts_of(known, standing_in(cast.stranger.actor, known))[0]
    assert (line.acted_on_by, line.concern) == ("Far Shore", "Something was said.")
    managed = support.take_alert_step(
        alert, "manage", by=cast.stranger.actor, expected_version=alert.version, plan="Call.", actions="Ask."
    )
    assert Task.objects.open().get(kind="close_alert").organisation == cast.organisations.far_shore
    with pytest.raises(NotYet):
        support.take_alert_step(
            managed, "close", by=cast.stranger.actor, expected_version=managed.version, reason="It has passed."
        )


def test_the_new_lead_reviews_what_was_opened_in_an_emergency(whole: Whole, cast: Any) -> None:
    handed_over(whole.case, cast, cast.stranger)
    assert Task.objects.open().get(kind="review_emergency").organisation == cast.organisations.far_shore
    access = type(whole.emergency).objects.get(pk=whole.emergency.pk)
    cases.review_emergency(
        access, by=cast.stranger.actor, is_justified=True, note="It was.", expected_version=access.version
    )


# Children

INDEPENDENT = {"is_independent": True, "contact": "The office."}


def child_of(cast: Any, authority: Any = None) -> Case:
    return cases.open_case(
        by=cast.responder.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="child",
        sex="woman",
        child_protection_id=authority.pk if authority else None,
    )


def test_where_no_authority_is_named_the_new_lead_is_it(cast: Any) -> None:
    case = child_of(cast)
    handed_over(case, cast, cast.stranger)
    assert not may(cast.case_worker, case, Permission.RECORD_GUARDIAN)
    assert (
        not Participation.objects.open()
        .filter(case=case, organisation=cast.organisations.open_hand)
        .exclude(relation="led")
    )
    assert Task.objects.open().get(kind="guardian_needed").organisation == cast.organisations.far_shore
    today = timezone.localdate()
    cases.record_guardian(case, by=cast.stranger.actor, kind="temporary", appointed_on=today, **INDEPENDENT)


def test_the_authority_that_was_named_stays_it(cast: Any) -> None:
    case = child_of(cast, cast.organisations.centre_for_children)
    handed_over(case, cast, cast.stranger)
    assert may(cast.child_protection_worker, case, Permission.RECORD_GUARDIAN)
    assert Task.objects.open().get(kind="guardian_needed").organisation == cast.organisations.centre_for_children


def test_the_authority_that_led_stays_it_when_it_was_named(cast: Any) -> None:
    centre = cast.organisations.centre_for_children
    case = cases.open_case(
        by=cast.responder.actor,
        lead_organisation_id=centre.pk,
        age_group="child",
        sex="woman",
        child_protection_id=centre.pk,
    )
    handed_over(case, cast, cast.stranger, by=cast.child_protection_worker)
    assert may(cast.child_protection_worker, case, Permission.RECORD_GUARDIAN)
    assert not may(cast.child_protection_worker, case, Permission.ADD_NOTE)
    assert Task.objects.open().get(kind="guardian_needed").organisation == centre
    assert Task.objects.open().get(kind="best_interest_assessment").organisation == cast.organisations.far_shore


# Teams and restricted cases


@pytest.fixture
def teamed(case: Case, cast: Any) -> Case:
    cases.take_on(case, by=cast.case_worker.actor)
    return case


def test_the_former_team_ends_and_keeps_the_sight_for_itself(teamed: Case, cast: Any) -> None:
    assert teamed not in cases_visible_to(cast.second_case_worker.actor)
    handed_over(teamed, cast, cast.stranger)
    member = TeamMember.objects.get(case=teamed)
    assert member.state == "ended"
    assert [row.transition for row in member.history.order_by("history_id")] == ["begin", "team.hand_over"]
    assert may(cast.case_worker, teamed, Permission.SEE_CASE)
    assert not may(cast.case_worker, teamed, Permission.SEE_NOTES)
    assert not may(cast.second_case_worker, teamed, Permission.SEE_CASE), "nothing new is opened to a colleague"
    assert may(cast.stranger, teamed, Permission.MANAGE_TEAM)


def test_a_restricted_case_stays_so_and_is_open_to_who_accepted(teamed: Case, cast: Any, sign_in: SignIn) -> None:
    by = cast.case_worker.actor
    cases.restrict_case(teamed, by=by, reason="She is afraid.", expected_version=Case.objects.get(pk=teamed.pk).version)
    colleague = another_worker(cast)
    transfer = offered(Case.objects.get(pk=teamed.pk), cast, cast.stranger)
    page = sign_in(cast.stranger).get(step_of(transfer, "accept")).content.decode()
    assert "you become responsible for it" in page
    answered(transfer, "accept", by=cast.stranger)
    assert Case.objects.get(pk=teamed.pk).is_restricted
    member = TeamMember.objects.get(case=teamed, state="active")
    assert (member.user, member.part, member.organisation) == (
        cast.stranger.user,
        "responsible",
        cast.organisations.far_shore,
    )
    assert may(cast.stranger, teamed, Permission.REVEAL_IDENTITY)
    assert not may(colleague, teamed, Permission.SEE_CASE)
    assert not may(cast.coordinator, teamed, Permission.SEE_CASE)
    assert may(cast.case_worker, teamed, Permission.SEE_CASE)
    assert not may(cast.second_case_worker, teamed, Permission.SEE_CASE)


def another_worker(cast: Any) -> Any:
    """A colleague of the stranger's."""
    from tests.conftest import player_of

    row = Membership(
        user=cast.second_case_worker.user,
        organisation=cast.organisations.far_shore,
        role="case_worker",
        started_at=timezone.now(),
    )
    row.save()
    return player_of(row)


def test_nobody_ends_a_team_by_asking_for_its_last_step(teamed: Case, cast: Any) -> None:
    member = TeamMember.objects.get(case=teamed)
    for player in (cast.case_worker, cast.stranger, cast.coordinator):
        with pytest.raises((NotPermitted, NotVisible)):
            cases.take_team_step(member, "hand_over", by=player.actor, expected_version=member.version)


def test_handed_back_it_is_as_before(teamed: Case, cast: Any) -> None:
    handed_over(teamed, cast, cast.stranger)
    handed_over(teamed, cast, cast.case_worker, by=cast.stranger)
    assert leads(teamed) == ["Open Hand"]
    assert may(cast.case_worker, teamed, Permission.REVEAL_IDENTITY)
    assert not Participation.objects.open().filter(organisation=cast.organisations.open_hand, relation="led").exists()


def test_every_former_value_is_proved_once(whole: Whole, cast: Any) -> None:
    """With a team and somebody who stands in: each part ends by itself."""
    parts = TeamMember.objects.filter(case=whole.case, state="active").count()
    handed_over(whole.case, cast, cast.stranger)
    assert verify_chain(by=cast.auditor.actor).is_in_order
    acts = Event.objects.filter(case_code=whole.case.code).order_by("-sequence").values_list("action", flat=True)
    assert list(acts[: parts + 2]) == [*["team.hand_over"] * parts, "transfer.accept", "transfer.begin"]
    assert parts
