"""A new service has nobody in it: a command invites the first two administrators, and no third."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from nrm.accounts.models import Membership, User

ANA = {"email": "ana@operator.example", "name": "Ana Birch", "organisation": "Service Operator"}
EMIN = {"email": "emin@operator.example", "name": "Emin Willow", "organisation": "Service Operator"}


def invite(person: dict[str, str]) -> str:
    out = io.StringIO()
    call_command("first_administrator", **person, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_two_are_invited_by_link_and_a_third_is_refused() -> None:
    assert "/invitation/" in invite(ANA)
    assert "/invitation/" in invite(EMIN)
    assert Membership.objects.filter(role="administrator").count() == 2
    assert not any(user.has_usable_password() for user in User.objects.all())
    with pytest.raises(CommandError):
        invite({**ANA, "email": "third@operator.example"})


@pytest.mark.django_db
def test_the_same_address_twice_is_refused() -> None:
    invite(ANA)
    with pytest.raises(CommandError):
        invite(ANA)


def test_where_there_are_administrators_it_does_nothing(cast: Any) -> None:
    with pytest.raises(CommandError):
        invite(ANA)


@pytest.mark.django_db
def test_what_it_did_verifies() -> None:
    invite(ANA)
    call_command("audit", "verify", stdout=io.StringIO())
