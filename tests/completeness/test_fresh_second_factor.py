"""S10: the views before which the second factor is asked for again, and why the rest of the grave ones do without."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

#: Everything that changes how somebody signs in, who may do what, or an organisation; and what nobody can undo.
ASKED_AGAIN = {
    "accounts:add_organisation",
    "accounts:add_passkey",
    "accounts:ask_new_passkey",
    "accounts:backup_codes",
    "accounts:close_organisation",
    "accounts:confirm",
    "accounts:deactivate",
    "accounts:end_membership",
    "accounts:enrol",
    "accounts:invite",
    "accounts:organisation",
    "accounts:password",
    "accounts:reactivate",
    "accounts:reissue_link",
    "accounts:remove_passkey",
    "accounts:reopen_organisation",
    "accounts:request_reset",
    "accounts:set_supervision",
    "accounts:start_membership",
    "cases:erase",
    "notices:make_calendar",
}
#: What an administrator or an owner of an account sends without being asked again, and why.
NOT_ASKED = {
    "accounts:confirm_reset": "asks for a code itself",
    "accounts:withdraw_reset": "only takes back",
    "accounts:end_sessions": "only ends, and must be quick",
    "accounts:end_session": "only ends, and must be quick",
    "accounts:end_other_sessions": "only ends, and must be quick",
    "accounts:rename_passkey": "a word for oneself",
    "accounts:pledge": "a promise",
    "accounts:switch_membership": "a role one has",
    "accounts:sign_out": "only ends",
    "accounts:sign_in": "on the way in",
    "accounts:sign_in_code": "on the way in",
    "accounts:sign_in_backup_code": "on the way in",
    "accounts:ask_passkey": "on the way in, and the question with which it is asked again",
    "accounts:choose_password": "on the way in, by a one-time link",
}
#: They ask for the second factor each time, however fresh it is: tests/cases/test_break_glass.py.
ASKED_EVERY_TIME = {"cases:emergency"}
#: What an address says that takes data out of the service in bulk. Emergency access is never for that.
WORDS_FOR_EXPORTS = ("export", "download_all", "csv", "xlsx")


def views(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern.callback


VIEWS = dict(views(get_resolver().url_patterns))
MATRIX = tomllib.loads((Path(__file__).parents[1] / "permissions" / "matrix.toml").read_text())
MARKED = {name for name, view in VIEWS.items() if getattr(view, "fresh_second_factor", False)}


def test_s10_the_mark_stands_where_this_table_says() -> None:
    assert MARKED == ASKED_AGAIN


def test_s10_every_export_asks_again() -> None:
    assert {name for name in VIEWS if any(word in name for word in WORDS_FOR_EXPORTS)} <= MARKED


def test_s10_whatever_else_an_account_or_an_administrator_sends_has_a_reason() -> None:
    sends = {name for name, row in MATRIX.items() if name.startswith("accounts:") and "405" not in row["post"]}
    assert sends - MARKED == set(NOT_ASKED)


def test_s10_emergency_access_asks_every_time() -> None:
    assert set(VIEWS) >= ASKED_EVERY_TIME
    assert not ASKED_EVERY_TIME & MARKED
