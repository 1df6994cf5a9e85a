"""Forms that are a button or a choice: columns beside it are not read (Z5). Those with text are tried next door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.addresses import address
from tests.hostile.asking import undone
from tests.hostile.tables import known_ids, rows_but_for_chance
from tests.hostile.test_other_peoples_ids import forged
from tests.hostile.test_typed_text import fresh
from tests.whole import Whole

#: View, who presses, what the page itself sends, whose version it carries.
BUTTONS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("accounts:start_membership", "administrator", {"organisation": "far_shore", "role": "case_worker"}, ""),
    ("accounts:set_supervision", "administrator", {"supervises": "yes"}, ""),
    ("accounts:deactivate", "administrator", {}, ""),
    ("accounts:close_organisation", "administrator", {}, ""),
    ("accounts:end_sessions", "administrator", {}, ""),
    ("accounts:backup_codes", "case_worker", {}, ""),
    ("cases:add_member", "case_worker", {"user": "second_case_worker"}, ""),
    ("cases:hand_over", "case_worker", {"to": "second_case_worker", "expected": "case_worker"}, ""),
    ("cases:end_cover", "case_worker", {}, ""),
    ("cases:bar_step", "case_worker", {"reason": "Over."}, "bar"),
    ("cases:identity", "case_worker", {"reason": "care"}, ""),
    ("desk:claim_task", "case_worker", {}, ""),
    ("desk:finish_task", "case_worker", {}, ""),
    ("directory:full", "case_worker", {"full": "yes"}, ""),
    ("directory:confirm", "case_worker", {}, "listing"),
    ("directory:assess", "coordinator", {"quality": "meets"}, "listing"),
    ("identification:begin_screening", "case_worker", {"suspicions": "labour", "safe_to_talk": "yes"}, ""),
    ("notices:mail", "case_worker", {"rhythm": "digest", "digest_at": "08:00"}, ""),
    ("notices:make_calendar", "case_worker", {}, ""),
    ("notices:try_again", "administrator", {}, ""),
    ("reintegration:start", "case_worker", {}, ""),
    ("conferences:drop", "case_worker", {}, "agreed"),
)
#: Fields that hold an id.
NAMED = {"organisation", "user", "to", "expected"}


def test_z5_columns_beside_a_button_have_no_effect(whole: Whole, cast: Any, sign_in: Callable[[Any], Client]) -> None:
    wrong, done, known = {}, set(), known_ids()
    clients = {player: sign_in(getattr(cast, player)) for player in {player for _, player, *_ in BUTTONS}}
    for view, player, sent, of in BUTTONS:
        outcomes = []
        for extra in ({}, forged(whole, cast)):
            with undone(clients[player]):
                data = {**extra, **own(sent, cast), **({"version": fresh(getattr(whole, of)).version} if of else {})}
                status = clients[player].post(address(view, whole, cast), data).status_code
                outcomes.append({"status": status, **rows_but_for_chance(known)})
        plain, with_more = outcomes
        if differing := [table for table in plain if plain[table] != with_more[table]]:
            wrong[view] = differing
        done |= {view} if plain["status"] in {200, 302} else set()
    assert wrong == {}
    assert {view for view, *_ in BUTTONS} - done <= {"accounts:set_supervision", "reintegration:start"}


def own(sent: dict[str, str], cast: Any) -> dict[str, Any]:
    """Ids for the names of organisations and people."""
    people = {name: player.user.pk for name, player in cast.everybody.items()}
    houses = {name: organisation.pk for name, organisation in vars(cast.organisations).items()}
    known: dict[str, Any] = {**people, **houses}
    return {name: str(known[value]) if name in NAMED else value for name, value in sent.items()}
