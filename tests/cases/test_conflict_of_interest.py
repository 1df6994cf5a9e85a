"""Somebody is kept away from a case: that is stronger than whatever else would open it, at every door (Z11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.permissions import Permission
from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.audit.verifier import verify
from nrm.cases.actions import (
    add_member,
    break_glass,
    keep_away,
    lift_bar,
    link_cases,
    open_case,
    restrict_case,
    take_on,
    write_identity,
)
from nrm.cases.models import Case, CaseBar, TeamMember
from nrm.cases.searching import case_with_code, look_before_writing, search_people
from nrm.cases.selectors import case_for, cases_visible_to, codes_with_work_for, standing_in, standings_in
from nrm.cases.selectors.clocks import ending_soon
from nrm.cases.selectors.emergency import NoSuchCase, register_of_emergencies
from nrm.cases.selectors.links import links_shown
from nrm.cases.selectors.team import bars_of_case, covers_of, people_who_see
from nrm.desk.timeline import timeline_of
from nrm.desk.work import my_work
from nrm.identification.selectors.docket import docket_of
from nrm.lib.partial_date import PartialDate
from nrm.notices.delivery import deliver_due
from nrm.notices.models import Notice
from nrm.placements.selectors import board
from nrm.referrals.selectors import inbox_counts, inbox_page
from nrm.support.selectors import appointments_page
from nrm.tasks.actions import claim_task
from nrm.tasks.models import Task
from nrm.vault.identity import Identity
from tests.addresses import PLAYERS, address
from tests.permissions.test_urls import MATRIX
from tests.whole import Whole

SignIn = Callable[[Any], Client]
ZORICA = Identity(given_names="Zorica", family_names="Kestenova", birth=PartialDate(1998, 3, 5))


def bar(case: Case, player: Any, *, by: Any) -> CaseBar:
    return keep_away(case, by=by.actor, user_id=player.actor.user_id, reason="relative", note="A cousin.")


def refused(act: Callable[[], object], refusals: type[Exception] = NotVisible) -> bool:
    try:
        act()
    except refusals:
        return True
    return False


def codes(rows: Any) -> set[str]:
    return {getattr(row, "case_code", "") or row.case.code for row in rows}


#: Door: who stands before it, and whether the case is there.
DOORS: dict[str, tuple[str, Callable[[Whole, Any], bool]]] = {
    "the case": ("case_worker", lambda whole, by: not refused(lambda: case_for(by, whole.case.code))),
    "a standing": ("case_worker", lambda whole, by: standing_in(by, whole.case).may(Permission.SEE_CASE)),
    "standings": ("case_worker", lambda whole, by: bool(standings_in(by, [whole.case])[whole.case.pk].relations)),
    "the list and its count": ("case_worker", lambda whole, by: cases_visible_to(by).count() == 1),
    "the list of an office": ("coordinator", lambda whole, by: cases_visible_to(by).count() == 1),
    "the list of the auditor": ("auditor", lambda whole, by: cases_visible_to(by).count() == 1),
    "search by code": ("case_worker", lambda whole, by: case_with_code(whole.case.code, by=by) is not None),
    "search by person": ("case_worker", lambda whole, by: bool(search_people(ZORICA, by=by))),
    "whom to ask": ("stranger", lambda whole, by: bool(search_people(ZORICA, by=by).to_ask)),
    "tasks": ("case_worker", lambda whole, by: whole.case.code in codes(my_work(by).tasks)),
    "late tasks of the country": ("coordinator", lambda whole, by: bool(my_work(by).late or my_work(by).overdue)),
    "taking a task": (
        "case_worker",
        lambda whole, by: not refused(lambda: claim_task(whole.task.pk, by=by, codes=codes_with_work_for(by))),
    ),
    "time limits": ("case_worker", lambda whole, by: bool(ending_soon(by).clocks)),
    "referrals to answer": ("clinician", lambda whole, by: inbox_counts(by)["waiting"] > 0),
    "referrals in the inbox": ("clinician", lambda whole, by: bool(inbox_page(by, "waiting", {}).rows)),
    "referrals sent": ("case_worker", lambda whole, by: bool(inbox_page(by, "sent", {}).rows)),
    "appointments": ("clinician", lambda whole, by: bool(appointments_page(by).rows)),
    "places": ("shelter_worker", lambda whole, by: any(line.holder for line in board(by).lines)),
    "the docket": ("officer", lambda whole, by: docket_of(by).shown > 0),
    "the timeline": ("case_worker", lambda whole, by: bool(timeline_of(whole.case, standing_in(by, whole.case)))),
    "the register of emergencies": ("coordinator", lambda whole, by: bool(register_of_emergencies(by, None).lines)),
    "absences": ("case_worker", lambda whole, by: bool(covers_of(by))),
    "emergency access": ("stranger", lambda whole, by: not refused(lambda: use(whole, by), NoSuchCase)),
}


def use(whole: Whole, by: Any) -> object:
    return break_glass(by=by, code=whole.case.code, reason="life", account="She called.")


@pytest.fixture
def everywhere(whole: Whole, cast: Any) -> Whole:
    """With an identity, tasks that are late, and a colleague who may lift what is laid on another."""
    write_identity(whole.case, ZORICA, by=cast.case_worker.actor, expected_version=0)
    add_member(whole.case, by=cast.case_worker.actor, user_id=cast.second_case_worker.actor.user_id)
    Task.objects.filter(case_code=whole.case.code).update(due_at=timezone.now() - timedelta(days=1))
    return whole


def test_z11_deny_beats_allow_at_every_door(everywhere: Whole, cast: Any) -> None:
    """Each door is open before, shut while the conflict stands, and open again when it is lifted."""
    by = cast.second_case_worker
    wrong: dict[str, list[bool]] = {}
    for door, (name, is_open) in DOORS.items():
        player = getattr(cast, name)
        answers = []
        for change in (None, "bar", "lift"):
            if change == "bar":
                laid = bar(everywhere.case, player, by=by)
            elif change == "lift":
                lift_bar(laid, "lift", by=by.actor, expected_version=laid.version, reason="A mistake.")
                if name == "case_worker":
                    add_member(everywhere.case, by=by.actor, user_id=player.actor.user_id)
            savepoint = transaction.savepoint()
            answers.append(is_open(everywhere, player.actor))
            transaction.savepoint_rollback(savepoint)
        if answers != [True, False, True]:
            wrong[door] = answers
    assert wrong == {}


def test_z11_the_code_of_the_case_stands_on_no_page(everywhere: Whole, cast: Any, sign_in: SignIn) -> None:
    """Every page that somebody gets with the case on it is missing, or without it, once they are kept away."""
    code, found, still = everywhere.case.code, set(), {}
    for name in PLAYERS:
        player = getattr(cast, name)
        client = sign_in(player)
        pages = {
            page: address(page, everywhere, cast)
            for page in MATRIX
            if MATRIX[page]["get"].split()[PLAYERS.index(name)] == "200"
        }
        shown = {page for page, url in pages.items() if code in client.get(url).content.decode()}
        found |= shown
        bar(everywhere.case, player, by=cast.second_case_worker)
        for page in shown:
            response = client.get(pages[page])
            if response.status_code == 200 and code in response.content.decode():
                still[name, page] = response.status_code
    assert still == {}
    assert {"desk:case_page", "desk:case_list", "desk:my_work", "accounts:activity", "audit:events"} <= found


def test_z11_nobody_is_told_by_mail_what_they_must_not_know(case: Case, cast: Any) -> None:
    bar(case, cast.second_case_worker, by=cast.case_worker)
    break_glass(by=cast.child_protection_worker.actor, code=case.code, reason="life", account="She called.")
    told = Notice.objects.filter(case_code=case.code, kind="emergency_used")
    assert set(told.values_list("recipient", flat=True)) == {cast.case_worker.actor.user_id}
    bar(case, cast.case_worker, by=cast.case_worker)
    deliver_due()
    addresses = {address for message in mail.outbox for address in message.to}
    assert not addresses & {"case_worker@cast.example", "second_case_worker@cast.example"}


def test_z11_a_duplicate_and_a_link_say_nothing_of_it(everywhere: Whole, cast: Any) -> None:
    other = open_case(
        by=cast.responder.actor, lead_organisation_id=cast.organisations.open_hand.pk, age_group="adult", sex="woman"
    )
    link_cases(everywhere.case, other, by=cast.case_worker.actor, reason="person_says")
    assert links_shown(other, standing_in(cast.case_worker.actor, other))
    bar(everywhere.case, cast.case_worker, by=cast.second_case_worker)
    assert links_shown(other, standing_in(cast.case_worker.actor, other)) == []
    assert not look_before_writing(ZORICA, other, by=cast.case_worker.actor)


def test_a_place_that_is_held_stays_held_for_who_must_not_see_by_whom(whole: Whole, cast: Any) -> None:
    bar(whole.case, cast.shelter_worker, by=cast.case_worker)
    line = board(cast.shelter_worker.actor).lines[0]
    assert (line.holder, line.is_free) == (None, False)


def test_whoever_must_not_see_a_case_says_so_and_leaves_at_once(case: Case, cast: Any, sign_in: SignIn) -> None:
    take_on(case, by=cast.case_worker.actor)
    client = sign_in(cast.case_worker)
    page = client.post(reverse("cases:declare_conflict", args=[case.code]), {"reason": "relative", "note": "A cousin."})
    assert page.url == reverse("desk:my_work")
    assert client.get(reverse("desk:case_page", args=[case.code])).status_code == 404
    assert client.get(reverse("cases:declare_conflict", args=[case.code])).status_code == 404
    assert TeamMember.objects.get(case=case).state == "ended"
    read = bars_of_case(case, standing_in(cast.second_case_worker.actor, case))
    assert [(line.who, line.note) for line in read or []] == [("Ana Quince", "A cousin.")]
    assert Event.objects.filter(case_code=case.code, action="team.step_aside").exists()
    assert verify().is_in_order


def test_of_a_restricted_case_the_last_one_brings_somebody_in_first(case: Case, cast: Any) -> None:
    worker = cast.case_worker
    take_on(case, by=worker.actor)
    restrict_case(case, by=worker.actor, reason="A threat.", expected_version=1)
    with pytest.raises(NotYet):
        bar(case, worker, by=worker)
    add_member(case, by=worker.actor, user_id=cast.second_case_worker.actor.user_id)
    bar(case, worker, by=worker)
    assert not CaseBar.objects.standing().exclude(user=worker.actor.user_id).exists()


def test_only_who_leads_keeps_others_away_and_nobody_lifts_their_own(case: Case, cast: Any) -> None:
    for outsider in (cast.responder, cast.coordinator):
        with pytest.raises(NotPermitted):
            bar(case, cast.case_worker, by=outsider)
    with pytest.raises(NotVisible):
        bar(case, cast.case_worker, by=cast.stranger)
    laid = bar(case, cast.case_worker, by=cast.case_worker)
    with pytest.raises(NotVisible):
        lift_bar(laid, "lift", by=cast.case_worker.actor, expected_version=laid.version, reason="No.")
    lift_bar(laid, "lift", by=cast.second_case_worker.actor, expected_version=laid.version, reason="A mistake.")
    assert cases_visible_to(cast.case_worker.actor).count() == 1


def test_somebody_is_kept_away_by_their_address_and_the_answer_names_nobody(
    case: Case, cast: Any, sign_in: SignIn
) -> None:
    client, url = sign_in(cast.case_worker), reverse("cases:keep_away", args=[case.code])
    said = {"person": "", "reason": "relative", "note": ""}
    known = client.post(url, {**said, "address": "Stranger@cast.example"}, follow=True)
    unknown = client.post(url, {**said, "address": "nobody@cast.example"}, follow=True)
    assert CaseBar.objects.standing().get().user_id == cast.stranger.actor.user_id
    for page in (known, unknown):
        assert "Nothing opens this case to that person any more." in page.content.decode()
        assert "Nela Pear" not in page.content.decode()
    assert client.post(url, said).status_code == 422
    both = {**said, "address": "stranger@cast.example", "person": str(cast.responder.actor.user_id)}
    assert client.post(url, both).status_code == 422


def test_those_who_could_open_the_case_are_offered_and_nobody_else(whole: Whole, cast: Any) -> None:
    offered = {pk for pk, _name in people_who_see(whole.case)}
    expected = ("responder", "case_worker", "second_case_worker", "shelter_worker", "clinician", "officer")
    assert {getattr(cast, name).actor.user_id for name in expected} <= offered
    for outside in ("stranger", "coordinator", "auditor", "administrator"):
        assert getattr(cast, outside).actor.user_id not in offered
