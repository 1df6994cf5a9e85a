"""Colleagues share the work on a case; whoever is not in its team does not find it. A supervisor sees them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.access.roles import Role
from nrm.accounts.models import Membership, User
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import (
    add_member,
    add_note,
    break_glass,
    cover_absence,
    end_cover,
    expire_covers,
    hand_over,
    lift_restriction,
    open_case,
    restrict_case,
    take_on,
    take_team_step,
)
from nrm.cases.models import Case, TeamMember, TeamPart
from nrm.cases.selectors import cases_visible_to, standing_in
from nrm.cases.selectors.team import covers_of, responsible_for, team_card
from nrm.desk.supervision import board_of
from nrm.desk.work import my_work
from nrm.lib.clock import today
from nrm.notices.delivery import deliver_due
from nrm.notices.models import Notice
from nrm.tasks.models import Task
from tests.conftest import player_of

SignIn = Callable[[Any], Client]
WHY = "Annual leave."


def sees(player: Any, case: Case) -> bool:
    return cases_visible_to(player.actor).filter(pk=case.pk).exists()


def opened_by(player: Any) -> Case:
    return open_case(by=player.actor, lead_organisation_id=player.actor.organisation_id, age_group="adult", sex="man")


@pytest.fixture
def third(cast: Any) -> Any:
    """One more case worker of Open Hand, whose address is never asked."""
    user, open_hand = User(email="third@cast.example", display_name="Cveta Sloe"), cast.organisations.open_hand
    membership = Membership(user=user, organisation=open_hand, role=Role.CASE_WORKER, started_at=timezone.now())
    User.objects.bulk_create([user])
    Membership.objects.bulk_create([membership])
    return player_of(membership)


@pytest.fixture
def supervisor(cast: Any) -> Any:
    """The second case worker of Open Hand supervises its cases."""
    membership = cast.second_case_worker.membership
    Membership.objects.filter(pk=membership.pk).update(supervises=True)
    membership.supervises = True
    return player_of(membership)


def responsible(case: Case) -> UUID | None:
    found = responsible_for(case)
    return found.user_id if found else None


def test_who_opens_a_case_for_the_own_organisation_is_responsible_for_it(cast: Any) -> None:
    case = opened_by(cast.case_worker)
    assert responsible(case) == cast.case_worker.actor.user_id
    assert sees(cast.case_worker, case)
    assert not sees(cast.second_case_worker, case)
    assert verify().is_in_order


def test_a_case_reported_by_others_is_open_to_the_whole_lead_until_somebody_takes_it_on(case: Case, cast: Any) -> None:
    assert sees(cast.case_worker, case)
    assert sees(cast.second_case_worker, case)
    take_on(case, by=cast.case_worker.actor)
    assert not sees(cast.second_case_worker, case)
    with pytest.raises(MovedOn):
        take_on(case, by=cast.second_case_worker.actor)
    for stranger in (cast.stranger, cast.coordinator):
        with pytest.raises((NotVisible, NotPermitted)):
            take_on(case, by=stranger.actor)
    assert sees(cast.responder, case)


def test_a_colleague_is_added_and_removed(case: Case, cast: Any, third: Any) -> None:
    worker, colleague = cast.case_worker.actor, cast.second_case_worker
    take_on(case, by=worker)
    member = add_member(case, by=worker, user_id=colleague.actor.user_id)
    assert sees(colleague, case)
    with pytest.raises(NotYet):
        add_member(case, by=worker, user_id=colleague.actor.user_id)
    for outsider in (cast.stranger, cast.clinician, cast.administrator):
        with pytest.raises(NotYet):
            add_member(case, by=worker, user_id=outsider.actor.user_id)
    with pytest.raises(NotVisible):
        add_member(case, by=third.actor, user_id=third.actor.user_id)
    take_team_step(member, "end", by=worker, expected_version=member.version)
    assert not sees(colleague, case)
    assert verify().is_in_order


def test_whoever_leaves_the_team_puts_their_tasks_back(case: Case, cast: Any) -> None:
    take_on(case, by=cast.case_worker.actor)
    member = add_member(case, by=cast.case_worker.actor, user_id=cast.second_case_worker.actor.user_id)
    Task.objects.filter(case_code=case.code).update(claimed_by=cast.second_case_worker.user)
    take_team_step(member, "end", by=cast.second_case_worker.actor, expected_version=member.version)
    assert not Task.objects.filter(case_code=case.code).exclude(claimed_by=None).exists()


@pytest.mark.parametrize("stays", [True, False])
def test_the_case_is_handed_over(case: Case, cast: Any, stays: bool) -> None:
    first, second = cast.case_worker, cast.second_case_worker
    take_on(case, by=first.actor)
    hand_over(case, by=first.actor, to=second.actor.user_id, stays=stays, expected=first.actor.user_id)
    assert responsible(case) == second.actor.user_id
    assert sees(second, case)
    assert sees(first, case) is stays
    with pytest.raises(MovedOn):
        hand_over(case, by=second.actor, to=first.actor.user_id, stays=False, expected=first.actor.user_id)
    assert verify().is_in_order


def test_of_a_restricted_case_the_new_one_is_there_before_the_old_one_leaves(case: Case, cast: Any) -> None:
    first, second = cast.case_worker, cast.second_case_worker
    take_on(case, by=first.actor)
    restrict_case(case, by=first.actor, reason="A threat.", expected_version=1)
    hand_over(case, by=first.actor, to=second.actor.user_id, stays=False, expected=first.actor.user_id)
    assert responsible(case) == second.actor.user_id
    assert not sees(first, case)


def test_who_has_left_the_organisation_is_in_no_team(case: Case, cast: Any, third: Any) -> None:
    """A role elsewhere does not help: the case would be open to nobody who works there."""
    take_on(case, by=cast.case_worker.actor)
    membership = cast.case_worker.membership
    Membership.objects.filter(pk=membership.pk).update(ended_at=timezone.now())
    Membership.objects.create(
        user=cast.case_worker.user,
        organisation=cast.organisations.far_shore,
        role=Role.CASE_WORKER,
        started_at=timezone.now(),
    )
    assert sees(third, case)
    take_on(case, by=third.actor)
    assert responsible(case) == third.actor.user_id
    assert TeamMember.objects.filter(case=case, state="active").count() == 1


def test_a_supervisor_sees_every_case_and_gives_it_to_somebody(cast: Any, supervisor: Any, third: Any) -> None:
    case = opened_by(cast.case_worker)
    assert sees(supervisor, case)
    hand_over(case, by=supervisor.actor, to=third.actor.user_id, stays=False, expected=cast.case_worker.actor.user_id)
    assert sees(third, case)
    assert not sees(cast.case_worker, case)
    elsewhere = replace(supervisor.actor, organisation_id=cast.organisations.far_shore.pk)
    assert not cases_visible_to(elsewhere).exists()


def test_the_board_shows_who_carries_what_to_supervisors_only(
    case: Case, cast: Any, supervisor: Any, sign_in: SignIn
) -> None:
    other = opened_by(cast.case_worker)
    Task.objects.filter(case_code=other.code).update(due_at=timezone.now() - timedelta(days=1))
    client = sign_in(supervisor)
    page = client.get(reverse("desk:supervision"))
    board = page.context["board"]
    assert [(share.key, share.cases) for share in board.shares if share.cases] == [
        ("nobody", 1),
        (str(cast.case_worker.actor.user_id), 1),
    ]
    assert [line.case for line in board.lines] == [case]
    page = client.get(reverse("desk:supervision"), {"who": cast.case_worker.actor.user_id})
    assert [line.case for line in page.context["board"].lines] == [other]
    late = Task.objects.open().filter(case_code=other.code).count()
    assert [line.late for line in page.context["board"].lines] == [late] != [0]
    assert sign_in(cast.case_worker).get(reverse("desk:supervision")).status_code == 403
    with CaptureQueriesContext(connection) as few:
        board_of(supervisor.actor)
    opened_by(cast.case_worker)
    opened_by(cast.stranger)
    with CaptureQueriesContext(connection) as more:
        board_of(supervisor.actor)
    assert len(few) == len(more) == 5


# Standing in


def test_a_colleague_stands_in_for_a_time(cast: Any, third: Any) -> None:
    cases, until = [opened_by(cast.case_worker) for _one in "12"], today() + timedelta(days=14)
    away, stands_in = cast.case_worker.actor, cast.second_case_worker
    absence = {"absent_id": away.user_id, "colleague_id": stands_in.actor.user_id, "until": until, "reason": WHY}
    made = cover_absence(by=away, **absence)
    assert len(made) == 2
    assert all(sees(stands_in, case) for case in cases)
    assert not any(sees(third, case) for case in cases)
    assert [len(cover.codes) for cover in covers_of(away)] == [2]
    assert [len(cover.codes) for cover in covers_of(stands_in.actor)] == [2]
    assert covers_of(third.actor) == []
    with pytest.raises(NotYet):
        cover_absence(by=away, **absence)
    TeamMember.objects.filter(part=TeamPart.COVER).update(ends_at=timezone.now() - timedelta(seconds=1))
    case = cases[0]
    case.participations.filter(user=stands_in.actor.user_id).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert not sees(stands_in, case)
    assert covers_of(away) == []
    assert expire_covers(timezone.now()) == 2
    assert not TeamMember.objects.filter(part=TeamPart.COVER, state="active").exists()
    assert verify().is_in_order


def test_an_absence_ends_early_in_all_its_cases(cast: Any, third: Any) -> None:
    case, _other = (opened_by(cast.case_worker) for _one in "12")
    away = cast.case_worker.actor
    made = cover_absence(by=away, absent_id=away.user_id, colleague_id=third.actor.user_id, until=today(), reason=WHY)
    with pytest.raises(NotVisible):
        end_cover(made[0].pk, by=cast.second_case_worker.actor)
    assert end_cover(made[0].pk, by=away) == 2
    assert not sees(third, case)
    with pytest.raises(NotVisible):
        end_cover(made[0].pk, by=away)


def test_only_oneself_and_a_supervisor_arrange_an_absence_and_for_sixty_days_at_most(
    cast: Any, third: Any, supervisor: Any
) -> None:
    case = opened_by(cast.case_worker)
    absence: dict[str, Any] = {
        "absent_id": cast.case_worker.actor.user_id,
        "colleague_id": third.actor.user_id,
        "until": today() + timedelta(days=60),
        "reason": WHY,
    }
    for nobody in (third, cast.stranger, cast.coordinator):
        with pytest.raises(NotPermitted):
            cover_absence(by=nobody.actor, **absence)
    for wrong in ({"until": today() + timedelta(days=61)}, {"until": today() - timedelta(days=1)}, {"reason": " "}):
        with pytest.raises(NotYet):
            cover_absence(by=supervisor.actor, **{**absence, **wrong})
    made = cover_absence(by=supervisor.actor, **absence, case_code=case.code)
    assert [row.case_id for row in made] == [case.pk]


# Need to know


def test_tasks_and_notices_of_a_case_are_its_teams(cast: Any, sign_in: SignIn) -> None:
    case = opened_by(cast.case_worker)
    assert my_work(cast.case_worker.actor).tasks
    assert my_work(cast.second_case_worker.actor).tasks == []
    task = Task.objects.open().filter(case_code=case.code, organisation=cast.organisations.open_hand).first()
    client = sign_in(cast.second_case_worker)
    for step in ("claim_task", "release_task", "finish_task"):
        assert client.post(reverse(f"desk:{step}", args=[task.pk])).status_code == 404
    break_glass(by=cast.child_protection_worker.actor, code=case.code, reason="life", account="She called.")
    deliver_due()
    told = Notice.objects.filter(case_code=case.code, organisation=cast.organisations.open_hand)
    assert set(told.exclude(sent_at=None).values_list("recipient", flat=True)) == {cast.case_worker.actor.user_id}
    assert "second_case_worker@cast.example" not in {address for one in mail.outbox for address in one.to}


def test_while_nobody_is_responsible_supervisors_are_told(cast: Any, supervisor: Any) -> None:
    case = open_case(
        by=cast.responder.actor, lead_organisation_id=cast.organisations.open_hand.pk, age_group="adult", sex="man"
    )
    told = Notice.objects.filter(case_code=case.code, organisation=cast.organisations.open_hand)
    assert set(told.values_list("recipient", flat=True)) == {supervisor.actor.user_id}


# Restricted cases


def test_a_restricted_case_is_found_by_its_team_the_supervisor_and_the_auditor_only(
    case: Case, cast: Any, supervisor: Any, third: Any
) -> None:
    take_on(case, by=cast.case_worker.actor)
    restrict_case(case, by=cast.case_worker.actor, reason="A threat.", expected_version=1)
    for player in (cast.case_worker, supervisor, cast.responder, cast.auditor):
        assert sees(player, case)
    case.refresh_from_db()
    for player in (third, cast.coordinator, cast.stranger):
        assert not sees(player, case)
        assert not standing_in(player.actor, case).may("case.see")
    lift_restriction(case, by=cast.case_worker.actor, reason="Over.", expected_version=2)
    assert sees(cast.coordinator, case)
    assert verify().is_in_order


def test_a_restriction_needs_somebody_in_the_team_and_a_reason(case: Case, cast: Any) -> None:
    with pytest.raises(NotYet):
        restrict_case(case, by=cast.case_worker.actor, reason="A threat.", expected_version=1)
    member = take_on(case, by=cast.case_worker.actor)
    with pytest.raises(NotYet):
        restrict_case(case, by=cast.case_worker.actor, reason=" ", expected_version=1)
    restrict_case(case, by=cast.case_worker.actor, reason="A threat.", expected_version=1)
    with pytest.raises(NotYet):
        take_team_step(member, "end", by=cast.case_worker.actor, expected_version=member.version)
    for other in (cast.responder, cast.coordinator, cast.stranger):
        with pytest.raises((NotVisible, NotPermitted)):
            lift_restriction(case, by=other.actor, reason="Over.", expected_version=2)


def test_late_tasks_of_a_restricted_case_are_in_no_list_and_no_count_of_the_coordinator(
    case: Case, cast: Any, sign_in: SignIn
) -> None:
    Task.objects.filter(case_code=case.code).update(due_at=timezone.now() - timedelta(days=1))
    assert my_work(cast.coordinator.actor).late
    take_on(case, by=cast.case_worker.actor)
    restrict_case(case, by=cast.case_worker.actor, reason="A threat.", expected_version=1)
    work = my_work(cast.coordinator.actor)
    assert (work.late, work.late_longest, work.overdue) == ([], [], 0)
    client = sign_in(cast.coordinator)
    assert case.code not in client.get(reverse("desk:case_list")).content.decode()
    assert client.get(reverse("desk:case_page", args=[case.code])).status_code == 404


# The pages


def test_the_card_of_the_team_leads_through_all_of_it(case: Case, cast: Any, sign_in: SignIn) -> None:
    client, colleague = sign_in(cast.case_worker), str(cast.second_case_worker.actor.user_id)
    page = reverse("desk:case_page", args=[case.code])
    assert "Nobody is responsible yet." in client.get(page).content.decode()
    assert client.post(reverse("cases:take_on", args=[case.code])).url == page
    assert client.post(reverse("cases:add_member", args=[case.code]), {"user": colleague}).url == page
    assert "Boris Medlar" in client.get(page).content.decode()
    said = {"expected": str(cast.case_worker.actor.user_id), "to": colleague}
    assert client.post(reverse("cases:hand_over", args=[case.code]), said).url == reverse("desk:my_work")
    assert client.get(page).status_code == 404
    client = sign_in(cast.second_case_worker)
    add_note(case, by=cast.second_case_worker.actor, body="Seen.")
    said = {"version": str(Case.objects.get(pk=case.pk).version), "reason": "A threat."}
    assert client.post(reverse("cases:restriction", args=[case.code]), said).url == page
    assert "Restricted to its team" in client.get(page).content.decode()
    assert sign_in(cast.responder).get(page).status_code == 200
    assert team_card(case, standing_in(cast.responder.actor, case)) is None


def test_an_absence_is_arranged_and_ended_on_its_pages(cast: Any, sign_in: SignIn) -> None:
    case, client = opened_by(cast.case_worker), sign_in(cast.case_worker)
    said = {
        "absent": str(cast.case_worker.actor.user_id),
        "colleague": str(cast.second_case_worker.actor.user_id),
        "until": (today() + timedelta(days=3)).strftime("%d/%m/%Y"),
        "reason": WHY,
    }
    assert client.post(reverse("cases:cover_absence"), {**said, "case_code": "wrong"}).status_code == 422
    assert client.post(reverse("cases:cover_absence"), said).url == reverse("cases:absences")
    assert case.code in client.get(reverse("cases:absences")).content.decode()
    assert WHY in client.get(reverse("desk:case_page", args=[case.code])).content.decode()
    cover = TeamMember.objects.get(part=TeamPart.COVER)
    assert client.post(reverse("cases:end_cover", args=[cover.pk])).url == reverse("cases:absences")
    assert not sees(cast.second_case_worker, case)


def test_an_administrator_makes_a_supervisor(cast: Any, sign_in: SignIn) -> None:
    membership = cast.second_case_worker.membership
    url = reverse("accounts:set_supervision", args=[membership.user_id, membership.pk])
    client = sign_in(cast.administrator)
    assert client.post(url, {"supervises": "yes"}).status_code == 302
    assert Membership.objects.get(pk=membership.pk).supervises
    assert Event.objects.get(action="membership.supervises").data["supervises"] is True
    assert client.post(url, {"supervises": "yes"}).status_code == 409
    clinician = cast.clinician.membership
    url = reverse("accounts:set_supervision", args=[clinician.user_id, clinician.pk])
    assert client.post(url, {"supervises": "yes"}).status_code == 422
