"""Two cases of one person, led by one organisation, go on as one; nothing moves, and it can be undone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.actions import verify_chain
from nrm.audit.models import Event
from nrm.cases import actions as cases
from nrm.cases.models import Case, CaseMerge
from nrm.cases.searching import case_with_code, search_people
from nrm.cases.selectors.case import standing_in
from nrm.cases.selectors.merge import merged_shown, surviving
from nrm.lib.partial_date import PartialDate
from nrm.tasks import actions as tasks
from nrm.tasks.models import Clock, Task
from nrm.vault.identity import Identity
from tests.hostile.tables import kept_models
from tests.leading import agree_to_lead, handed_over, offered
from tests.whole import sent

SignIn = Callable[[Any], Client]
REASON = "The same passport."
#: What history keeps, and what counts every change.
NOT_COMPARED = {"version", "changed_at"}


def opened(cast: Any, lead: Any) -> Case:
    """Nothing waits in it."""
    case = cases.open_case(by=cast.responder.actor, lead_organisation_id=lead.pk, age_group="adult", sex="woman")
    tasks.close_tasks(case_code=case.code, by=cast.case_worker.actor)
    return case


@pytest.fixture
def one(cast: Any) -> Case:
    return opened(cast, cast.organisations.open_hand)


@pytest.fixture
def other(cast: Any) -> Case:
    return opened(cast, cast.organisations.open_hand)


def merged(case: Case, into: Case, cast: Any, *, by: Any = None) -> CaseMerge:
    by = (by or cast.case_worker).actor
    return cases.merge_cases(case, into, by=by, reason=REASON, expected_version=now(case).version)


def undone(merge: CaseMerge, by: Any) -> CaseMerge:
    return cases.undo_merge(merge, by=by.actor, expected_version=merge.version, reason="Two people after all.")


def now(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def url_of(one: Case, other: Case) -> str:
    return reverse("cases:merge", args=[one.code, other.code])


def page_of(client: Client, case: Case) -> str:
    return str(client.get(reverse("desk:case_page", args=[case.code])).content.decode())


def sending(one: Case, other: Case, stays: Case) -> dict[str, Any]:
    versions = {"version": now(one).version, "other_version": now(other).version}
    return {**versions, "stays": stays.code, "reason": REASON}


# Merging


def test_the_two_stand_side_by_side_and_one_goes_on(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    cases.link_cases(one, other, by=cast.case_worker.actor, reason="person_says")
    client = sign_in(cast.case_worker)
    assert url_of(one, other) in page_of(client, one)
    page = client.get(url_of(one, other)).content.decode()
    assert page.count("Potential") == 2
    assert reverse("cases:identity", args=[other.code]) in page
    answer = client.post(url_of(one, other), sending(one, other, stays=other))
    assert answer["Location"] == reverse("desk:case_page", args=[other.code])
    assert (now(one).stage, now(one).closure, now(other).stage) == ("closed", "merged", "identification")


def test_either_can_go_on(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    sign_in(cast.case_worker).post(url_of(one, other), sending(one, other, stays=one))
    assert (now(one).stage, now(other).stage) == ("identification", "closed")


def test_nothing_moves(one: Case, other: Case, cast: Any) -> None:
    cases.add_note(one, by=cast.case_worker.actor, body="She called.")
    before = rows(besides={"cases_case", "cases_casemerge"})
    merged(one, other, cast)
    assert rows(besides={"cases_case", "cases_casemerge"}) == before


def test_who_leads_only_one_of_them_is_refused(one: Case, cast: Any, sign_in: SignIn) -> None:
    foreign = opened(cast, cast.organisations.far_shore)
    cases.open_case(
        by=cast.responder.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group="adult",
        sex="woman",
    )
    for player, status in (
        (cast.case_worker, 404),
        (cast.stranger, 404),
        (cast.responder, 403),
        (cast.coordinator, 403),
        (cast.auditor, 403),
        (cast.administrator, 404),
    ):
        client = sign_in(player)
        for url in (url_of(one, foreign), url_of(foreign, one)):
            assert (client.get(url).status_code, client.post(url).status_code) == (status, status)
        for pair in ((one, foreign), (foreign, one)):
            with pytest.raises(NotVisible if status == 404 else NotPermitted):
                cases.merge_cases(*pair, by=player.actor, reason=REASON, expected_version=1)
    assert sign_in(cast.case_worker).get(url_of(one, one)).status_code == 404
    with pytest.raises(NotVisible):
        merged(one, one, cast)


def test_what_is_still_open_is_said(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    agree_to_lead(one, cast, cast.organisations.quiet_room)
    sent(one, cast.case_worker.actor, cast.organisations.quiet_room, "mhpss")
    client = sign_in(cast.case_worker)
    assert "A referral is still open." in client.get(url_of(one, other)).content.decode()
    answer = client.post(url_of(one, other), sending(one, other, stays=other))
    page = answer.content.decode()
    assert (answer.status_code, "A referral is still open." in page, REASON in page) == (422, True, True)
    assert now(one).stage == "identification"
    assert not CaseMerge.objects.exists()


def test_a_reason_is_needed(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    data = {**sending(one, other, stays=other), "reason": " "}
    assert sign_in(cast.case_worker).post(url_of(one, other), data).status_code == 422
    with pytest.raises(NotYet):
        cases.merge_cases(one, other, by=cast.case_worker.actor, reason=" ", expected_version=now(one).version)


def test_a_page_from_before_a_change_is_refused(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    data = sending(one, other, stays=other)
    cases.assess_risk(
        one, by=cast.case_worker.actor, expected_version=now(one).version, level="low", accommodation="needed"
    )
    answer = sign_in(cast.case_worker).post(url_of(one, other), data)
    assert (answer.status_code, REASON in answer.content.decode()) == (409, True)


def test_no_chains(one: Case, other: Case, cast: Any) -> None:
    third = opened(cast, cast.organisations.open_hand)
    merged(one, other, cast)
    for pair in ((one, third), (one, other), (third, one), (other, third)):
        with pytest.raises(NotYet):
            merged(*pair, cast)
    merged(third, other, cast)
    assert CaseMerge.objects.standing().filter(into=other).count() == 2


def test_the_database_holds_no_chain(one: Case, other: Case, cast: Any) -> None:
    third = opened(cast, cast.organisations.open_hand)
    merged(one, other, cast)
    by = cast.case_worker.user.pk
    for pair in ((other, third), (third, one), (one, third), (third, third)):
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseMerge.objects.bulk_create([CaseMerge(case=pair[0], into=pair[1], merged_by=by)])


def test_an_open_case_does_not_go_on_in_a_closed_one(one: Case, other: Case, cast: Any) -> None:
    close(other, cast)
    with pytest.raises(NotYet):
        merged(one, other, cast)
    merged(other, one, cast)


def close(case: Case, cast: Any) -> Case:
    return cases.take_case_step(
        now(case),
        "close",
        by=cast.case_worker.actor,
        expected_version=now(case).version,
        reason="She moved.",
        closure="moved_away",
    )


def test_a_case_whose_lead_is_offered_stays_where_it_is(one: Case, other: Case, cast: Any) -> None:
    close(one, cast)
    offered(one, cast, cast.stranger)
    with pytest.raises(NotYet):
        merged(one, other, cast)


def test_merging_is_no_reason_to_choose_when_closing(one: Case, cast: Any, sign_in: SignIn) -> None:
    client, url = sign_in(cast.case_worker), reverse("cases:step", args=[one.code, "close"])
    assert "Goes on in another case" not in client.get(url).content.decode()
    data = {"version": now(one).version, "reason": "Twice.", "closure": "merged"}
    assert client.post(url, data).status_code == 422
    with pytest.raises(NotYet):
        cases.take_case_step(
            one, "close", by=cast.case_worker.actor, expected_version=now(one).version, reason="x", closure="merged"
        )


# What readers are shown


def test_the_merged_case_leads_on_and_the_other_one_back(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    merged(one, other, cast)
    client = sign_in(cast.second_case_worker)
    page, on = page_of(client, one), page_of(client, other)
    assert "This case goes on in another one." in page
    assert reverse("desk:case_page", args=[other.code]) in page
    assert "Earlier records" in on
    assert reverse("desk:case_page", args=[one.code]) in on
    assert "Goes on in" in client.get(reverse("desk:case_list")).content.decode()
    assert f"{one.code}</p>" in on.partition('id="timeline"')[2], "its history names it"


def test_search_leads_to_the_surviving_case(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    for case in (one, other):
        cases.choose_track(case, "agree_to_be_named", by=cast.case_worker.actor, expected_version=now(case).version)
        known = Identity(given_names="Liria", family_names="Kestenova", birth=PartialDate(1999, 4, 2))
        cases.write_identity(now(case), known, by=cast.case_worker.actor, expected_version=now(case).person.version)
        tasks.close_tasks(case_code=case.code, by=cast.case_worker.actor)
    assert set(search_people(known, by=cast.case_worker.actor).cases) == {one, other}
    merged(one, other, cast)
    assert search_people(known, by=cast.case_worker.actor).cases == (other,)
    assert case_with_code(one.code, by=cast.case_worker.actor) == other
    assert case_with_code(other.code, by=cast.case_worker.actor) == other
    assert case_with_code(one.code, by=cast.stranger.actor) is None


def test_who_sees_one_of_the_two_is_not_told_of_the_other(one: Case, other: Case, cast: Any) -> None:
    """The surviving case goes to another organisation, which learns nothing of the merged one."""
    merged(one, other, cast)
    handed_over(other, cast, cast.stranger)
    new = cast.stranger.actor
    assert merged_shown(now(other), standing_in(new, now(other))).earlier == ()
    assert surviving([one], new) == {}
    assert surviving([one], cast.case_worker.actor) == {one.pk: other}


def test_a_merged_case_takes_no_other_way(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    merged(one, other, cast)
    by, client = cast.case_worker.actor, sign_in(cast.case_worker)
    for step in ("reopen", "reopen_as_new_episode", "take_up_again"):
        with pytest.raises(NotYet):
            cases.take_case_step(now(one), step, by=by, expected_version=now(one).version, reason="She called.")
        url = reverse("cases:step", args=[one.code, step])
        assert client.post(url, {"version": now(one).version, "reason": "She called."}).status_code == 422
    agree_to_lead(one, cast, cast.organisations.far_shore)
    with pytest.raises(NotYet):
        cases.offer_lead(now(one), by=by, receiver_id=cast.organisations.far_shore.pk, summary="Why.")
    page = page_of(client, one)
    assert "Undo the merge first." in page
    assert "Take up again" not in page


# Undoing


def rows(besides: set[str] = frozenset()) -> dict[str, list[Any]]:  # type: ignore[assignment]
    """What the database holds, but for history and what counts changes."""
    found = {}
    for model in kept_models():
        table = model._meta.db_table
        if "historical" in table or table in besides:
            continue
        names = [field.attname for field in model._meta.concrete_fields if field.attname not in NOT_COMPARED]
        found[table] = sorted(str(row) for row in model._default_manager.values_list(*names))
    return found


@pytest.mark.parametrize("step", ["", "hold", "close"])
def test_undone_all_is_as_it_was(step: str, one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    """Open, on hold and closed before; its time limits run on, and what was closed stays closed."""
    if step == "hold":
        cases.take_case_step(
            now(one), "hold", by=cast.case_worker.actor, expected_version=now(one).version, reason="Away."
        )
    elif step == "close":
        close(one, cast)
    limit_that_ends_with_the_case(one)
    before = rows(besides={"cases_casemerge", "accounts_sessionrecord"})
    merge = merged(one, other, cast)
    assert rows(besides={"cases_casemerge"}) != before or step == "close"
    assert Clock.objects.running().filter(case_code=one.code).exists() is (step == "close")
    client, url = sign_in(cast.second_case_worker), reverse("cases:merge_step", args=[merge.pk, "undo"])
    said = "The case stays closed" if step == "close" else "The case is open again"
    assert said in client.get(url).content.decode()
    assert client.post(url, {"version": merge.version, "reason": ""}).status_code == 422
    assert client.post(url, {"version": merge.version, "reason": "Two people."}).status_code == 302
    assert rows(besides={"cases_casemerge", "accounts_sessionrecord"}) == before
    assert "Earlier records" not in page_of(client, other)
    with pytest.raises(NotYet):
        undone(CaseMerge.objects.get(pk=merge.pk), cast.case_worker)


def limit_that_ends_with_the_case(case: Case) -> None:
    tasks.start_clock(
        "plan_review_days",
        case_code=case.code,
        subject=f"cases.case:{case.pk}",
        rule={"stops_on": ["case.close"]},
        due_at=timezone.now() + timedelta(days=9),
    )


def test_undone_it_can_be_merged_again(one: Case, other: Case, cast: Any) -> None:
    undone(merged(one, other, cast), cast.case_worker)
    undone(merged(other, one, cast), cast.case_worker)
    merged(one, other, cast)
    assert (now(one).stage, now(other).stage) == ("closed", "identification")


def test_who_undoes(one: Case, other: Case, cast: Any, sign_in: SignIn) -> None:
    merge = merged(one, other, cast)
    url = reverse("cases:merge_step", args=[merge.pk, "undo"])
    for player, status in (
        (cast.stranger, 404),
        (cast.administrator, 404),
        (cast.responder, 403),
        (cast.coordinator, 403),
        (cast.auditor, 403),
    ):
        client = sign_in(player)
        assert (client.get(url).status_code, client.post(url).status_code) == (status, status)
        with pytest.raises(NotVisible if status == 404 else NotPermitted):
            undone(merge, player)
    assert sign_in(cast.case_worker).get(url.replace("undo", "redo")).status_code == 404
    assert sign_in(cast.case_worker).post(url, {"version": 9, "reason": "Two people."}).status_code == 409
    with pytest.raises(MovedOn):
        cases.undo_merge(merge, by=cast.case_worker.actor, expected_version=9, reason="Two people.")


def test_after_the_lead_of_the_surviving_case_went_over_it_can_still_be_undone(
    one: Case, other: Case, cast: Any
) -> None:
    merge = merged(one, other, cast)
    handed_over(other, cast, cast.stranger)
    undone(merge, cast.case_worker)
    assert now(one).stage == "identification"


def test_both_cases_tell_of_it_and_it_is_proved_once(one: Case, other: Case, cast: Any) -> None:
    merge = merged(one, other, cast)
    undone(merge, cast.case_worker)
    told = Event.objects.filter(subject=f"cases.casemerge:{merge.pk}").order_by("sequence")
    assert [(event.action, event.case_code) for event in told] == [
        ("merge.begin", one.code),
        ("case.merged_here", other.code),
        ("merge.undo", one.code),
        ("case.merged_here_undone", other.code),
    ]
    assert sum(len(event.history) for event in told) == merge.history.count() == 2
    assert Event.objects.filter(case_code=one.code, action__in=["case.close", "case.take_up_again"]).count() == 2
    assert verify_chain(by=cast.auditor.actor).is_in_order


def test_nothing_waits_in_the_merged_case(one: Case, other: Case, cast: Any) -> None:
    merged(one, other, cast)
    assert not Task.objects.open().filter(case_code=one.code).exists()
