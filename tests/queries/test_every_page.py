"""How many queries every page takes, and that more rows do not mean more of them. A page without a row fails."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nrm.accounts import middleware
from tests.addresses import ADDRESSES, PLAYERS, address
from tests.hostile.asking import undone
from tests.queries.more import add_one_of_each
from tests.whole import Whole

#: Page: who asks for it, and the number of queries of the whole request: session, reader, page and its audit event.
PAGES: dict[str, tuple[str, int]] = {
    "accounts:account": ("case_worker", 10),
    "accounts:activity": ("case_worker", 6),
    "accounts:add_organisation": ("administrator", 5),
    "accounts:add_passkey": ("case_worker", 4),
    "accounts:backup_codes": ("case_worker", 4),
    "accounts:enrol": ("case_worker", 6),
    "accounts:invite": ("administrator", 6),
    "accounts:lost_devices": ("administrator", 5),
    "accounts:memberships": ("case_worker", 5),
    "accounts:organisation": ("administrator", 6),
    "accounts:organisations": ("administrator", 5),
    "accounts:passkeys": ("case_worker", 6),
    "accounts:password": ("case_worker", 6),
    "accounts:people": ("administrator", 8),
    "accounts:person": ("administrator", 11),
    "accounts:pledge": ("case_worker", 5),
    "accounts:sessions": ("case_worker", 5),
    "accounts:sign_in": ("nobody", 0),
    "audit:events": ("auditor", 14),
    "cases:absences": ("case_worker", 5),
    "cases:add_member": ("case_worker", 7),
    "cases:add_document": ("case_worker", 9),
    "cases:add_note": ("case_worker", 7),
    "cases:assess_best_interests": ("case_worker", 7),
    "cases:assess_risk": ("case_worker", 7),
    "cases:bar_step": ("case_worker", 8),
    "cases:basis_step": ("case_worker", 8),
    "cases:consent_sheet": ("case_worker", 7),
    "cases:consent_step": ("case_worker", 8),
    "cases:cover_absence": ("case_worker", 7),
    "cases:declare_conflict": ("case_worker", 7),
    "cases:document": ("case_worker", 12),
    "cases:emergency": ("case_worker", 7),
    "cases:emergency_register": ("auditor", 12),
    "cases:erase": ("coordinator", 7),
    "cases:extend_clock": ("case_worker", 8),
    "cases:hand_over": ("case_worker", 10),
    "cases:identity": ("case_worker", 6),
    "cases:keep_away": ("case_worker", 10),
    "cases:link": ("case_worker", 7),
    "cases:offer_lead": ("case_worker", 11),
    "cases:propose_erasure": ("case_worker", 7),
    "cases:original": ("case_worker", 12),
    "cases:record_age": ("case_worker", 9),
    "cases:record_basis": ("case_worker", 8),
    "cases:record_consent": ("case_worker", 8),
    "cases:record_guardian": ("case_worker", 7),
    "cases:restriction": ("case_worker", 7),
    "cases:retention_step": ("case_worker", 7),
    "cases:remove_document": ("case_worker", 7),
    "cases:review_emergency": ("case_worker", 9),
    "cases:sharing": ("case_worker", 14),
    "cases:step": ("case_worker", 8),
    "cases:team_step": ("case_worker", 7),
    "cases:track_step": ("case_worker", 10),
    "conferences:agenda": ("case_worker", 7),
    "conferences:answer": ("shelter_worker", 10),
    "conferences:call": ("case_worker", 8),
    "conferences:decide": ("case_worker", 14),
    "conferences:decision": ("case_worker", 20),
    "conferences:drop": ("case_worker", 12),
    "conferences:invite": ("case_worker", 8),
    "conferences:move": ("case_worker", 12),
    "conferences:page": ("case_worker", 17),
    "conferences:person": ("case_worker", 12),
    "conferences:point": ("case_worker", 14),
    "conferences:step": ("case_worker", 9),
    "desk:case_list": ("case_worker", 11),
    "desk:case_page": ("case_worker", 52),
    "desk:country": ("administrator", 9),
    "desk:gaps": ("coordinator", 6),
    "desk:left_before": ("case_worker", 13),
    "desk:mechanism": ("case_worker", 4),
    "desk:my_work": ("case_worker", 9),
    "desk:task": ("case_worker", 15),
    "desk:comment_on_task": ("case_worker", 8),
    "desk:hand_on_task": ("case_worker", 10),
    "desk:put_off_task": ("case_worker", 7),
    "desk:give_task": ("case_worker", 12),
    "desk:readers": ("case_worker", 13),
    "desk:search": ("case_worker", 4),
    "desk:stop_using": ("responder", 14),
    "directory:add": ("case_worker", 6),
    "directory:add_outside": ("case_worker", 5),
    "directory:assess": ("coordinator", 5),
    "directory:change": ("case_worker", 6),
    "directory:directory": ("case_worker", 5),
    "directory:listing": ("case_worker", 6),
    "directory:ours": ("case_worker", 5),
    "directory:queue": ("coordinator", 5),
    "directory:step": ("case_worker", 6),
    "identification:begin_screening": ("case_worker", 7),
    "identification:change_focus": ("case_worker", 7),
    "identification:danger": ("case_worker", 4),
    "identification:decision": ("officer", 28),
    "identification:docket": ("officer", 16),
    "identification:open_case": ("case_worker", 8),
    "identification:open_case_page": ("case_worker", 8),
    "identification:record_court_view": ("case_worker", 7),
    "identification:screening": ("case_worker", 13),
    "identification:screening_step": ("case_worker", 8),
    "identification:sign_decision": ("officer", 15),
    "identification:status_step": ("case_worker", 8),
    "identification:take_back_decision": ("officer", 9),
    "notices:mail": ("case_worker", 7),
    "notices:outgoing": ("administrator", 8),
    "placements:add_unit": ("shelter_worker", 5),
    "placements:change_unit": ("shelter_worker", 6),
    "placements:page": ("case_worker", 11),
    "placements:request": ("case_worker", 9),
    "placements:shelter": ("shelter_worker", 6),
    "placements:step": ("shelter_worker", 8),
    "placements:units": ("shelter_worker", 13),
    "referrals:change": ("case_worker", 14),
    "referrals:choose": ("case_worker", 6),
    "referrals:feedback": ("case_worker", 7),
    "referrals:inbox": ("case_worker", 16),
    "referrals:interpreter": ("case_worker", 10),
    "referrals:make_letter": ("case_worker", 8),
    "referrals:make_link": ("case_worker", 7),
    "referrals:outside_code": ("nobody", 0),
    "referrals:outside_done": ("nobody", 0),
    "referrals:page": ("case_worker", 16),
    "referrals:prepare": ("case_worker", 9),
    "referrals:record_told": ("case_worker", 9),
    "referrals:services": ("coordinator", 11),
    "referrals:step": ("clinician", 8),
    "reintegration:add_goal": ("case_worker", 7),
    "reintegration:follow_up": ("case_worker", 7),
    "reintegration:plan": ("case_worker", 13),
    "reintegration:review": ("case_worker", 7),
    "reintegration:start": ("case_worker", 6),
    "reintegration:step": ("case_worker", 8),
    "support:add_appointment": ("clinician", 7),
    "support:add_note": ("clinician", 7),
    "support:alert_step": ("clinician", 7),
    "support:appointment": ("clinician", 6),
    "support:appointments": ("case_worker", 10),
    "support:episode": ("clinician", 17),
    "support:plan": ("case_worker", 8),
    "support:raise_alert": ("case_worker", 8),
    "support:step": ("clinician", 8),
    "web:health": ("case_worker", 6),
}
MATRIX = tomllib.loads((Path(__file__).parents[1] / "permissions" / "matrix.toml").read_text())
ROWS_MORE = 4


#: Pages on which every reader meets other rows: whoever gets them is tried with more rows.
READ_BY_MANY = (
    "cases:sharing",
    "desk:case_page",
    "desk:case_list",
    "cases:emergency_register",
    "desk:my_work",
    "referrals:inbox",
    "placements:page",
)


@pytest.fixture
def clients(cast: Any, sign_in: Callable[[Any], Client]) -> dict[str, Client]:
    return {player: sign_in(getattr(cast, player)) for player in PLAYERS} | {"nobody": Client()}


def readers() -> set[tuple[str, str]]:
    """Every page with its reader, and the pages that many read with all of them."""
    answers = {page: dict(zip(PLAYERS, MATRIX[page]["get"].split(), strict=False)) for page in READ_BY_MANY}
    many = {(page, player) for page in READ_BY_MANY for player in PLAYERS if answers[page][player] == "200"}
    return {(page, player) for page, (player, _count) in PAGES.items()} | many


def test_no_page_without_a_row() -> None:
    assert sorted(PAGES) == [name for name in ADDRESSES if "200" in MATRIX[name]["get"]]


def test_pages_take_as_many_queries_as_written_here_and_never_more_for_more_rows(
    whole: Whole, cast: Any, clients: dict[str, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "SEEN_EVERY", timedelta(hours=1))
    add_one_of_each(whole, cast, 0)
    counted(clients, whole, cast)  # fills what a process keeps for good
    few = counted(clients, whole, cast)
    found = {page: (player, few[page, player]) for page, (player, _count) in PAGES.items()}
    assert {page: found[page] for page in found if found[page] != PAGES[page]} == {}
    for number in range(1, ROWS_MORE + 1):
        add_one_of_each(whole, cast, number)
    many = counted(clients, whole, cast)
    assert {key: (few[key], count) for key, count in many.items() if count > few[key]} == {}


def counted(clients: dict[str, Client], whole: Whole, cast: Any) -> dict[tuple[str, str], int]:
    return {(page, who): queries_of(clients[who], address(page, whole, cast)) for page, who in sorted(readers())}


def queries_of(client: Client, url: str) -> int:
    with undone(client):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(url)
        assert response.status_code == 200, url
        return len(queries)
