"""Where a page of a list ended, as it travels in an address."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from nrm.lib.paging import Cursor, next_url

LAST = Cursor(datetime(2026, 3, 5, 9, 30, tzinfo=UTC), UUID(int=7))


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert Cursor.read(str(LAST)) == LAST


@pytest.mark.parametrize("text", ["", "~", "2026-01-01~x", "2026-01-01T00:00:00~00000000-0000-0000-0000-000000000000"])
def test_what_is_no_place_in_a_list_is_its_beginning(text: str) -> None:
    assert Cursor.read(text) is None


def test_the_pager_keeps_the_filters() -> None:
    assert next_url(LAST, {"box": "sent"}).startswith("?box=sent&after=2026-03-05T09%3A30")


def test_the_last_page_leads_nowhere() -> None:
    assert next_url(None, {"box": "sent"}) == ""
