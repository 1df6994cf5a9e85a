"""Administrators look after people and roles; nobody else does, and nobody their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.access.roles import Role
from nrm.accounts import actions, selectors
from nrm.accounts.models import Membership, Organisation, User
from nrm.audit.models import Event
from tests.accounts.walking import audited, walk_in

PAGES = ("people", "invite", "organisations", "add_organisation", "lost_devices")


@pytest.mark.parametrize("page", PAGES)
def test_administration_answers_administrators_only(cast: Any, sign_in: Any, page: Any) -> None:
    for name, player in cast.everybody.items():
        expected = 200 if player.actor.role is Role.ADMINISTRATOR else 403
        assert sign_in(player).get(reverse(f"accounts:{page}")).status_code == expected, name


def test_the_list_shows_people_with_roles_and_filters(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.administrator)
    everybody = client.get(reverse("accounts:people")).content.decode()
    assert all(player.user.display_name in everybody for player in cast.everybody.values())
    filtered = client.get(
        reverse("accounts:people"), {"organisation": cast.organisations.far_shore.pk}
    ).content.decode()
    assert cast.stranger.user.display_name in filtered
    assert cast.case_worker.user.display_name not in filtered
    for nonsense in ({"organisation": "1"}, {"role": "king"}, {"after": "x"}):
        assert client.get(reverse("accounts:people"), nonsense).status_code == 200


def test_d1_the_list_goes_on_page_by_page_without_names_in_addresses(cast: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(selectors, "PAGE", 5)
    seen, after = [], None
    while True:
        page = selectors.people_page(after=after)
        seen += [person.pk for person in page.rows]
        if (after := page.after) is None:
            break
    assert seen == list(User.objects.order_by("display_name", "id").values_list("pk", flat=True))


def test_the_list_costs_the_same_however_long(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.administrator)

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("accounts:people"))
        return len(queries)

    before = cost()
    more = [User(email=f"more{n}@cast.example", display_name=f"More {n}") for n in range(20)]
    User.objects.bulk_create(more)
    Membership.objects.bulk_create(
        Membership(
            user=user, organisation=cast.organisations.open_hand, role=Role.CASE_WORKER, started_at=timezone.now()
        )
        for user in more
    )
    assert cost() == before


def test_a_role_is_given_and_ended_with_history_and_audit(cast: Any, sign_in: Any) -> None:
    client, person = sign_in(cast.administrator), cast.stranger
    client.post(
        reverse("accounts:start_membership", args=[person.user.pk]),
        {"organisation": cast.organisations.open_hand.pk, "role": "case_worker"},
    )
    given = Membership.objects.get(user=person.user, organisation=cast.organisations.open_hand)
    client.post(reverse("accounts:end_membership", args=[person.user.pk, given.pk]))
    given.refresh_from_db()
    assert given.ended_at is not None
    assert [row.history_user_id for row in given.history.all()] == [cast.administrator.user.pk] * 2
    assert audited() == ["membership.started", "membership.ended"]
    assert all(len(event.history) == 1 for event in Event.objects.all())


def test_the_same_role_is_not_given_twice(cast: Any) -> None:
    with pytest.raises(NotYet):
        actions.start_membership(
            cast.case_worker.user.pk,
            organisation_id=cast.organisations.open_hand.pk,
            role=Role.CASE_WORKER,
            by=cast.administrator.actor,
        )


def test_z7_nobody_gives_or_ends_their_own_roles_or_closes_their_own_account(cast: Any) -> None:
    own = {"by": cast.administrator.actor}
    with pytest.raises(NotPermitted):
        actions.start_membership(
            cast.administrator.user.pk,
            organisation_id=cast.organisations.open_hand.pk,
            role=Role.CASE_WORKER,
            **own,
        )
    with pytest.raises(NotPermitted):
        actions.end_membership(cast.administrator.membership.pk, user_id=cast.administrator.user.pk, **own)
    with pytest.raises(NotPermitted):
        actions.deactivate(cast.administrator.user.pk, **own)


def test_the_service_itself_is_no_role_for_people(cast: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=cast.stranger.membership.pk).update(role="clock")


def test_an_account_is_closed_and_opened_again(cast: Any) -> None:
    actions.deactivate(cast.stranger.user.pk, by=cast.administrator.actor)
    with pytest.raises(MovedOn):
        actions.deactivate(cast.stranger.user.pk, by=cast.administrator.actor)
    actions.reactivate(cast.stranger.user.pk, by=cast.administrator.actor)
    assert audited() == ["account.deactivated", "account.reactivated"]


def test_history_of_people_holds_no_password_and_cannot_be_changed(cast: Any) -> None:
    actions.deactivate(cast.stranger.user.pk, by=cast.administrator.actor)
    row = User.history.get(id=cast.stranger.user.pk)
    assert not hasattr(row, "password")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.history.update(display_name="Somebody Else")


def test_a_missing_person_and_somebody_elses_role_are_not_found(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.administrator)
    nobody = cast.stranger.membership.pk
    assert client.get(reverse("accounts:person", args=[nobody])).status_code == 404
    swapped = reverse("accounts:end_membership", args=[cast.case_worker.user.pk, cast.stranger.membership.pk])
    assert client.post(swapped).status_code == 404


def acts_as(client: Any) -> Any:
    return client.get(reverse("accounts:account")).wsgi_request.actor


def test_somebody_with_two_roles_chooses_and_switches(cast: Any) -> None:
    second = actions.start_membership(
        cast.stranger.user.pk,
        organisation_id=cast.organisations.quiet_room.pk,
        role=Role.CLINICIAN,
        by=cast.administrator.actor,
    )
    client = walk_in(cast, cast.stranger)
    assert client.get(reverse("accounts:backup_codes")).status_code == 200
    page = client.get(reverse("accounts:memberships")).content.decode()
    assert "Far Shore" in page
    assert "Quiet Room" in page
    client.post(reverse("accounts:switch_membership"), {"membership": second.pk})
    assert acts_as(client).role is Role.CLINICIAN
    client.post(reverse("accounts:switch_membership"), {"membership": cast.stranger.membership.pk})
    assert acts_as(client) == cast.stranger.actor
    assert audited()[-2:] == ["membership.switched"] * 2


@pytest.mark.parametrize("hostile", ["", "1", "somebody else's", "ended"])
def test_a_role_that_is_not_ones_own_cannot_be_chosen(cast: Any, sign_in: Any, hostile: Any) -> None:
    ids = {"somebody else's": cast.administrator.membership.pk, "ended": cast.stranger.membership.pk}
    client = sign_in(cast.stranger)
    if hostile == "ended":
        actions.end_membership(cast.stranger.membership.pk, user_id=cast.stranger.user.pk, by=cast.administrator.actor)
    answer = client.post(reverse("accounts:switch_membership"), {"membership": ids.get(hostile, hostile)})
    assert answer.status_code == 404


def test_organisations_are_added_changed_and_closed(cast: Any, sign_in: Any) -> None:
    client = sign_in(cast.administrator)
    typed = {"name": "Warm Kitchen", "kind": "ngo", "municipality": "Hill", "accepts_referrals": "on"}
    assert client.post(reverse("accounts:add_organisation"), typed).status_code == 302
    made = Organisation.objects.get(name="Warm Kitchen")
    page = reverse("accounts:organisation", args=[made.pk])
    assert client.post(page, {**typed, "municipality": "Valley"}).status_code == 302
    assert client.post(page, {**typed, "name": ""}).status_code == 422
    assert client.post(page, {**typed, "name": "Open Hand"}).status_code == 422
    client.post(reverse("accounts:close_organisation", args=[made.pk]))
    made.refresh_from_db()
    assert (made.municipality, made.is_active) == ("Valley", False)
    assert audited() == ["organisation.added", "organisation.changed", "organisation.changed"]
