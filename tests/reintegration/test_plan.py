"""The person's plan: started, agreed by the person, worked on, ended with outcomes. Only the lead sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.actions import open_case
from nrm.cases.selectors import standing_in
from nrm.lib.clock import today
from nrm.reintegration import actions
from nrm.reintegration.models import Plan
from nrm.reintegration.selectors import block_for, plan_page
from nrm.tasks.models import Task
from tests.reintegration.conftest import SECRET

pytestmark = pytest.mark.django_db


def take(plan: Any, transition: str, player: Any, **facts: Any) -> Any:
    version = facts.pop("version", plan.version)
    return actions.take_step(plan, transition, by=player.actor, expected_version=version, **facts)


def review(goal: Any, player: Any, outcome: Any = "achieved", **facts: Any) -> Any:
    version = facts.pop("version", goal.version)
    return actions.review_goal(
        goal, by=player.actor, expected_version=version, outcome=outcome, reviewed_on=today(), **facts
    )


def test_starting(draft: Any, cast: Any) -> None:
    assert (draft.state, draft.started_by) == ("draft", cast.case_worker.actor.user_id)
    assert draft.history.get().transition == "begin"
    assert Event.objects.get(action="reintegration.begin").subject == f"reintegration.plan:{draft.pk}"


def test_one_plan_at_a_time(draft: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        actions.start_plan(draft.case, by=cast.case_worker.actor)
    take(draft, "discontinue", cast.case_worker, reason="Another way")
    assert actions.start_plan(draft.case, by=cast.case_worker.actor).state == "draft"


def test_none_is_started_in_a_closed_case(case: Any, cast: Any) -> None:
    type(case).objects.filter(pk=case.pk).update(stage="closed", closure="goals_reached")
    with pytest.raises(NotYet):
        actions.start_plan(case, by=cast.case_worker.actor)


def test_only_the_lead(draft: Any, goal: Any, cast: Any) -> None:
    for player in (cast.responder, cast.coordinator, cast.auditor):
        with pytest.raises(NotPermitted):
            actions.start_plan(draft.case, by=player.actor)
        with pytest.raises(NotPermitted):
            actions.add_goal(draft, by=player.actor, area="work", description="x")
        with pytest.raises(NotPermitted):
            review(goal, player)
        with pytest.raises(NotPermitted):
            take(draft, "discontinue", player, reason="x")
    for player in (cast.stranger, cast.clinician, cast.prosecution_officer):
        with pytest.raises(NotVisible):
            actions.add_goal(draft, by=player.actor, area="work", description="x")
        with pytest.raises(NotVisible):
            take(draft, "discontinue", player, reason="x")


def test_what_is_written_is_sealed(goal: Any, cast: Any) -> None:
    review(goal, cast.case_worker, note=SECRET)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT description, note FROM reintegration_goal "
            "UNION ALL SELECT description, note FROM reintegration_historicalgoal"
        )
        cells = [bytes(cell) for row in cursor.fetchall() for cell in row if cell is not None]
    assert len(cells) == 5
    assert not any(SECRET.encode() in cell for cell in cells)
    assert SECRET not in str(list(Event.objects.values_list("data", flat=True)))


def test_agreeing_needs_a_goal(draft: Any, cast: Any) -> None:
    with pytest.raises(NotYet) as refusal:
        take(draft, "agree", cast.case_worker, agreed_on=today())
    assert "goal" in str(refusal.value.sentence)


def test_from_agreement_to_outcomes(agreed: Any, goal: Any, cast: Any) -> None:
    assert agreed.agreed_on == today()
    started = take(agreed, "start", cast.case_worker)
    assert Task.objects.open().get(kind="review_plan").organisation == cast.organisations.open_hand
    monitored = take(started, "monitor", cast.case_worker)
    assert not Task.objects.open().filter(kind="review_plan").exists()
    with pytest.raises(NotYet) as refusal:
        take(monitored, "complete", cast.case_worker)
    assert "outcome" in str(refusal.value.sentence)
    review(goal, cast.case_worker)
    done = take(monitored, "complete", cast.case_worker)
    row = done.history.latest("history_id")
    assert (row.transition, row.source_state, row.state) == ("reintegration.complete", "monitoring", "completed")


def test_a_review_is_kept_with_the_former_one(goal: Any, cast: Any) -> None:
    first = review(goal, cast.case_worker, outcome="open")
    assert (first.outcome, first.reviewed_on, first.version) == ("open", today(), 2)
    with pytest.raises(MovedOn):
        review(goal, cast.second_case_worker, version=1)
    review(first, cast.second_case_worker, outcome="partly")
    assert list(goal.history.order_by("history_id").values_list("outcome", flat=True)) == ["open", "open", "partly"]
    assert [event.data for event in Event.objects.filter(action="review.recorded").order_by("sequence")] == [
        {"outcome": "open"},
        {"outcome": "partly"},
    ]


def test_an_ended_plan_stays_as_it_is(agreed: Any, goal: Any, cast: Any) -> None:
    take(agreed, "discontinue", cast.case_worker, reason="Another way")
    with pytest.raises(NotYet):
        actions.add_goal(agreed, by=cast.case_worker.actor, area="work", description="x")
    with pytest.raises(NotYet):
        review(goal, cast.case_worker)


def test_discontinuing_needs_a_reason(draft: Any, cast: Any) -> None:
    with pytest.raises(NotYet):
        take(draft, "discontinue", cast.case_worker)


def test_who_comes_second_is_told(agreed: Any, cast: Any) -> None:
    take(agreed, "start", cast.case_worker)
    with pytest.raises(MovedOn):
        take(agreed, "start", cast.second_case_worker)


# A child


@pytest.fixture(params=["child", "unknown"])
def childs_plan(request: Any, cast: Any) -> Any:
    case = open_case(
        by=cast.responder.actor,
        lead_organisation_id=cast.organisations.open_hand.pk,
        age_group=request.param,
        sex="man",
    )
    plan = actions.start_plan(case, by=cast.case_worker.actor)
    actions.add_goal(plan, by=cast.case_worker.actor, area="education", description="x")
    return plan


@pytest.mark.parametrize(
    "facts",
    [{}, {"guardian_agreed": True, "childs_view": ""}, {"guardian_agreed": False, "childs_view": "School, please"}],
)
def test_for_a_child_the_guardian_agrees_and_the_child_is_heard(childs_plan: Any, cast: Any, facts: Any) -> None:
    with pytest.raises(NotYet) as refusal:
        take(childs_plan, "agree", cast.case_worker, agreed_on=today(), **facts)
    assert "guardian" in str(refusal.value.sentence)


def test_the_childs_view_is_sealed_and_shown_to_the_lead(childs_plan: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    assert (
        reverse("reintegration:step", args=[childs_plan.pk, "agree"])
        in client.get(reverse("reintegration:plan", args=[childs_plan.pk])).content.decode()
    )
    day = f"{today():%d/%m/%Y}"
    typed = {"version": childs_plan.version, "agreed_on": day, "childs_view": SECRET}
    address = reverse("reintegration:step", args=[childs_plan.pk, "agree"])
    refused = client.post(address, typed)
    assert refused.status_code == 422
    assert SECRET in refused.content.decode()
    assert client.post(address, typed | {"guardian_agreed": "on"}).status_code == 302
    plan = Plan.objects.get()
    assert SECRET.encode() not in plan.childs_view
    assert plan_page(plan, standing_in(cast.case_worker.actor, plan.case)).childs_view == SECRET


# The pages


def test_on_the_pages(case: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    start = reverse("reintegration:start", args=[case.code])
    assert client.get(start).status_code == 200
    assert not Plan.objects.exists()
    answer = client.post(start)
    plan = Plan.objects.get()
    assert answer["Location"] == reverse("reintegration:plan", args=[plan.pk])
    assert client.post(start).status_code == 422
    add = reverse("reintegration:add_goal", args=[plan.pk])
    for wrong in ({"area": "nonsense"}, {"description": ""}, {"target_on": "1/1/0001"}, {"target_on": "31/2/2026"}):
        refused = client.post(add, {"area": "work", "description": SECRET, "target_on": ""} | wrong)
        assert refused.status_code == 422, wrong
    target = today() + timedelta(days=90)
    typed = {"area": "work", "description": SECRET, "target_on": f"{target:%d/%m/%Y}"}
    assert client.post(add, typed).status_code == 302
    goal = plan.goals.get()
    assert goal.target_on == target
    html = client.get(reverse("reintegration:plan", args=[plan.pk])).content.decode()
    assert SECRET in html
    assert "style=" not in html
    assert Event.objects.filter(action="plan.read").count() == 1
    page = reverse("reintegration:review", args=[goal.pk])
    day = f"{today():%d/%m/%Y}"
    assert SECRET in client.get(page).content.decode()
    assert client.post(page, {"version": 9, "outcome": "achieved", "reviewed_on": day}).status_code == 409
    tomorrow = f"{today() + timedelta(days=1):%d/%m/%Y}"
    assert client.post(page, {"version": 1, "outcome": "achieved", "reviewed_on": tomorrow}).status_code == 422
    assert client.post(page, {"version": 1, "outcome": "achieved", "reviewed_on": day}).status_code == 302


@pytest.mark.parametrize(
    ("who", "status"),
    [("responder", 403), ("coordinator", 403), ("auditor", 403), ("clinician", 404), ("stranger", 404)],
)
def test_nobody_else_opens_them(who: str, status: Any, goal: Any, cast: Any, sign_in: Any) -> None:
    player = getattr(cast, who)
    client = sign_in(player)
    for address in (
        reverse("reintegration:start", args=[goal.plan.case.code]),
        reverse("reintegration:plan", args=[goal.plan_id]),
        reverse("reintegration:add_goal", args=[goal.plan_id]),
        reverse("reintegration:step", args=[goal.plan_id, "agree"]),
        reverse("reintegration:review", args=[goal.pk]),
        reverse("reintegration:follow_up", args=[goal.plan.case.code]),
    ):
        answer = client.get(address)
        assert answer.status_code == status, address
        assert SECRET not in answer.content.decode()
    assert block_for(goal.plan.case, standing_in(player.actor, goal.plan.case), player.actor) is None


@pytest.mark.parametrize("many", [1, 6])
def test_queries_do_not_grow(many: int, draft: Any, cast: Any, django_assert_num_queries: Any) -> None:
    for _n in range(many):
        actions.add_goal(draft, by=cast.case_worker.actor, area="work", description="x")
        actions.record_follow_up(draft.case, by=cast.case_worker.actor, on=today(), how="phone", account="x")
    standing = standing_in(cast.case_worker.actor, draft.case)
    with django_assert_num_queries(4):
        block = block_for(draft.case, standing, cast.case_worker.actor)
        assert (block["plans"][0]["goals"], len(block["follow_ups"])) == (many, many)
    with django_assert_num_queries(2):
        assert len(plan_page(draft, standing).goals) == many
