"""Planning a service: who may, with whom, and what the others on the case come to know of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from nrm.access.refusals import NotPermitted, NotVisible, NotYet
from nrm.audit.models import Event
from nrm.cases.models import Participation
from nrm.cases.selectors import standing_in
from nrm.support import actions
from nrm.support.models import Episode
from nrm.support.selectors import block_for, providers_for
from nrm.tasks.models import Task
from tests.support.conftest import SECRET

pytestmark = pytest.mark.django_db


def plan(case: Any, player: Any, organisation: Any, **facts: Any) -> Any:
    return actions.plan_service(
        case, by=player.actor, provider_id=organisation.pk, service=facts.pop("service", "mhpss"), **facts
    )


def test_the_provider_comes_to_see_the_case_and_has_a_task(planned: Any, cast: Any) -> None:
    share = Participation.objects.get(relation="treats")
    assert (share.organisation, share.closed_at) == (cast.organisations.quiet_room, None)
    assert Task.objects.get(kind="start_support").organisation == cast.organisations.quiet_room
    row = planned.history.get()
    assert (row.transition, row.history_user_id) == ("begin", cast.case_worker.actor.user_id)
    event = Event.objects.get(action="support.begin")
    assert (event.case_code, event.subject) == (planned.case.code, f"support.episode:{planned.pk}")


def test_the_goal_is_sealed(planned: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT goal FROM support_episode UNION ALL SELECT goal FROM support_historicalepisode")
        assert all(SECRET.encode() not in bytes(goal) for (goal,) in cursor.fetchall())


def test_the_lead_chooses_among_those_who_give_support(case: Any, cast: Any) -> None:
    offered = {name for _pk, name in providers_for(cast.case_worker.actor, standing_in(cast.case_worker.actor, case))}
    assert offered == {"Open Hand", "Far Shore", "House of Lindens", "Quiet Room", "Centre for Children"}


@pytest.mark.parametrize("organisation", ["linden_street", "prosecution", "coordination", "panel"])
def test_police_and_offices_give_no_service(case: Any, cast: Any, organisation: Any) -> None:
    with pytest.raises(NotPermitted):
        plan(case, cast.case_worker, getattr(cast.organisations, organisation))
    assert not Episode.objects.exists()
    assert not Participation.objects.filter(relation="treats").exists()


def test_a_clinician_who_accepted_a_referral_plans_for_their_own_house_only(case: Any, cast: Any) -> None:
    Participation.objects.create(
        case=case,
        organisation=cast.organisations.quiet_room,
        relation="accepted_referral",
        because="test",
        opened_by=cast.clinician.actor.user_id,
    )
    with pytest.raises(NotPermitted):
        plan(case, cast.clinician, cast.organisations.far_shore)
    assert plan(case, cast.clinician, cast.organisations.quiet_room).provider == cast.organisations.quiet_room


def test_strangers_never_learn_of_it(case: Any, cast: Any) -> None:
    with pytest.raises(NotVisible):
        plan(case, cast.stranger, cast.organisations.far_shore)


def test_the_responder_is_refused(case: Any, cast: Any) -> None:
    with pytest.raises(NotPermitted):
        plan(case, cast.responder, cast.organisations.quiet_room)


def test_nothing_is_planned_in_a_closed_case(case: Any, cast: Any, sign_in: Any) -> None:
    type(case).objects.filter(pk=case.pk).update(stage="closed", closure="goals_reached")
    with pytest.raises(NotYet):
        plan(case, cast.case_worker, cast.organisations.quiet_room)
    typed = {"provider": str(cast.organisations.quiet_room.pk), "service": "legal", "goal": SECRET}
    refused = sign_in(cast.case_worker).post(reverse("support:plan", args=[case.code]), typed)
    assert refused.status_code == 422
    assert SECRET in refused.content.decode()
    assert not Episode.objects.exists()


def test_on_the_page(case: Any, cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.case_worker)
    address = reverse("support:plan", args=[case.code])
    assert "Quiet Room" in client.get(address).content.decode()
    typed = {"provider": str(cast.organisations.quiet_room.pk), "service": "legal", "goal": SECRET}
    refused = client.post(address, typed | {"service": "nonsense"})
    assert refused.status_code == 422
    assert SECRET in refused.content.decode()
    answer = client.post(address, typed)
    assert (answer.status_code, answer["Location"]) == (302, reverse("desk:case_page", args=[case.code]))
    assert sign_in(cast.stranger).get(address).status_code == 404
    assert sign_in(cast.responder).get(address).status_code == 403


def test_another_organisations_id_in_the_form_is_refused(case: Any, cast: Any, sign_in: Any) -> None:
    answer = sign_in(cast.case_worker).post(
        reverse("support:plan", args=[case.code]),
        {"provider": str(cast.organisations.prosecution.pk), "service": "legal"},
    )
    assert answer.status_code == 422


def test_everybody_around_the_person_sees_the_fact_and_no_more(planned: Any, cast: Any, shelter_in: Any) -> None:
    for player in (cast.case_worker, cast.shelter_worker):
        block = block_for(planned.case, standing_in(player.actor, planned.case), player.actor)
        (line,) = block["episodes"]
        assert (line.episode.service, line.is_ours) == ("mhpss", False)
    for player in (cast.responder, cast.coordinator, cast.auditor, cast.officer):
        assert block_for(planned.case, standing_in(player.actor, planned.case), player.actor) is None


@pytest.mark.parametrize("many", [1, 6])
def test_the_block_takes_as_many_queries_whatever_there_is(
    many: int, case: Any, cast: Any, django_assert_num_queries: Any
) -> None:
    for _n in range(many):
        plan(case, cast.case_worker, cast.organisations.quiet_room)
        actions.raise_alert(case, by=cast.case_worker.actor, level="same_day", concern="x", actions="y")
    standing = standing_in(cast.case_worker.actor, case)
    with django_assert_num_queries(2):
        block = block_for(case, standing, cast.case_worker.actor)
        assert (len(block["episodes"]), len(block["open_alerts"])) == (many, many)
        assert [str(line.episode.provider) for line in block["episodes"]]
