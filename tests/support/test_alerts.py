"""A safety alert: raised by whoever is near, seen by everybody around the person, closed by two."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import MovedOn, NotPermitted, NotVisible, NotYet
from nrm.accounts.models import Membership
from nrm.audit.models import Event
from nrm.cases.actions import take_case_step
from nrm.cases.selectors import standing_in
from nrm.lib.clock import now
from nrm.notices.models import Notice
from nrm.support import actions
from nrm.support.models import Alert
from nrm.support.selectors import block_for
from nrm.tasks.models import Task
from workflows.alert import AlertFlow

pytestmark = pytest.mark.django_db

CONCERN = "CANARY-will-not-eat"
ACTIONS = "CANARY-sit-with-her-until-nine"
PLAN = "CANARY-her-aunt-is-the-one-to-call"


def raised_by(player: Any, case: Any, **facts: Any) -> Any:
    typed = {"level": "at_once", "concern": CONCERN, "actions": ACTIONS} | facts
    return actions.raise_alert(case, by=player.actor, **typed)


def take(alert: Any, transition: str, player: Any, **facts: Any) -> Any:
    version = facts.pop("version", alert.version)
    return actions.take_alert_step(alert, transition, by=player.actor, expected_version=version, **facts)


def managed_by(player: Any, alert: Any) -> Any:
    assessing = take(alert, "assess", player)
    return take(assessing, "manage", player, plan=PLAN, actions=ACTIONS)


def line_for(player: Any, case: Any) -> Any:
    block = block_for(case, standing_in(player.actor, case), player.actor)
    return (block["open_alerts"] or [None])[0]


def open_tasks(kind: str) -> Any:
    return {task.organisation.name for task in Task.objects.open().filter(kind=kind)}


# Raising


def test_it_goes_to_the_clinicians_of_the_service(running: Any, cast: Any) -> None:
    alert = raised_by(cast.case_worker, running.case)
    assert (alert.episode, alert.responsible) == (running, cast.organisations.quiet_room)
    assert open_tasks("manage_alert") == {"Quiet Room"}
    assert open_tasks("know_of_alert") == {"Open Hand"}
    told = set(Notice.objects.filter(kind="alert_raised").values_list("recipient__email", flat=True))
    assert "clinician@cast.example" in told
    assert Event.objects.get(action="alert.begin").case_code == running.case.code


def test_before_any_service_it_goes_to_the_lead(case: Any, cast: Any) -> None:
    alert = raised_by(cast.case_worker, case)
    assert (alert.episode, alert.responsible) == (None, cast.organisations.open_hand)
    assert open_tasks("manage_alert") == {"Open Hand"}


def test_a_service_without_clinicians_cannot_act_so_the_lead_does(case: Any, cast: Any) -> None:
    actions.plan_service(case, by=cast.case_worker.actor, provider_id=cast.organisations.far_shore.pk, service="legal")
    assert raised_by(cast.case_worker, case).responsible == cast.organisations.open_hand


def test_a_clinician_who_left_does_not_count(running: Any, cast: Any) -> None:
    Membership.objects.filter(pk=cast.clinician.membership.pk).update(ended_at=now())
    assert raised_by(cast.case_worker, running.case).responsible == cast.organisations.open_hand


def test_a_clinicians_own_house_comes_first(running: Any, cast: Any, join: Any) -> None:
    other = join(cast.organisations.far_shore, "clinician")
    actions.plan_service(
        running.case, by=cast.case_worker.actor, provider_id=cast.organisations.far_shore.pk, service="health"
    )
    assert raised_by(other, running.case).responsible == cast.organisations.far_shore
    assert raised_by(cast.case_worker, running.case).responsible == cast.organisations.quiet_room


def test_the_shelter_raises_it_too(case: Any, cast: Any, shelter_in: Any) -> None:
    assert raised_by(cast.shelter_worker, case).state == "raised"


def test_others_do_not(case: Any, cast: Any) -> None:
    for player in (cast.responder, cast.coordinator, cast.auditor):
        with pytest.raises(NotPermitted):
            raised_by(player, case)
    for player in (cast.stranger, cast.administrator, cast.prosecution_officer):
        with pytest.raises(NotVisible):
            raised_by(player, case)


def test_what_is_written_is_sealed(running: Any, cast: Any) -> None:
    managed_by(cast.clinician, raised_by(cast.case_worker, running.case))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT concern, plan, actions FROM support_alert "
            "UNION ALL SELECT concern, plan, actions FROM support_historicalalert"
        )
        cells = [bytes(cell) for row in cursor.fetchall() for cell in row if cell is not None]
    assert len(cells) > 6
    assert not any(b"CANARY" in cell for cell in cells)
    assert "CANARY" not in str(list(Event.objects.values_list("data", flat=True)))


# Who sees what


def test_everybody_around_the_person_sees_level_and_actions(running: Any, cast: Any, shelter_in: Any) -> None:
    raised_by(cast.case_worker, running.case)
    for player in (cast.case_worker, cast.shelter_worker, cast.clinician):
        line = line_for(player, running.case)
        assert (line.alert.level, line.actions) == ("at_once", ACTIONS)


def test_concern_and_plan_are_for_those_who_act(running: Any, cast: Any, shelter_in: Any, sign_in: Any) -> None:
    managed_by(cast.clinician, raised_by(cast.shelter_worker, running.case))
    acting = line_for(cast.clinician, running.case)
    assert (acting.concern, acting.plan) == (CONCERN, PLAN)
    for player in (cast.case_worker, cast.shelter_worker):
        line = line_for(player, running.case)
        assert (line.concern, line.plan, line.actions) == ("", "", ACTIONS)
        html = sign_in(player).get(reverse("desk:case_page", args=[running.case.code])).content.decode()
        assert ACTIONS in html
        assert CONCERN not in html
        assert PLAN not in html


def test_the_lead_that_acts_itself_reads_it(case: Any, cast: Any) -> None:
    raised_by(cast.case_worker, case)
    assert line_for(cast.second_case_worker, case).concern == CONCERN


def test_a_case_worker_of_a_house_that_treats_and_leads_does_not_read_what_is_clinical(
    consented: Any, cast: Any, join: Any
) -> None:
    """Open Hand leads the case and has a clinician of its own."""
    clinician = join(cast.organisations.open_hand, "clinician")
    actions.plan_service(
        consented, by=cast.case_worker.actor, provider_id=cast.organisations.open_hand.pk, service="mhpss"
    )
    alert = raised_by(cast.case_worker, consented)
    assert line_for(cast.case_worker, consented).concern == ""
    with pytest.raises(NotYet) as refusal:
        take(alert, "assess", cast.case_worker)
    assert "clinician" in str(refusal.value.sentence)
    assert take(alert, "assess", clinician).state == "assessing"


# Acting on it


def test_assessing_and_a_plan(running: Any, cast: Any) -> None:
    alert = managed_by(cast.clinician, raised_by(cast.case_worker, running.case))
    assert (alert.state, alert.managed_by) == ("managed", cast.clinician.actor.user_id)
    assert open_tasks("manage_alert") == open_tasks("know_of_alert") == set()
    assert open_tasks("close_alert") == {"Quiet Room"}
    row = alert.history.latest("history_id")
    assert (row.transition, row.source_state) == ("alert.manage", "assessing")


def test_the_lead_assesses_and_plans_where_there_is_no_service(case: Any, cast: Any) -> None:
    assert managed_by(cast.case_worker, raised_by(cast.case_worker, case)).state == "managed"


def test_only_those_who_are_responsible_assess(running: Any, cast: Any, shelter_in: Any) -> None:
    alert = raised_by(cast.shelter_worker, running.case)
    for player in (cast.case_worker, cast.shelter_worker, cast.responder):
        with pytest.raises(NotPermitted):
            take(alert, "assess", player)
    with pytest.raises(NotVisible):
        take(alert, "assess", cast.stranger)


def test_who_comes_second_is_told(running: Any, cast: Any, second_clinician: Any) -> None:
    alert = raised_by(cast.case_worker, running.case)
    take(alert, "assess", cast.clinician)
    with pytest.raises(MovedOn):
        take(alert, "assess", second_clinician)


def test_closing_needs_a_second_person_and_a_reason(running: Any, cast: Any, second_clinician: Any) -> None:
    alert = managed_by(cast.clinician, raised_by(cast.case_worker, running.case))
    with pytest.raises(NotYet) as refusal:
        take(alert, "close", cast.clinician, reason="Safe now")
    assert "second person" in str(refusal.value.sentence)
    with pytest.raises(NotYet):
        take(alert, "close", second_clinician)
    assert take(alert, "close", second_clinician, reason="Safe now").state == "closed"
    assert not Task.objects.open().filter(kind__contains="alert").exists()


def test_the_lead_can_be_the_second_person(running: Any, cast: Any) -> None:
    alert = managed_by(cast.clinician, raised_by(cast.case_worker, running.case))
    assert take(alert, "close", cast.case_worker, reason="Agreed with the clinician").state == "closed"
    block = block_for(running.case, standing_in(cast.case_worker.actor, running.case), cast.case_worker.actor)
    assert (len(block["open_alerts"]), len(block["closed_alerts"])) == (0, 1)


def test_the_shelter_does_not_close_it(running: Any, cast: Any, shelter_in: Any) -> None:
    alert = managed_by(cast.clinician, raised_by(cast.case_worker, running.case))
    with pytest.raises(NotPermitted):
        take(alert, "close", cast.shelter_worker, reason="Quiet")


def test_assessed_again_when_the_danger_is_back(running: Any, cast: Any) -> None:
    alert = managed_by(cast.clinician, raised_by(cast.case_worker, running.case))
    again = take(alert, "assess_again", cast.clinician, reason="A call in the night")
    assert again.state == "assessing"
    assert open_tasks("manage_alert") == {"Quiet Room"}
    assert open_tasks("close_alert") == set()


# Passing it on


def test_the_lead_takes_it_over_when_nobody_acts_and_does_not_inherit_the_plan(running: Any, cast: Any) -> None:
    alert = managed_by(cast.clinician, raised_by(cast.case_worker, running.case))
    again = take(alert, "assess_again", cast.clinician, reason="A call in the night")
    ours = take(again, "pass_on", cast.case_worker, reason="Nobody there at night", to="lead")
    assert (ours.state, ours.episode, ours.responsible) == ("raised", None, cast.organisations.open_hand)
    assert open_tasks("manage_alert") == {"Open Hand"}
    assert line_for(cast.case_worker, running.case).plan == ""


def test_the_lead_hands_it_to_a_service_that_came_later(consented: Any, cast: Any) -> None:
    alert = raised_by(cast.case_worker, consented)
    episode = actions.plan_service(
        consented, by=cast.case_worker.actor, provider_id=cast.organisations.quiet_room.pk, service="mhpss"
    )
    theirs = take(alert, "pass_on", cast.case_worker, reason="They know her", to=str(episode.pk))
    assert (theirs.episode, theirs.responsible) == (episode, cast.organisations.quiet_room)
    assert open_tasks("manage_alert") == {"Quiet Room"}


def test_it_is_passed_on_with_a_reason_to_somebody_who_can_act(running: Any, cast: Any) -> None:
    alert = raised_by(cast.case_worker, running.case)
    with pytest.raises(NotYet):
        take(alert, "pass_on", cast.case_worker, to="lead")
    with pytest.raises(NotYet):
        take(alert, "pass_on", cast.case_worker, reason="x", to=str(running.pk))
    with pytest.raises(NotYet):
        take(alert, "pass_on", cast.case_worker, reason="x", to="nonsense")
    with pytest.raises(NotPermitted):
        take(alert, "pass_on", cast.clinician, reason="x", to="lead")


# The case, and the pages


def test_a_case_is_not_closed_over_an_open_alert(case: Any, cast: Any) -> None:
    raised_by(cast.case_worker, case)
    with pytest.raises(NotYet) as refusal:
        take_case_step(
            case,
            "close",
            by=cast.case_worker.actor,
            expected_version=case.version,
            reason="x",
            closure="goals_reached",
        )
    assert "safety alert" in str(refusal.value.sentence)


def test_raising_on_the_page(running: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("support:raise_alert", args=[running.case.code])
    html = client.get(address).content.decode()
    assert "Quiet Room" in html
    assert "style=" not in html
    refused = client.post(address, {"concern": CONCERN})
    assert refused.status_code == 422
    assert CONCERN in refused.content.decode()
    answer = client.post(address, {"level": "same_day", "concern": CONCERN, "actions": ACTIONS}, follow=True)
    assert ACTIONS in answer.content.decode()
    assert sign_in(cast.stranger).get(address).status_code == 404
    assert sign_in(cast.responder).get(address).status_code == 403


def test_steps_on_the_page(running: Any, cast: Any, sign_in: Any) -> None:
    alert = raised_by(cast.case_worker, running.case)
    clinician, lead = sign_in(cast.clinician), sign_in(cast.case_worker)

    def page(transition: str) -> Any:
        return reverse("support:alert_step", args=[alert.pk, transition])

    assert lead.get(page("assess")).status_code == 403
    assert clinician.post(page("assess"), {"version": 1}).status_code == 302
    form = clinician.get(page("manage")).content.decode()
    assert ACTIONS in form
    assert lead.get(page("manage")).status_code == 403
    typed = {"version": 2, "plan": PLAN, "actions": ACTIONS}
    refused = clinician.post(page("manage"), typed | {"actions": ""})
    assert refused.status_code == 422
    assert PLAN in refused.content.decode()
    assert clinician.post(page("manage"), typed).status_code == 302
    again = clinician.post(page("close"), {"version": 3, "reason": "Safe"})
    assert again.status_code == 422
    assert "second person" in again.content.decode()
    assert lead.post(page("close"), {"version": 3, "reason": "Safe"}).status_code == 302
    assert Alert.objects.get().state == "closed"
    assert sign_in(cast.stranger).get(page("close")).status_code == 404


def test_the_form_of_a_plan_shows_it_to_nobody_else(consented: Any, cast: Any, join: Any, sign_in: Any) -> None:
    clinician = join(cast.organisations.open_hand, "clinician")
    actions.plan_service(
        consented, by=cast.case_worker.actor, provider_id=cast.organisations.open_hand.pk, service="mhpss"
    )
    alert = managed_by(clinician, raised_by(cast.case_worker, consented))
    take(alert, "assess_again", clinician, reason="x")
    answer = sign_in(cast.case_worker).get(reverse("support:alert_step", args=[alert.pk, "manage"]))
    assert answer.status_code == 403
    assert PLAN not in answer.content.decode()


def test_passing_on_at_the_page(running: Any, cast: Any, sign_in: Any) -> None:
    alert = raised_by(cast.case_worker, running.case)
    address = reverse("support:alert_step", args=[alert.pk, "pass_on"])
    client = sign_in(cast.case_worker)
    assert "Open Hand" in client.get(address).content.decode()
    assert client.post(address, {"version": 1, "reason": "x", "to": "nonsense"}).status_code == 422
    assert client.post(address, {"version": 1, "reason": "x", "to": "lead"}).status_code == 302
    assert Alert.objects.get().responsible == cast.organisations.open_hand


def test_the_page_says_when_nobody_else_can_act(case: Any, cast: Any, sign_in: Any) -> None:
    alert = raised_by(cast.case_worker, case)
    html = sign_in(cast.case_worker).get(reverse("support:alert_step", args=[alert.pk, "pass_on"])).content.decode()
    assert "Nobody else can act yet" in html


def test_every_step_of_the_machine_has_a_test_here() -> None:
    assert {edge.name for edge in AlertFlow.edges()} == {"assess", "manage", "close", "assess_again", "pass_on"}
