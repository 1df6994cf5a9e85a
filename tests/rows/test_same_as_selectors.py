"""What the database shows is what the selectors show: for everybody of the cast, in every situation of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from nrm.access.permissions import Permission
from nrm.access.relations import Relation
from nrm.access.rows import seen_by
from nrm.cases.models import Case, CaseBar, Participation
from nrm.cases.selectors import cases_visible_to, standing_in

Situation = Callable[[Any, Any], object]


def taking_part(case: Any, player: Any, relation: Relation, **columns: Any) -> Participation:
    values = {"organisation_id": player.actor.organisation_id, "opened_by": player.actor.user_id, "because": "x"}
    return Participation.objects.create(case=case, relation=relation, **{**values, **columns})


def everybody(relation: Relation, **columns: Any) -> Situation:
    """One row for the organisation of each of the cast, one an organisation."""

    def there(case: Any, cast: Any) -> None:
        Participation.objects.all().delete()
        for player in {player.actor.organisation_id: player for player in cast.everybody.values()}.values():
            taking_part(case, player, relation, **columns)

    return there


def in_person(relation: Relation, **columns: Any) -> Situation:
    def there(case: Any, cast: Any) -> None:
        Participation.objects.all().delete()
        for player in cast.everybody.values():
            taking_part(case, player, relation, user_id=player.actor.user_id, **columns)

    return there


def everybody_barred(case: Any, cast: Any) -> None:
    for player in cast.everybody.values():
        bar(case, player)


def bar(case: Any, player: Any, **columns: Any) -> None:
    user_id = player.actor.user_id
    CaseBar.objects.create(**{"case": case, "user_id": user_id, "reason": "other", "barred_by": user_id, **columns})


def with_a_team(case: Any, cast: Any) -> None:
    taking_part(case, cast.case_worker, Relation.LEADS, user_id=cast.case_worker.actor.user_id)


def with_a_team_that_left(case: Any, cast: Any) -> None:
    with_a_team(case, cast)
    membership = cast.case_worker.membership
    membership.ended_at = timezone.now()
    membership.save()


def with_an_absent_cover(case: Any, cast: Any) -> None:
    over = timezone.now() - timedelta(minutes=1)
    taking_part(case, cast.case_worker, Relation.LEADS, user_id=cast.case_worker.actor.user_id, ends_at=over)


def restricted(case: Any, cast: Any) -> None:
    Case.objects.update(is_restricted=True)


def restricted_with_a_team(case: Any, cast: Any) -> None:
    restricted(case, cast)
    with_a_team(case, cast)


def leading_and(relation: Relation) -> Situation:
    """Each organisation leads, with one of its people in the team, and stands in another relation as well."""

    def there(case: Any, cast: Any) -> None:
        everybody(relation)(case, cast)
        for player in {player.actor.organisation_id: player for player in cast.everybody.values()}.values():
            taking_part(case, player, Relation.LEADS)
        with_a_team(case, cast)

    return there


def led_by_a_team(case: Any, cast: Any) -> None:
    everybody(Relation.LED)(case, cast)
    taking_part(case, cast.case_worker, Relation.LED, user_id=cast.case_worker.actor.user_id)


def led_and_restricted(case: Any, cast: Any) -> None:
    everybody(Relation.LED)(case, cast)
    restricted(case, cast)


SITUATIONS: Mapping[str, Situation] = {
    "as it was opened": lambda case, cast: None,
    "nobody takes part": lambda case, cast: Participation.objects.all().delete(),
    **{f"every organisation: {relation}": everybody(relation) for relation in Relation if relation != "broke_glass"},
    **{f"in person: {relation}": in_person(relation) for relation in Relation if relation != "broke_glass"},
    "ran out": everybody(Relation.ACCEPTED_REFERRAL, ends_at=timezone.now() - timedelta(hours=1)),
    "runs out": everybody(Relation.ACCEPTED_REFERRAL, ends_at=timezone.now() + timedelta(days=1)),
    "closed": everybody(Relation.LEADS, closed_at=timezone.now(), closed_by=Case().pk),
    "everybody is kept away": everybody_barred,
    "one is kept away": lambda case, cast: bar(case, cast.case_worker),
    "one was kept away": lambda case, cast: bar(case, cast.case_worker, state="lifted"),
    "a team": with_a_team,
    "a team that left": with_a_team_that_left,
    "a cover whose time is over": with_an_absent_cover,
    "leads with a team, and reported": leading_and(Relation.REPORTED),
    "leads with a team, and led before": leading_and(Relation.LED),
    "leads with a team, and accepted a referral": leading_and(Relation.ACCEPTED_REFERRAL),
    "was led by a team": led_by_a_team,
    "was led, and is restricted": led_and_restricted,
    "restricted": restricted,
    "restricted with a team": restricted_with_a_team,
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_database_says_what_the_selectors_say(situation: str, case: Any, cast: Any) -> None:
    SITUATIONS[situation](case, cast)
    case.refresh_from_db()
    actors = {
        f"{name}, supervisor" if supervises else name: replace(player.actor, is_supervisor=supervises)
        for name, player in cast.everybody.items()
        for supervises in (False, True)
    }
    by_selectors = {name for name, actor in actors.items() if cases_visible_to(actor).exists()}
    by_standing = {name for name, actor in actors.items() if standing_in(actor, case).may(Permission.SEE_CASE)}
    assert {name for name, actor in actors.items() if is_shown(actor)} == by_selectors == by_standing


def is_shown(actor: Any) -> bool:
    with seen_by(actor):
        return Case.objects.exists()


def test_emergency_access_shows_one_case_though_no_list_includes_it(case: Any, cast: Any) -> None:
    stranger = cast.stranger
    own = {"user_id": stranger.actor.user_id, "ends_at": timezone.now() + timedelta(minutes=59)}
    row = taking_part(case, stranger, Relation.BROKE_GLASS, **own)
    assert is_shown(stranger.actor)
    assert not cases_visible_to(stranger.actor).exists()
    Participation.objects.filter(pk=row.pk).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert not is_shown(stranger.actor)
