"""A16: a second factor is removed by two administrators together, and in no other way; the password goes with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from nrm.access.refusals import MovedOn, NotPermitted, NotYet
from nrm.access.roles import Role
from nrm.accounts import actions
from nrm.accounts.actions.sessions import actor_of
from nrm.accounts.models import BackupCode, ResetReason, SecondFactorReset, TotpDevice
from nrm.audit.models import Event
from tests.accounts.walking import give_password


@pytest.fixture
def request_for(cast: Any) -> Any:
    def requested(player: Any, by: Any = None) -> Any:
        return actions.request_reset(player.user.pk, reason=ResetReason.LOST, by=(by or cast.administrator).actor)

    return requested


def confirm(cast: Any, reset: Any, by: Any, code: Any = None) -> Any:
    code = code or cast.code_for(by)
    actions.confirm_reset(reset.pk, code=code, by=by.actor)


def test_a16_two_administrators_remove_it_and_the_person_sets_up_another(
    cast: Any, sign_in: Any, request_for: Any
) -> None:
    session = sign_in(cast.case_worker)
    actions.make_backup_codes(cast.case_worker.user.pk)
    first, second = sign_in(cast.administrator), sign_in(cast.second_administrator)
    first.post(reverse("accounts:request_reset", args=[cast.case_worker.user.pk]), {"reason": "lost"})
    reset = SecondFactorReset.objects.get()
    answer = second.post(
        reverse("accounts:confirm_reset", args=[reset.pk]), {"code": cast.code_for(cast.second_administrator)}
    )
    assert answer.status_code == 200
    assert not TotpDevice.objects.filter(user=cast.case_worker.user).exists()
    assert not BackupCode.objects.filter(user=cast.case_worker.user).exists()
    assert session.get(reverse("accounts:account")).headers["Location"].startswith(reverse("accounts:sign_in"))
    assert give_password(Client(), cast.case_worker, cast.password).status_code == 422
    visitor, chosen = Client(), "four herons above a slow river"
    opened = visitor.get(answer.context["address"])
    typed = {"new_password": chosen, "new_password_again": chosen, "language": "en"}
    visitor.post(opened.headers["Location"], typed)
    assert give_password(Client(), cast.case_worker, chosen).headers["Location"] == reverse("accounts:enrol")
    events = Event.objects.filter(action__startswith="second_factor.reset").order_by("sequence")
    assert [event.user_id for event in events] == [cast.administrator.user.pk, cast.second_administrator.user.pk]


def test_a16_z7_who_asked_cannot_confirm(cast: Any, sign_in: Any, request_for: Any) -> None:
    reset = request_for(cast.case_worker)
    with pytest.raises(NotPermitted):
        confirm(cast, reset, cast.administrator)
    page = reverse("accounts:confirm_reset", args=[reset.pk])
    assert sign_in(cast.administrator).post(page, {"code": cast.code_for(cast.administrator)}).status_code == 403
    assert Event.objects.latest("sequence").action == "request.refused"
    assert TotpDevice.objects.filter(user=cast.case_worker.user).exists()


def test_a16_z7_a_puppet_does_not_count_as_the_second(cast: Any, request_for: Any) -> None:
    """An administrator cannot make the second one they need; whom a third made may confirm."""
    operator = cast.organisations.operator.pk
    puppet = actions.start_membership(
        cast.stranger.user.pk, organisation_id=operator, role=Role.ADMINISTRATOR, by=cast.administrator.actor
    )
    reset = request_for(cast.case_worker)
    with pytest.raises(NotPermitted):
        actions.confirm_reset(reset.pk, code=cast.code_for(cast.stranger), by=actor_of(puppet))
    assert TotpDevice.objects.filter(user=cast.case_worker.user).exists()
    actions.withdraw_reset(reset.pk, by=cast.administrator.actor)
    other = request_for(cast.case_worker, by=cast.second_administrator)
    actions.confirm_reset(other.pk, code=cast.code_for(cast.stranger), by=actor_of(puppet))
    assert not TotpDevice.objects.filter(user=cast.case_worker.user).exists()


def test_a16_z7_nobody_asks_or_confirms_for_themselves(cast: Any, request_for: Any) -> None:
    with pytest.raises(NotPermitted):
        request_for(cast.administrator)
    reset = request_for(cast.second_administrator)
    with pytest.raises(NotPermitted):
        confirm(cast, reset, cast.second_administrator)


def test_the_database_refuses_the_same_even_past_the_actions(cast: Any, request_for: Any) -> None:
    reset = request_for(cast.case_worker)
    for user in (cast.administrator.user, cast.case_worker.user):
        with pytest.raises(IntegrityError), transaction.atomic():
            SecondFactorReset.objects.filter(pk=reset.pk).update(confirmed_by=user, confirmed_at=timezone.now())


def test_a16_a_wrong_code_of_the_second_administrator_removes_nothing(
    cast: Any, sign_in: Any, request_for: Any
) -> None:
    reset = request_for(cast.case_worker)
    with pytest.raises(NotYet):
        confirm(cast, reset, cast.second_administrator, code="000000")
    answer = sign_in(cast.second_administrator).post(
        reverse("accounts:confirm_reset", args=[reset.pk]), {"code": "000000"}
    )
    assert answer.status_code == 422
    assert Event.objects.latest("sequence").action == "second_factor.failed"
    assert TotpDevice.objects.filter(user=cast.case_worker.user).exists()


def test_a_request_is_confirmed_once_and_not_after_it_was_withdrawn(cast: Any, request_for: Any) -> None:
    reset = request_for(cast.case_worker)
    actions.withdraw_reset(reset.pk, by=cast.administrator.actor)
    with pytest.raises(MovedOn):
        confirm(cast, reset, cast.second_administrator)


def test_one_request_a_person_at_a_time(cast: Any, request_for: Any) -> None:
    request_for(cast.case_worker)
    with pytest.raises(NotYet):
        request_for(cast.case_worker, by=cast.second_administrator)


def test_a16_nobody_but_an_administrator_asks(cast: Any, sign_in: Any) -> None:
    for name in ("case_worker", "coordinator", "auditor", "stranger"):
        client = sign_in(getattr(cast, name))
        answer = client.post(reverse("accounts:request_reset", args=[cast.officer.user.pk]), {"reason": "lost"})
        assert answer.status_code == 403, name
    assert Event.objects.filter(action="request.refused").count() == 4
    assert not SecondFactorReset.objects.exists()
