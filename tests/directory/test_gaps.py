"""The map of gaps against a table of invented services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nrm.access.refusals import NotPermitted
from nrm.directory.gaps import gaps_map
from nrm.lib.clock import today
from nrm.lib.days import add_months

#: Service, what is offered, and what the map says in the cantons of Tuzla and Posavina, and in Brčko.
TABLE: tuple[tuple[str, list[dict[str, Any]], tuple[str, ...]], ...] = (
    ("legal", [{}], ("offered", "offered", "offered")),
    ("health", [{"regions": ["FBIH"]}], ("offered", "offered", "missing")),
    ("mhpss", [{"regions": ["FBIH-03"], "is_full": True}], ("full", "missing", "missing")),
    ("documents", [{"regions": ["FBIH-03"], "state": "stopped"}], ("stopped", "missing", "missing")),
    ("transport", [{"licence_valid_until": today() - timedelta(days=1)}], ("stopped", "stopped", "stopped")),
    ("training", [{"confirmed_on": add_months(today(), -15)}], ("unconfirmed", "unconfirmed", "unconfirmed")),
    (
        "employment",
        [{"is_full": True}, {"regions": ["FBIH-02"]}, {"regions": ["BD"], "state": "stopped"}],
        ("full", "offered", "full"),
    ),
    ("education", [{"state": "draft"}, {"state": "withdrawn"}], ("missing", "missing", "missing")),
    ("child_care", [{"age_groups": ["child"]}], ("offered", "offered", "offered")),
    ("mentoring", [], ("missing", "missing", "missing")),
)


@pytest.fixture
def bosnia(settings: Any) -> None:
    settings.NRM_COUNTRY = "ba"


def shown(found: Any, service: str) -> dict[str, str]:
    row = next(row for row in found.rows if row.service == service)
    return {cell.column.code: cell.offer.value for cell in row.cells}


def test_every_kind_of_offer_in_every_region(
    bosnia: None, cast: Any, write: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    for service, offers, _expected in TABLE:
        for offer in offers:
            write(cast.organisations.open_hand, service=service, **offer)
    with django_assert_num_queries(1):
        found = gaps_map(cast.coordinator.actor)
    brcko = next(column.code for column in found.columns if str(column.name).startswith("Br"))
    for service, _offers, expected in TABLE:
        row = shown(found, service)
        if service != "employment":
            assert (row["FBIH-03"], row["FBIH-02"], row[brcko]) == expected, service
    assert shown(found, "employment")["FBIH-02"] == "offered"
    assert [group.is_divided for group in found.groups].count(True) == 1


def test_for_whom_and_where(bosnia: None, cast: Any, write: Callable[..., Any]) -> None:
    write(cast.organisations.open_hand, sexes=["woman"], age_groups=["adult"])
    offers = {
        whom: shown(gaps_map(cast.coordinator.actor, whom=whom), "legal")["FBIH-03"]
        for whom in ("", "women", "men", "children")
    }
    assert offers == {"": "offered", "women": "offered", "men": "missing", "children": "missing"}
    within = gaps_map(cast.coordinator.actor, region="FBIH")
    assert {column.code[:4] for column in within.columns} == {"FBIH"}


def test_the_page_shows_the_table_and_the_picture_and_who_was_turned_away(
    cast: Any, write: Callable[..., Any], sign_in: Callable[[Any], Client], case: Any
) -> None:
    from nrm.lib.clock import now
    from nrm.referrals.models import Referral

    write(cast.organisations.open_hand)
    for state, reason in (("declined", "no_capacity"), ("declined", "no_capacity"), ("expired", "")):
        Referral.objects.create(
            case=case,
            sender=cast.organisations.open_hand,
            receiver=cast.organisations.far_shore,
            service="legal",
            state=state,
            decline_reason=reason,
            sent_at=now(),
            prepared_by=cast.case_worker.user.pk,
        )
    answer = sign_in(cast.coordinator).get(reverse("desk:gaps"))
    line = next(line for line in answer.context["lines"] if line.service == "legal")
    assert (line.turned_away.no_capacity, line.turned_away.unanswered) == (2, 1)
    body = answer.content.decode()
    assert body.count("<svg") >= 1
    assert 'scope="col"' in body
    assert 'scope="row"' in body


def test_a_stranger_has_no_map(cast: Any, sign_in: Callable[[Any], Client]) -> None:
    with pytest.raises(NotPermitted):
        gaps_map(cast.stranger.actor)
    assert sign_in(cast.stranger).get(reverse("desk:gaps")).status_code == 403
