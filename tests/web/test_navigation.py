"""Each role is led to its own work, and nobody before the second factor."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory

from nrm.access.permissions import Permission
from nrm.access.policy import POLICY
from nrm.access.roles import Role
from nrm.web import context


@pytest.fixture(autouse=True)
def all_pages_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "address", lambda view: f"/{view}/")


def items(role: Role | None, view: str = "") -> list[Any]:
    request = RequestFactory().get("/")
    request.actor = SimpleNamespace(role=role) if role else None  # type: ignore[attr-defined]
    request.resolver_match = SimpleNamespace(view_name=view)  # type: ignore[assignment]
    return context.navigation(request)


def urls(role: Role | None) -> set[str]:
    return {item.url.strip("/") for item in items(role)}


def test_nobody_sees_a_navigation() -> None:
    assert items(None) == []


def test_an_administrator_is_led_to_no_case() -> None:
    own = {"accounts:people", "accounts:organisations", "accounts:lost_devices", "notices:outgoing"}
    assert urls(Role.ADMINISTRATOR) == own | {"directory:directory", "desk:country", "desk:mechanism"}


def test_an_auditor_is_led_to_the_log() -> None:
    assert urls(Role.AUDITOR) == {"audit:events", "cases:emergency_register", "desk:country", "desk:mechanism"}


def test_who_asks_whether_a_value_of_the_country_holds() -> None:
    allowed = {rule.role for rule in POLICY[Permission.SEE_PROFILE]}
    assert {role for role in Role if "desk:country" in urls(role)} == allowed


def test_only_a_shelter_is_led_to_places() -> None:
    assert [role for role in Role if "placements:units" in urls(role)] == [Role.SHELTER_WORKER]


def test_who_records_what_was_seen() -> None:
    allowed = {rule.role for rule in POLICY[Permission.OPEN_CASE]}
    assert {role for role in Role if "identification:open_case" in urls(role)} == allowed


@pytest.mark.parametrize(
    ("view", "lit"),
    [
        ("desk:case_list", "desk:case_list"),
        ("identification:open_case_page", "identification:open_case"),
        ("referrals:referral", "referrals:inbox"),
        ("accounts:sessions", None),
    ],
)
def test_the_present_place_is_marked(view: str, lit: str | None) -> None:
    current = [item.url.strip("/") for item in items(Role.CASE_WORKER, view) if item.is_current]
    assert current == ([lit] if lit else [])
